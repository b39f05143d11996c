"""The log over all chains: contiguous, signed, provable; every manipulation of the table is found against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.house import ANNE, NOON, TWO_STEPS, House
from workflow_engine import Settings
from workflow_engine.audit.checkpoint import verify_checkpoint
from workflow_engine.audit.merkle import verify_consistency, verify_inclusion
from workflow_engine.audit.notes import VerifierKey
from workflow_engine.failpoints import FailpointError, failpoint
from workflow_engine.log_keys import find_log_key, make_log_key
from workflow_engine.queries.log import inclusion_proof_of, leaves_of
from workflow_engine.verifying_log import Kept
from workflow_engine.workers.sequencer import Sequencer


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Any:
    make_log_key(tmp_path / "log.key", "city.example/log")
    opened = House(database_url, settings=Settings(database_url=database_url, log_key_file=tmp_path / "log.key"))
    opened.release(TWO_STEPS)
    yield opened
    failpoint.arm("")
    opened.close()


def work(house: House, cases: int = 3) -> list[str]:
    found = [house.start() for _ in range(cases)]
    for case_id in found:
        house.complete(house.task(case_id), ANNE, note="n")
    return found


def sequence(house: House) -> int:
    return Sequencer(house.engine, 0).run_once()


def kept(house: House) -> Kept:
    newest = house.engine.queries.log.checkpoint()
    return Kept(newest.note, VerifierKey.from_text(newest.verifier))


def kinds(house: House, *outside: Kept) -> set[str]:
    return {finding.kind for finding in house.engine.verify_audit(sample=0, kept=outside).findings}


def execute(house: House, *statements: str) -> None:
    """As somebody with all rights in the database."""
    with house.engine._database.write() as unit:
        if unit.dialect == "sqlite":
            for verb in ("update", "delete"):
                unit._cursor.execute(f"DROP TRIGGER IF EXISTS audit_entry_no_{verb}")
        else:
            unit._cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        for statement in statements:
            unit._cursor.execute(statement)
        unit.commit()


def test_every_entry_gets_one_place_and_the_log_is_signed(house: House) -> None:
    case_id = work(house)[0]
    entries = len(house.rows("SELECT 1 FROM audit_entry"))
    assert sequence(house) == entries == house.engine.queries.log.size()
    assert sequence(house) == 0
    assert [row[0] for row in house.rows("SELECT log_index FROM log_leaf ORDER BY 1")] == list(range(entries))
    newest = house.engine.queries.log.checkpoint()
    checkpoint = verify_checkpoint(newest.note, [VerifierKey.from_text(newest.verifier)], "city.example/log")
    assert checkpoint.size == entries
    with house.engine.queries.snapshot() as snapshot:
        for index, leaf in leaves_of(snapshot, case_id).values():
            proof = [bytes.fromhex(part) for part in inclusion_proof_of(snapshot, index, entries)]
            assert verify_inclusion(bytes.fromhex(leaf), index, entries, proof, checkpoint.root)
    assert house.engine.verify_audit(sample=0, kept=[kept(house)]).ok


def test_two_checkpoints_are_consistent(house: House) -> None:
    work(house)
    sequence(house)
    old = house.engine.queries.log.checkpoint()
    work(house, 200)
    sequence(house)
    new = house.engine.queries.log.checkpoint()
    assert house.rows("SELECT count(*) FROM log_node") == [(new.size // 256,)]
    proof = [bytes.fromhex(part) for part in house.engine.queries.log.consistency(old.size, new.size)]
    assert verify_consistency(old.size, new.size, bytes.fromhex(old.root), bytes.fromhex(new.root), proof)
    assert house.engine.verify_audit(sample=0, kept=[Kept(old.note, VerifierKey.from_text(old.verifier))]).ok


def delete_last(case: str) -> tuple[str, ...]:
    """The last entry goes, and the case says it never was."""
    first = f"SELECT hash FROM audit_entry WHERE stream_id = '{case}' AND seq = 1"
    return (
        f"DELETE FROM entry_payload WHERE stream_id = '{case}' AND seq = 2",
        f"DELETE FROM audit_entry WHERE stream_id = '{case}' AND seq = 2",
        f"UPDATE process_instance SET version = 1, chain_head = ({first}) WHERE case_id = '{case}'",
    )


MANIPULATIONS: dict[str, tuple[Callable[[str], tuple[str, ...]], set[str], set[str]]] = {
    # what is done with all rights in the database: (statements, found inside, found with a checkpoint from outside)
    "delete the last entry and mend the case": (
        delete_last,
        {"missing_logged_entry"},
        {"missing_logged_entry"},
    ),
    "delete the last entry, its leaf and mend the head of the log": (
        lambda case: (
            *delete_last(case),
            f"DELETE FROM log_leaf WHERE stream_id = '{case}' AND seq = 2",
        ),
        {"log_gap", "log_shrunk", "log_head_mismatch"},
        {"log_gap", "log_shrunk", "log_head_mismatch"},
    ),
    "forget the log": (
        lambda _case: tuple(f"DELETE FROM log_{name}" for name in ("leaf", "stream", "node", "head", "checkpoint")),
        set(),
        {"log_shrunk"},
    ),
    "edit a checkpoint": (
        lambda _case: ("UPDATE log_checkpoint SET note = replace(note, 'city', 'town')",),
        {"checkpoint_unsigned"},
        {"checkpoint_unsigned"},
    ),
}


@pytest.mark.parametrize("name", MANIPULATIONS)
def test_manipulation_is_found_as_far_as_the_page_says(house: House, name: str) -> None:
    case_id = work(house)[0]
    sequence(house)
    outside = kept(house)
    statements, inside, with_outside = MANIPULATIONS[name]
    execute(house, *statements(case_id))
    assert kinds(house) == inside
    assert kinds(house, outside) == with_outside


def test_log_made_again_by_a_forger_contradicts_the_checkpoint_outside(house: House) -> None:
    case_id = work(house)[0]
    sequence(house)
    outside = kept(house)
    execute(house, *delete_last(case_id), *MANIPULATIONS["forget the log"][0](case_id))
    work(house, 2)
    sequence(house)
    assert kinds(house) == set()  # the forger has the key: nothing inside contradicts
    assert kinds(house, outside) == {"checkpoint_mismatch"}


def test_checkpoint_of_another_key_is_no_evidence(house: House, tmp_path: Path) -> None:
    work(house)
    sequence(house)
    other = make_log_key(tmp_path / "other.key", "city.example/log")
    assert kinds(house, replace(kept(house), key=other.verifier)) == {"checkpoint_unsigned"}


@pytest.mark.parametrize(
    "point", ["sequencer.after_index", "sequencer.after_tiles", "sequencer.before_publish", "sequencer.after_publish"]
)
def test_failure_at_a_point_reuses_and_skips_nothing(house: House, point: str) -> None:
    work(house, 2)
    sequence(house)
    signed = house.engine.queries.log.checkpoint()
    work(house, 2)
    sequencer = Sequencer(house.engine, 0)
    failpoint.arm(f"{point}:1:raise")
    with pytest.raises(FailpointError):
        sequencer.run_once()
    assert house.engine.queries.log.size() >= signed.size
    failpoint.arm("")
    sequencer.run_once()
    entries = house.rows("SELECT count(*) FROM audit_entry")[0][0]
    assert [row[0] for row in house.rows("SELECT log_index FROM log_leaf ORDER BY 1")] == list(range(entries))
    assert kinds(house, Kept(signed.note, VerifierKey.from_text(signed.verifier))) == set()


def test_without_a_key_the_log_grows_unsigned(database_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=database_url, log_key_file=tmp_path / "none.key")
    house = House(database_url, settings=settings, now=datetime(2026, 1, 1, tzinfo=UTC))
    try:
        house.release(TWO_STEPS)
        assert sequence(house) == 2
        assert house.engine.queries.log.checkpoints().items == []
        assert find_log_key(tmp_path / "none.key") is None
        assert house.clock.now() < NOON
    finally:
        house.close()
