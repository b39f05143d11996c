"""T10: SIGKILL at every point of the sequencer; no index reused or skipped, every signed root reproducible."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from tests.faults.processes import Worker
from tests.faults.rig import Site
from workflow_engine.audit.checkpoint import verify_checkpoint
from workflow_engine.audit.notes import VerifierKey
from workflow_engine.log_keys import make_log_key

POINTS = ("before_begin", "sequencer.after_index", "sequencer.after_tiles", "sequencer.before_publish",
          "before_commit", "after_commit", "sequencer.after_publish")  # fmt: skip
ROUNDS = 2


def start_cases(worker: Worker, count: int, name: str) -> None:
    for number in range(count):
        case_id = sha256(f"{name}/{number}".encode()).hexdigest()[:32]
        fields = {"command_id": f"start-{case_id}", "case_id": case_id, "process_id": "scripts"}
        worker.do("command", name="case.start", fields={**fields, "variables": {"done": []}})


def check_log(site: Site, signed: dict[int, str]) -> None:
    """The checker's own means: contiguous indexes, one leaf per entry, signed roots made again from the leaves."""
    leaves = site.rows("SELECT log_index, stream_id, seq, hash FROM log_leaf ORDER BY log_index")
    assert [row[0] for row in leaves] == list(range(len(leaves)))
    entries = {(row[0], row[1]): row[2] for row in site.rows("SELECT stream_id, seq, hash FROM audit_entry")}
    assert all(entries[row[1], row[2]] == row[3] for row in leaves)
    assert len({(row[1], row[2]) for row in leaves}) == len(leaves)
    for size, note, verifier in site.rows("SELECT size, note, verifier FROM log_checkpoint ORDER BY size"):
        checkpoint = verify_checkpoint(note, [VerifierKey.from_text(verifier)])
        assert (checkpoint.size, checkpoint.root) == (size, root([bytes.fromhex(row[3]) for row in leaves[:size]]))
        assert signed.setdefault(size, note) == note
    stored = {row[0] for row in site.rows("SELECT size FROM log_checkpoint")}
    assert signed.keys() <= stored


def root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


@pytest.mark.parametrize("point", POINTS)
def test_kill_of_the_sequencer_reuses_and_skips_no_index(site: Site, tmp_path: Path, point: str) -> None:
    make_log_key(tmp_path / "log.key", "city.example/log")
    site.environment["LIANDONG_LOG_KEY_FILE"] = str(tmp_path / "log.key")
    signed: dict[int, str] = {}
    for number in range(ROUNDS):
        with site.running() as worker:
            start_cases(worker, 3, f"{point}{number}")
        dying = site.start(f"{point}:1:kill")
        dying.send("sequence")
        assert dying.wait() == -9, dying.said()
        dying.close()
        check_log(site, signed)
    with site.running() as worker:
        worker.do("sequence")
    check_log(site, signed)
    assert site.rows("SELECT count(*) FROM log_leaf") == site.rows("SELECT count(*) FROM audit_entry")
    assert signed
