"""``audit destruction``: looks everywhere for what a response knew of people and was to forget."""

from __future__ import annotations

from collections.abc import Iterator

import click

from workflow_engine import OPERATOR, DestructionCheck, DestructionRow, NotFoundError
from workflow_engine.cli.asking import opened, with_output
from workflow_engine.cli.failures import PartlyRefusedError
from workflow_engine.cli.output import Output


@click.command()
@click.argument("case_id", metavar="CASE")
@with_output
def destruction(output: Output, case_id: str) -> None:
    """Look for the destroyed personal data of CASE in every table, column and file.

    What went is known by salted hashes only. Pointed at a restored backup (LIANDONG_DATABASE_URL) it searches that, as
    long as the backup is from after the destruction began. Exit code 2 when something is where it must not be.
    """
    with opened() as engine:
        rows = engine.queries.destructions.of_case(case_id, OPERATOR)
        if not rows:
            raise NotFoundError(f"Expected a destruction of personal data of case {case_id}, but none was ordered.")
        checks = [(row, engine.check_destruction(row.destruction_id, OPERATOR)) for row in rows]
    output.tell(
        {"ok": all(check.ok for _, check in checks), "destructions": [check.to_dict() for _, check in checks]},
        (line for row, check in checks for line in _told(row, check)),
    )
    if not all(check.ok for _, check in checks):
        raise PartlyRefusedError


def _told(row: DestructionRow, check: DestructionCheck) -> Iterator[str]:
    yield f"Destruction {row.destruction_id}: {row.state}, decided by {row.decided_by}, signed by {row.signed_by}."
    yield f"{row.value_count} values are looked for; {row.too_short} say too little to be looked for."
    yield f"{check.tables} tables with {check.columns} columns and {check.rows} rows, {check.files} files searched."
    yield f"The files of the database itself: {check.storage}."
    for place in check.places:
        word = "LEFT" if place.must_go else "also in a record of its own right"
        yield f"{word}: {place.where} {place.key}"
    yield "Nothing is left." if check.ok else f"{check.left} places must not hold it."
