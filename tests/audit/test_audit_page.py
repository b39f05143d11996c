"""docs/audit.md: its table is the one that is tested, its findings are all there are, and its script works."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, insert, update

from tests.audit.test_detection import TABLE
from tests.conftest import ROOT
from workflow_engine.audit.chain import ChainHead, link
from workflow_engine.storage.schema import audit_entry

PAGE = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
AUDIT = ROOT / "workflow_engine" / "audit"


def test_the_table_of_the_page_is_the_one_that_is_tested() -> None:
    rows = re.findall(r"^\| ([a-z ]+) \| ((?:not )?found(?: \| (?:not )?found){3}) \|$", PAGE, re.MULTILINE)
    said = {label: tuple(cell == "found" for cell in cells.split(" | ")) for label, cells in rows}
    assert said == {manipulate.__name__.replace("_", " "): expected for manipulate, expected in TABLE}


def test_the_page_names_every_kind_of_finding() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in AUDIT.parent.rglob("*.py"))
    section = PAGE.partition("## The findings")[2].partition("\n## ")[0]
    cells = " ".join(re.findall(r"^\| (`.+?`) \| ", section, re.MULTILINE))
    named = set(re.findall(r"`([a-z_]+)`", cells))
    assert set(re.findall(r'Finding\(\s*"([a-z_]+)"', code)) - named == set()
    assert {kind for kind in named if f'"{kind}"' not in code} == set()


def test_the_script_of_the_page_finds_what_does_not_fit(tmp_path: Path) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    database = tmp_path / "copy.db"
    engine = create_engine(f"sqlite:///{database}")
    audit_entry.create(engine)
    heads = {case_id: ChainHead(case_id) for case_id in ("case-a", "流“b”\\\x01")}
    with engine.begin() as connection:
        for number in range(6):
            for case_id, head in heads.items():
                entry = link(head, {"events": [{"event": "task.completed", "名": number}], "actor": "user:1042"})
                heads[case_id] = entry.head
                connection.execute(
                    insert(audit_entry).values(
                        stream_id=case_id,
                        seq=entry.seq,
                        prev=entry.prev,
                        hash=entry.hash,
                        command_id=f"{case_id}/{number}",
                        at=datetime(2026, 2, 14, 8, 30, tzinfo=UTC),
                        actor="user:1042",
                        body=entry.body_json.decode(),
                    )
                )

    def run() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-I", "-X", "utf8", "-c", script, str(database)],
            capture_output=True,
            check=True,
            encoding="utf-8",
        )
        return done.stdout.splitlines()

    last = [f"{head.case_id} {head.seq} {head.hash}" for head in heads.values()]
    assert run() == last
    with engine.begin() as connection:
        third = (audit_entry.c.stream_id == "case-a") & (audit_entry.c.seq == 3)
        connection.execute(update(audit_entry).where(third).values(body='{"events":[]}'))
        connection.execute(audit_entry.delete().where(audit_entry.c.stream_id == "case-a", audit_entry.c.seq == 5))
    assert run() == ["case-a entry 3: content and hash do not fit", "case-a entry 6: does not follow entry 4", *last]
    engine.dispose()
