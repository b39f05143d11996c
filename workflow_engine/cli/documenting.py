"""``settings``: what can be set, and what is set."""

from __future__ import annotations

import dataclasses
import re

import click

from workflow_engine import Settings, settings_page
from workflow_engine.cli.asking import with_output
from workflow_engine.cli.output import Output

_PASSWORD = re.compile(r"(://[^:/@]*:)[^@]*@")


@click.command()
@with_output
def settings(output: Output) -> None:
    """Print what can be set, the defaults and the environment variables; with --json what is set now."""
    now = dataclasses.asdict(Settings.load())
    now["database_url"] = _PASSWORD.sub(r"\1***@", now["database_url"])
    output.tell(now, [settings_page().rstrip()])
