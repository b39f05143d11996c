"""``settings``: what can be set, and what is set."""

from __future__ import annotations

import dataclasses

import click

from workflow_engine import Settings
from workflow_engine.cli.asking import with_output
from workflow_engine.cli.output import Output
from workflow_engine.settings import settings_page


@click.command()
@with_output
def settings(output: Output) -> None:
    """Print what can be set, the defaults and the environment variables; with --json what is set now."""
    output.tell(dataclasses.asdict(Settings.load()), [settings_page().rstrip()])
