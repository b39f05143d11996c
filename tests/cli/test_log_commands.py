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
