"""What ``audit verify`` finds more than before, once somebody with the database changed something in it."""

from __future__ import annotations

from tests.storage.test_verifying import tamper
from tests.support.house import House


def found(house: House) -> set[tuple[str, str, str]]:
    """(kind, chain, sentence) of every finding; no case is run again."""
    report = house.engine.verify_audit(sample=0)
    return {(finding.kind, finding.case_id, finding.message) for finding in report.findings}


def found_after(house: House, statement: str) -> list[tuple[str, str]]:
    """(kind, chain) of the findings that were not there before this statement."""
    before = found(house)
    tamper(house, statement)
    return sorted((kind, chain) for kind, chain, _ in found(house) - before)
