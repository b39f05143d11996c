"""``db``: the database's schema."""

from __future__ import annotations

import click

from workflow_engine import Settings, open_engine
from workflow_engine.cli.asking import with_output
from workflow_engine.cli.output import Output


@click.group()
def db() -> None:
    """Make or upgrade the database."""


@db.command("sweep-files")
@with_output
def sweep_files(output: Output) -> None:
    """Delete contents of attached files that no case names any more. Run it once a day; safe at any time."""
    engine = open_engine(Settings.load())
    gone = engine.sweep_files()
    engine.close()
    output.tell({"ok": True, "deleted": gone}, [f"{gone} contents were deleted."])


@db.command()
@with_output
def upgrade(output: Output) -> None:
    """Bring the database up to this version; makes it when there is none. Data are kept; safe to repeat."""
    with output.progress("upgrading the database"):
        engine = open_engine(Settings.load(), migrate=True)
        health = engine.health()
        engine.close()
    output.tell(
        {"ok": True, "database": health["database"], "warnings": health["warnings"]},
        [f"The database ({health['database']}) is up to date.", *health["warnings"]],
    )
