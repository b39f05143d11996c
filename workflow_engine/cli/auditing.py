"""``audit``: whether the record is what it should be."""

from __future__ import annotations

from collections.abc import Iterator

import click

from workflow_engine import AuditReport
from workflow_engine.cli.asking import opened, with_output
from workflow_engine.cli.failures import PartlyRefusedError
from workflow_engine.cli.output import Output


@click.group()
def audit() -> None:
    """Check the record."""


@audit.command()
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=50,
    show_default=True,
    help="How many cases are re-executed from their commands; 0 checks the chains only.",
)
@click.option("--all", "everything", is_flag=True, help="Re-execute every case.")
@click.option("--seed", type=int, default=0, show_default=True, help="Picks the sample.")
@with_output
def verify(output: Output, sample: int, everything: bool, seed: int) -> None:
    """Check every hash chain, and re-execute a sample of cases: the same commands must give the same events.

    Exit code 2 when anything was found.
    """
    with opened() as engine, output.progress("checking chains") as advance:
        report = engine.verify_audit(
            sample=None if everything else sample, seed=seed, progress=lambda _done, _total: advance()
        )
    output.tell(report.to_dict(), _told(report))
    if not report.ok:
        raise PartlyRefusedError


def _told(report: AuditReport) -> Iterator[str]:
    yield f"{report.chains} chains with {report.entries} entries and {report.values} values checked."
    yield f"{report.re_executed} cases re-executed from their commands."
    if report.not_re_executed:
        yield f"{report.not_re_executed} cases of the sample cannot be: values erased, or recorded by another build."
    if report.erased:
        yield f"{report.erased} entries have lawfully erased values."
    yield from (f"FOUND {finding}" for finding in report.findings)
    yield "Nothing was found." if report.ok else f"{len(report.findings)} findings."
