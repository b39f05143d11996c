"""The ``liandong`` program: loads everything, then hands over."""

from __future__ import annotations

import gc
from typing import NoReturn


def main() -> NoReturn:
    """The entry point of the installed program.

    What is loaded here stays to the end. The garbage collector would go through all of it again and again while it
    loads, a quarter of the time a start takes, and later in the middle of somebody's request.
    """
    gc.disable()
    from workflow_engine.cli import main as run

    gc.freeze()
    gc.enable()
    run()
