"""``audit key``, ``audit checkpoint``, ``audit consistency``, and verifying against a checkpoint kept outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Program


def test_checkpoint_is_signed_kept_and_verified_against(
    ready: Program, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANDONG_LOG_KEY_FILE", str(tmp_path / "log.key"))
    verifier = ready.ok("audit", "key", "new", "city.example/log")["verifier"]
    assert (tmp_path / "log.key").stat().st_mode & 0o077 == 0
    assert ready("audit", "key", "new", "city.example/log").code == 2  # never overwritten
    ready.ok("deploy", str(folder))
    first = ready.ok("audit", "checkpoint", "--out", str(tmp_path / "kept.note"))
    assert first["note"].startswith(f"city.example/log\n{first['size']}\n")
    report = ready.ok("audit", "verify", "--checkpoint", str(tmp_path / "kept.note"), "--key", verifier)
    assert (report["ok"], report["logged"], report["checkpoints"]) == (True, first["size"], 2)
    assert ready.ok("audit", "consistency", str(first["size"]), str(first["size"]))["proof"] == []
    (tmp_path / "kept.note").write_text(first["note"].replace(f"\n{first['size']}\n", f"\n{first['size'] + 1}\n"))
    assert ready("audit", "verify", "--checkpoint", str(tmp_path / "kept.note")).code == 2


def test_a_witness_signs_what_only_grew_and_everybody_can_ask_for_its_signature(
    ready: Program, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, last, proof = str(tmp_path / "witness.key"), str(tmp_path / "last.note"), tmp_path / "proof.txt"
    monkeypatch.setenv("LIANDONG_LOG_KEY_FILE", theirs)
    witness = ready.ok("audit", "key", "new", "court.example/witness")["verifier"]
    monkeypatch.setenv("LIANDONG_LOG_KEY_FILE", str(tmp_path / "log.key"))
    log = ready.ok("audit", "key", "new", "city.example/log")["verifier"]
    ready.ok("deploy", str(folder))
    files = [tmp_path / "one.note", tmp_path / "two.note"]
    sizes = [ready.ok("audit", "checkpoint", "--out", str(files[0]))["size"]]
    words = ["audit", "cosign", "--key", log, "--witness-key", theirs, "--last", last]
    assert ready.refused(*words[:3], witness, *words[4:], str(files[0]))["message"], "not signed by that key"
    cosigned = tmp_path / "cosigned.note"
    cosigned.write_text(ready.ok(*words, str(files[0]))["note"])
    kept = ready.ok("audit", "cosigned", str(cosigned), "--witness", witness)
    assert kept["size"] == sizes[0]
    sizes.append(ready.ok("audit", "checkpoint", "--out", str(files[1]))["size"])
    assert sizes[1] > sizes[0], "keeping the signature is itself in the log"
    assert "consistency" in ready.refused(*words, str(files[1]))["message"]
    proof.write_text("\n".join(ready.ok("audit", "consistency", *map(str, sizes))["proof"]))
    ready.ok(*words, "--proof", str(proof), str(files[1]))
    assert "grow" in ready.refused(*words, "--proof", str(proof), str(files[0]))["message"], "never backwards"
    asked = ("audit", "verify", "--key", log, "--witness", witness, "--checkpoint")
    assert ready.ok(*asked, last)["ok"]
    assert ready(*asked, str(files[1])).code == 2, "the witness has not signed this copy"
