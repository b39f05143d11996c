"""``organisation import`` and ``organisation export``: the organisation as CSV files."""

from __future__ import annotations

from pathlib import Path

import click

from workflow_engine import (
    ORGANISATION_KINDS,
    InvalidVariablesError,
    LoadOrganisation,
    OrganisationFiles,
    new_id,
    organisation_csv,
)
from workflow_engine.cli.asking import actor_for, existing, opened, read_bytes, with_output, with_person
from workflow_engine.cli.output import Output
from workflow_engine.cli.people import organisation
from workflow_engine.interchange.organisation_csv import LARGEST_BYTES, CellProblem

__all__ = ["organisation"]
_MOST_TOLD = 50


@organisation.command("import")
@click.argument("files", nargs=-1, required=True)
@with_person
@with_output
def import_files(output: Output, files: tuple[str, ...], person: str | None) -> None:
    """Bring CSV FILES in, all of them or none: units, people, positions, shifts, deputies, roles.

    Each file holds one kind of row, told by the columns in its first line; `organisation export` writes such files. The
    same files again change nothing. A list of divisions (code,parent_code,level,name) is read as units. Every cell that
    cannot be so is told by file, line and column.
    """
    read = OrganisationFiles((name, read_bytes(name, LARGEST_BYTES)) for name in files)
    if read.problems:
        raise click.ClickException(_told(read.problems))
    with opened() as engine:
        command = LoadOrganisation(command_id=new_id(), **read.parts())
        try:
            result = dict(engine.handle(command, actor_for(engine, person)).result)
        except InvalidVariablesError as error:
            raise click.ClickException(_told(read.told(error.problems)) or error.message) from error
    output.tell(result, [f"{result['changes']} rows were added or changed; the rest was so already."])


@organisation.command()
@click.argument("folder", type=click.Path(file_okay=False))
@with_output
def export(output: Output, folder: str) -> None:
    """Write the organisation as CSV files into FOLDER, one per kind of row, in UTF-8 for spreadsheets."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    into = existing(folder)
    written = {}
    with opened() as engine:
        for kind in ORGANISATION_KINDS:
            rows = list(engine.queries.organisation.export(kind.name))
            path = into / f"{kind.plural}.csv"
            path.write_text(organisation_csv(kind.name, rows), encoding="utf-8", newline="")
            written[str(path)] = len(rows)
    output.tell({"files": written}, [f"{path}: {count} rows" for path, count in written.items()])


def _told(problems: list[CellProblem]) -> str:
    lines = [f"{each.file}, line {each.line}, {each.column or 'file'}: {each.what}" for each in problems[:_MOST_TOLD]]
    if len(problems) > _MOST_TOLD:
        lines.append(f"… and {len(problems) - _MOST_TOLD} more")
    return "\n".join(lines)
