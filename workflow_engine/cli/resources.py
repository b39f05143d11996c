"""``resources list``, ``export`` and ``import``: the register of resources from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from workflow_engine import InvalidVariablesError, PutResources, ResourceFile, ResourceWish, new_id, resource_csv
from workflow_engine.cli.asking import actor_for, opened, read_bytes, with_output, with_person
from workflow_engine.cli.output import Output, table
from workflow_engine.domain.resources import KINDS
from workflow_engine.interchange.category_csv import LARGEST_BYTES

_MOST_LISTED = 500


@click.group()
def resources() -> None:
    """What the city keeps ready: vehicles, teams, stock, shelters; and how much of it is free."""


@resources.command("list")
@click.option("--kind", type=click.Choice(KINDS), default=None, help="Only these.")
@click.option("--type", "wanted", default="", help="Only this type, such as fire_engine.")
@click.option("--free", is_flag=True, help="Only what is free now.")
@with_person
@with_output
def list_resources(output: Output, kind: str | None, wanted: str, free: bool, person: str | None) -> None:
    """List the register within reach."""
    wish = ResourceWish(kind=kind or "", type=wanted, standing="free" if free else "")
    with opened() as engine:
        page = engine.queries.resources.register(actor_for(engine, person), wish, limit=_MOST_LISTED)
    rows = [
        (one.resource_id, one.type, one.name_en or one.name_zh, one.unit_id, f"{one.free}/{one.quantity}")
        for one in page.items
    ]
    told = table(("resource", "type", "name", "owner", "free"), rows)
    output.tell({"resources": [asdict(one) for one in page.items]}, told)


@resources.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True))
@with_output
def export(output: Output, file: str) -> None:
    """Write the register to FILE as CSV for spreadsheets; ``import`` reads it back."""
    with opened() as engine:
        rows = [asdict(one) for one in engine.queries.resources.everything() if one.standing != "withdrawn"]
    Path(file).write_text(resource_csv(rows), encoding="utf-8", newline="")
    output.tell({"count": len(rows), "file": file}, [f"{len(rows)} resources."])


@resources.command("import")
@click.argument("file")
@with_person
@with_output
def import_resources(output: Output, file: str, person: str | None) -> None:
    """Bring the resources of FILE (CSV) in, all or nothing; what is wrong is told by line and field.

    A resource that is there already is replaced; the same file again changes nothing.
    """
    read = ResourceFile(file, read_bytes(file, LARGEST_BYTES))
    _refuse(read, {})
    with opened() as engine:
        try:
            result = engine.handle(PutResources(command_id=new_id(), rows=read.rows), actor_for(engine, person)).result
        except InvalidVariablesError as error:
            _refuse(read, error.problems)
            raise
    output.tell(dict(result), [f"{result['resources']} resources read, {result['changed']} are new or different."])


def _refuse(read: ResourceFile, problems: Mapping[str, str]) -> None:
    """Raise InvalidVariablesError with each problem at its line and field."""
    found = [*read.problems, *read.told(problems)]
    if found:
        told = {f"{one.file}:{one.line}:{one.column}": one.what for one in found}
        raise InvalidVariablesError(f"Expected resources that can be so, but {len(found)} fields cannot.", told)
