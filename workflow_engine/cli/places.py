"""``places import``: outlines of districts, subdistricts and communities for the map."""

from __future__ import annotations

from pathlib import PurePath

import click

from workflow_engine import ImportPlaces, InvalidVariablesError, new_id
from workflow_engine.cli.asking import actor_for, opened, read_bytes, with_output, with_person
from workflow_engine.cli.output import Output
from workflow_engine.domain.places import CRS

_LARGEST_BYTES = 64_000_000
_MOST_TOLD = 20


@click.group()
def places() -> None:
    """The map: in which district, subdistrict and community a point lies."""


@places.command("import")
@click.argument("file")
@click.option(
    "--map",
    "renamed",
    metavar="OLD=NEW",
    multiple=True,
    help="A code that the file still has, and the one that holds now. May be repeated.",
)
@click.option("--crs", type=click.Choice(CRS), help="Of the coordinates. Default: as the file says, else unknown.")
@with_person
@with_output
def import_file(output: Output, file: str, renamed: tuple[str, ...], crs: str | None, person: str | None) -> None:
    """Bring the outlines of a GeoJSON FILE in, all of them or none.

    Each feature is a place, told by its code (property place_code, adcode or code, else its id) of 2, 4, 6, 9, 12 or
    15 digits, with a name. Features whose property level is water, green or road are drawn for orientation. A place
    that is there already is replaced; the same file again changes nothing.
    """
    codes = {}
    for words in renamed:
        old, separator, new = words.partition("=")
        if not (separator and old.isdigit() and new.isdigit()):
            raise click.UsageError(f"Expected OLD=NEW of two place codes after --map, but got {words!r}.")
        codes[old] = new
    files = {PurePath(file).name: read_bytes(file, _LARGEST_BYTES)}
    command = ImportPlaces(command_id=new_id(), files=files, renamed=codes, crs=crs or "")
    with opened() as engine:
        try:
            result = dict(engine.handle(command, actor_for(engine, person)).result)
        except InvalidVariablesError as error:
            told = [f"{where}: {what}" for where, what in list(error.problems.items())[:_MOST_TOLD]]
            raise click.ClickException("\n".join([error.message, *told])) from error
    output.tell(result, [f"{result['places']} places read, {result['changed']} are new or changed ({result['crs']})."])
