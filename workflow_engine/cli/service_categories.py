"""``categories list``, ``export`` and ``import``: the catalogue of categories from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from workflow_engine import (
    CategoryFile,
    ChangeServiceCategories,
    InvalidVariablesError,
    category_csv,
    new_id,
)
from workflow_engine.cli.asking import actor_for, opened, read_bytes, with_output, with_person
from workflow_engine.cli.output import Output, table
from workflow_engine.interchange.category_csv import LARGEST_BYTES


@click.group()
def categories() -> None:
    """What residents and inspectors report: who handles each category, and in what time."""


@categories.command("list")
@with_output
def list_categories(output: Output) -> None:
    """List the categories in force."""
    with opened() as engine:
        version, catalogue = engine.queries.service_categories.catalogue()
    rows = [
        (one.code, one.name_en, one.process_id, one.owner_unit or one.function or "",
         f"{one.limit} {one.limit_unit}" if one.limit else "")
        for one in catalogue
    ]  # fmt: skip
    told = [f"Version {version}.", *table(("code", "name", "process", "handled by", "limit"), rows)]
    output.tell({"version": version, "categories": catalogue.content()}, told)


@categories.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True))
@with_output
def export(output: Output, file: str) -> None:
    """Write the categories in force to FILE as CSV for spreadsheets."""
    with opened() as engine:
        version, catalogue = engine.queries.service_categories.catalogue()
    Path(file).write_text(category_csv(catalogue), encoding="utf-8", newline="")
    count = len(catalogue.categories)
    output.tell({"version": version, "count": count, "file": file}, [f"Version {version}: {count} categories."])


@categories.command("import")
@click.argument("file")
@click.option("--reason", required=True, help="Stays in the record.")
@click.option("--whole", is_flag=True, help="What is not in FILE goes.")
@click.option("--from", "effective_from", help="From which instant it holds, such as 2027-01-01T00:00:00+08:00.")
@with_person
@with_output
def import_categories(
    output: Output, file: str, reason: str, whole: bool, effective_from: str | None, person: str | None
) -> None:
    """Bring the categories of FILE (CSV) in, all or nothing; what is wrong is told by line and field."""
    read = CategoryFile(file, read_bytes(file, LARGEST_BYTES))
    _refuse(read, {})
    with opened() as engine:
        base = engine.queries.service_categories.newest()[0]
        command = ChangeServiceCategories(
            command_id=new_id(), categories=read.rows, whole=whole, effective_from=effective_from, base_version=base,
            reason=reason,
        )  # fmt: skip
        try:
            result = engine.handle(command, actor_for(engine, person)).result
        except InvalidVariablesError as error:
            _refuse(read, error.problems)
            raise
    output.tell(dict(result), [f"Version {result['version']}: {result['changes']} categories are new or different."])


def _refuse(read: CategoryFile, problems: Mapping[str, str]) -> None:
    """Raise InvalidVariablesError with each problem at its line and field."""
    found = [*read.problems, *read.told(problems)]
    if found:
        told = {f"{one.file}:{one.line}:{one.column}": one.what for one in found}
        raise InvalidVariablesError(f"Expected categories that can be so, but {len(found)} fields cannot.", told)
