"""The file of workers outside: whose token opens what, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from web.api.tokens import OutsideWorkers, new_token, token_sha256, toml_lines
from web.app import create_app
from workflow_engine import Engine, Settings, SettingsError


@pytest.mark.parametrize(
    "content",
    [
        "[worker.fax]", "top = 1", 'worker = "x"', '[worker."Fax 1"]\ntoken_sha256 = "{0}"\ntopics = ["a"]',
        '[worker.fax]\ntoken_sha256 = "abc"\ntopics = ["a"]', '[worker.fax]\ntoken_sha256 = "{0}"\ntopics = []',
        '[worker.fax]\ntoken_sha256 = "{0}"\ntopics = [""]', '[worker.fax]\ntoken_sha256 = "{0}"\ntopics = "a"',
        '[worker.fax]\ntoken_sha256 = "{0}"\ntopics = ["a"]\nadmin = true', "[worker.fax", "worker.fax = 1",
        '[worker.a]\ntoken_sha256 = "{0}"\ntopics = ["a"]\n[worker.b]\ntoken_sha256 = "{0}"\ntopics = ["b"]',
    ],
)  # fmt: skip
def test_file_that_cannot_be_used_is_told_at_the_start(
    engine: Engine, settings: Settings, tmp_path: Path, content: str
) -> None:
    tokens_file = tmp_path / "workers.toml"
    tokens_file.write_text(content.replace("{0}", token_sha256("x")))
    with pytest.raises(SettingsError):
        create_app(engine, replace(settings, worker_tokens_file=tokens_file, session_file=None))


def test_token_is_found_by_its_hash_and_may_do_jobs_only(tmp_path: Path) -> None:
    token = new_token()
    file = tmp_path / "workers.toml"
    file.write_text("\n".join(toml_lines("fax", ["fax", '传真 "1"'], token_sha256(token))))
    found = OutsideWorkers(file).find(token)
    assert found is not None
    assert found.topics == {"fax", '传真 "1"'}
    assert (found.actor.actor_id, found.actor.permissions) == ("worker:fax", frozenset({"job.work"}))
    assert (found.actor.groups, found.actor.is_system) == (frozenset(), False)


def test_tokens_are_long_and_never_the_same() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 50
