"""Duplicates and hot spots among 1,000 and 100,000 requests: ``python -m bench.alike [--requests N]``.

The rows are written as they are stored, without cases: what is measured reads nothing else. The city grows with the
requests' number in time, not in space: the same area, a season of reports, one of ten still open.
"""

from __future__ import annotations

import argparse
import logging
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from workflow_engine import OPERATOR, Draft, Engine, RequestWish, Settings, open_engine
from workflow_engine.domain.service_requests import cell_of
from workflow_engine.storage.schema import service_request
from workflow_engine.storage.types import instant_text
from workflow_engine.workers.hot_spots import HotSpotFinder

FEW, ROUNDS, DAYS = 1_000, 40, 91
_SOUTH, _WEST, _SIDE = 28.05, 112.75, 0.30
_WORDS = (
    "路灯", "不亮", "垃圾", "成堆", "晚上", "很黑", "井盖", "破损", "噪音", "扰民", "停水", "一天", "门口", "道路",
    "坑洼", "积水", "没人", "清理", "street", "light", "dark",
)  # fmt: skip


def main() -> None:
    """Build both databases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="how many requests the larger database holds")
    many_of = parser.parse_args().requests
    logging.getLogger("workflow_engine").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        few, many = (measure(Path(folder) / f"{count}.db", count) for count in (FEW, many_of))
    print(f"| question | {FEW:,} requests, ms | {many_of:,} requests, ms | ratio |\n|---|---|---|---|")
    for name, figure in few.items():
        print(f"| {name} | {figure:.2f} | {many[name]:.2f} | {many[name] / figure:.2f} |")


def measure(path: Path, count: int) -> dict[str, float]:
    """Milliseconds of processor time of each question."""
    engine = open_engine(Settings(database_url=f"sqlite:///{path}"), migrate=True)
    try:
        _fill(engine, path, count)
        began = time.process_time()
        HotSpotFinder(engine).run_once()
        print(f"{count:,} requests counted by day in {time.process_time() - began:.1f} s of processor time", flush=True)
        return {name: _time(ask) for name, ask in _questions(engine).items()}
    finally:
        engine.close()


def _fill(engine: Engine, path: Path, count: int) -> None:
    draw, now = random.Random(6), engine.clock.now()
    names = [column.name for column in service_request.columns]
    rows = [tuple(row[name] for name in names) for row in (_row(draw, now, number) for number in range(count))]
    connection = sqlite3.connect(path)
    marks = ", ".join("?" * len(names))
    connection.executemany(f"INSERT INTO service_request ({', '.join(names)}) VALUES ({marks})", rows)
    connection.commit()
    connection.close()


def _row(draw: random.Random, now: datetime, number: int) -> dict[str, object]:
    received = now - timedelta(seconds=draw.randrange(DAYS * 86_400))
    is_open = draw.random() < 0.1
    lat, lon = _SOUTH + draw.random() * _SIDE, _WEST + draw.random() * _SIDE
    row, column = cell_of(lat, lon) or (0, 0)
    given: dict[str, object] = {
        "request_id": f"{number:032x}", "tracking_number": f"SR-{number}", "case_id": f"c{number}",
        "process_id": "hotline_request", "category": f"category.{draw.randrange(40)}", "source": "web",
        "kind": "report", "tier": "general", "status": "dispatched" if is_open else "closed_resolved",
        "description": " ".join(draw.choices(_WORDS, k=8)), "lat": lat, "lon": lon, "cell_row": row,
        "cell_column": column, "place_code": f"430181{draw.randrange(20):03d}{draw.randrange(10):03d}",
        "unit_id": "hotline_centre", "received_at": instant_text(received), "changed_at": instant_text(received),
        "closed_at": None if is_open else instant_text(received), "supervision": "none", "moderation": "shown",
        "exercise": False, "attributes": "{}", "reopened": 0, "reworked": 0, "returned": 0, "extended": 0,
    }  # fmt: skip
    texts = {c.name for c in service_request.columns if not c.nullable} - given.keys()
    return {**dict.fromkeys((c.name for c in service_request.columns), None), **dict.fromkeys(texts, ""), **given}


def _questions(engine: Engine) -> dict[str, Callable[[random.Random], object]]:
    requests, now = engine.queries.service_requests, engine.clock.now()

    def draft(draw: random.Random) -> Draft:
        words = " ".join(draw.choices(_WORDS, k=8))
        lat, lon = _SOUTH + draw.random() * _SIDE, _WEST + draw.random() * _SIDE
        return Draft(words, now, f"category.{draw.randrange(40)}", lat, lon)

    return {
        "alike, for residents": lambda draw: requests.similar(draft(draw)),
        "alike, for staff": lambda draw: requests.similar_for(OPERATOR, draft(draw)),
        "near a point": lambda draw: requests.near(draft(draw).lat or 0, draft(draw).lon or 0, 150),
        "list of what is open": lambda _draw: requests.list(OPERATOR, RequestWish(status="open", exercise=False)),
        "hot spots, all": lambda _draw: engine.queries.hot_spots.current(OPERATOR),
        "hot spots, a turn with nothing new": lambda _draw: HotSpotFinder(engine).run_once(),
    }  # fmt: skip


def _time(ask: Callable[[random.Random], object]) -> float:
    draw, spent = random.Random(1), []
    for _round in range(ROUNDS):
        began = time.process_time()
        ask(draw)
        spent.append((time.process_time() - began) * 1000)
    return statistics.median(spent)


if __name__ == "__main__":
    main()
