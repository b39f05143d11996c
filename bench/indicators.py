"""What counting an entry for the shipped indicators costs, among the first of 100,000 entries and among the last."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.measuring import Report, Row
from workflow_engine import OPERATOR, WORKER, DefineIndicators, FollowRecord, Settings, new_id, open_engine
from workflow_engine.demo.load import load_organisation
from workflow_engine.engine import Engine
from workflow_engine.storage.schema import audit_entry, log_head, log_leaf

SHIPPED = Path(__file__).parents[1] / "processes" / "indicator_publication" / "indicators"
PER_REQUEST = 8
BATCH = 100
_BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def run(report: Report, *, quick: bool) -> None:
    """Fill a log with requests as they go, count all of it, and look at the city's page."""
    entries = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Settings(database_url=f"sqlite:///{folder}/bench.sqlite3"), migrate=True)
        try:
            load_organisation(engine)
            definitions = [json.loads(path.read_bytes()) for path in sorted(SHIPPED.glob("*.json"))]
            engine.handle(DefineIndicators(command_id=new_id(), definitions=definitions, reason="bench"), OPERATOR)
            _fill(engine, entries)
            _count(report, engine, entries)
        finally:
            engine.close()


def _count(report: Report, engine: Engine, entries: int) -> None:
    spent: list[float] = []
    behind = 1
    while behind:
        began = time.process_time()
        behind = engine.handle(FollowRecord(command_id=new_id(), most=BATCH), WORKER).result["behind"]
        spent.append((time.process_time() - began) * 1000 / BATCH)
    tenth = max(len(spent) // 10, 1)
    first, last = sum(spent[:tenth]) / tenth, sum(spent[-tenth:]) / tenth
    name = f"counting one of {entries:,} entries"
    report.add(Row(name, sum(spent) / len(spent)))
    report.add(Row(f"{name}: the last tenth against the first", last, first, target="≤ 1.5×", met=last <= first * 1.5))
    questions = engine.queries.indicators
    began = time.process_time()
    questions.table("2026-03")
    cold = (time.process_time() - began) * 1000
    began = time.process_time()
    questions.table("2026-03")
    warm = (time.process_time() - began) * 1000
    report.add(Row("every value of a month, asked again", warm, cold, note="first: cold"))


def _fill(engine: Engine, entries: int) -> None:
    """Entries as they stand in the record, without the cases around them."""
    places = [row.place_code for row in engine.queries.places.shapes(("community",))]
    with engine.queries.snapshot() as snapshot:
        connection = snapshot.connection.engine.connect()
    with connection:
        rows = list(_entries(entries, places))
        first = connection.execute(log_head.select()).first()
        start = 0 if first is None else first.size
        for at in range(0, len(rows), 5_000):
            some = rows[at : at + 5_000]
            connection.execute(audit_entry.insert(), some)
            leaves = [
                {"log_index": start + at + number, **{name: row[name] for name in ("stream_id", "seq", "hash")}}
                for number, row in enumerate(some)
            ]
            connection.execute(log_leaf.insert(), leaves)
        connection.execute(
            log_head.insert().values(log_id=1, size=start + len(rows), edge="[]")
            if first is None
            else log_head.update().values(size=start + len(rows))
        )
        connection.commit()


def _entries(count: int, places: list[str]) -> Iterator[dict[str, Any]]:
    for number in range(count // PER_REQUEST):
        stream, at = f"bench{number:08d}", _BEGIN + timedelta(minutes=number * 3 % 40_000)
        unit, place = ("city_management", "health", "transport")[number % 3], places[number % len(places)]
        about = {"request_id": stream}
        told: list[list[dict[str, Any]]] = [
            [{"event": "case.started", "process_id": "hotline_request"},
             {"event": "service_request.submitted", **about, "category": "pothole", "kind": "report", "source": "web",
              "tier": "general", "process_id": "hotline_request", "place_code": place, "unit_id": unit,
              "received_at": at.isoformat()}],
            [{"event": "user_task.created", "token_id": 3, "element_id": "handle", "candidate_groups": [f"unit:{unit}"],
              "due_at": (at + timedelta(days=2)).isoformat()}],
            [{"event": "service_request.told", **about, "status": "dispatched", "marks": ["dispatched"],
              "due_at": (at + timedelta(days=3)).isoformat(),
              "contact_due_at": (at + timedelta(hours=9)).isoformat()}],
            [{"event": "service_request.told", **about, "marks": ["contacted"]}],
            [{"event": "element.completed", "token_id": 3, "element_id": "handle"}],
            [{"event": "user_task.completed", "token_id": 3, "element_id": "handle"}],
            [{"event": "service_request.told", **about, "status": "replied", "marks": ["replied"]}],
            [{"event": "service_request.told", **about, "status": "closed_resolved", "closed": True, "resolved": True,
              "satisfied": number % 9 != 0, "marks": ["called_back"]}],
        ]  # fmt: skip
        for seq, events in enumerate(told, start=1):
            when = at + timedelta(hours=seq * (1 + number % 5))
            yield {
                "stream_id": stream, "seq": seq, "prev": "0", "hash": f"{number:032x}{seq:032x}",
                "command_id": f"{stream}.{seq}", "at": when, "actor": "user:bench",
                "body": json.dumps({"at": when.isoformat(), "events": events, "result": {"unit_id": unit}}),
            }  # fmt: skip
