"""How a child process is begun that reads uploaded files: nothing of the caller's environment, and little to import."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[2])
# The package's own __init__ is the door to the whole engine; the child needs none of it and starts faster without.
_PROGRAM = """
import sys, types
from importlib import import_module
sys.path.insert(0, sys.argv[1])
sys.modules["workflow_engine"] = package = types.ModuleType("workflow_engine")
package.__path__ = [sys.argv[1] + "/workflow_engine"]
import_module(sys.argv[2]).main()
"""
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"}


def child_command(module: str) -> list[str]:
    """What to run so that ``module``, one of this package, answers with its ``main``."""
    return [sys.executable, "-I", "-c", _PROGRAM, _ROOT, module]
