"""Importing service requests, and pages among 1,000 and 100,000: ``python -m bench.service_requests [--requests N]``.

The requests are imported as a file is, through the model, each with its case, chain and record; a season of one city,
most of them closed. Each page is asked for as a browser or program does, through the whole web application; figures
are medians of processor time, and the last column is what counts.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient

from bench.pages import sign_in
from web.app import create_app
from web.sessions import SessionStore
from workflow_engine import OPERATOR, Engine, Open311Wish, Settings, open_engine
from workflow_engine.demo.load import load_organisation, processes_in, release_process
from workflow_engine.interchange.report_rows import ReportRow
from workflow_engine.report_exchange import ImportWish, import_reports
from workflow_engine.workers.hot_spots import HotSpotFinder
from workflow_engine.workers.indicators import Counter
from workflow_engine.workers.supervision import Supervisor

PROCESSES = Path(__file__).parents[1] / "processes"
FEW = 1_000
ROUNDS = 15
DAYS = 80
DISPATCHER = "user:yu_man"
SUPERVISOR = "user:zhong_ping"
"""Demo people who may see the desk, and the board."""
_ENDS = ("closed_resolved", "closed_resolved", "closed_explained")
_SOUTH, _WEST, _SIDE = 28.05, 112.75, 0.30


def main() -> None:
    """Build both databases and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="how many requests the larger database holds")
    parser.add_argument("--folder", type=Path, help="where the databases are kept, and found the next time")
    arguments = parser.parse_args()
    logging.getLogger("workflow_engine").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        few = measure(folder / f"{FEW}.db", FEW)
        many = measure(folder / f"{arguments.requests}.db", arguments.requests)
    print(f"\n| page | {FEW:,} requests, ms | {arguments.requests:,} requests, ms | ratio |\n|---|---|---|---|")
    for name, figure in few.items():
        print(f"| {name} | {figure:.1f} | {many[name]:.1f} | {many[name] / figure:.2f} |", flush=True)


def measure(path: Path, count: int) -> dict[str, float]:
    """Milliseconds of processor time of each page among that many requests."""
    settings = Settings(database_url=f"sqlite:///{path}", demo=True)
    engine = open_engine(settings, migrate=True)
    try:
        if not _is_filled(engine):
            _fill(engine, count)
        sessions = SessionStore()
        app = create_app(engine, settings, sessions)
        figures = {name: _time(app.test_client(), path) for name, path in _public(engine).items()}
        for person, pages in ((DISPATCHER, _DESK), (SUPERVISOR, _BOARD)):
            client = app.test_client()
            sign_in(client, person)
            figures.update({name: _time(client, path) for name, path in pages.items()})
        sessions.close()
        return figures
    finally:
        engine.close()


def _is_filled(engine: Engine) -> bool:
    return bool(engine.queries.service_requests.list_public(limit=1).items)


def _fill(engine: Engine, count: int) -> None:
    load_organisation(engine)
    for folder in processes_in(PROCESSES):
        release_process(engine, folder)
    began, cpu = time.perf_counter(), time.process_time()
    tally = import_reports(engine, OPERATOR, reports(engine, count), ImportWish("bench"))
    spent, busy = time.perf_counter() - began, time.process_time() - cpu
    rates = f"{count / busy:.0f} a second of processor time, {count / spent:.0f} by the clock"
    print(f"{tally.imported:,} imported: {rates}", flush=True)
    for worker in (Supervisor(engine), HotSpotFinder(engine), Counter(engine)):
        while worker.run_once():  # what pages show is counted from the record, beside the work
            pass


def reports(engine: Engine, count: int) -> Iterator[ReportRow]:
    """Made-up reports of one season: every category, all over the city, nine of ten closed, one of five late."""
    draw = random.Random(311)  # the same reports every time
    categories = [category.code for category in engine.queries.service_categories.list(public_only=True)]
    now = engine.clock.now()
    for number in range(count):
        received = now - timedelta(seconds=draw.randrange(DAYS * 86_400))
        due = received + timedelta(hours=draw.choice((24, 72, 168, 360)))
        closed = received + (due - received) * draw.uniform(0.1, 1.25)
        is_closed = closed < now and draw.random() < 0.9
        yield ReportRow(
            external_id=str(number), category=draw.choice(categories),
            status=draw.choice(_ENDS) if is_closed else "dispatched",
            received_at=received, title=f"Report {number}", description=f"What was seen at place {number}.",
            address=f"{draw.randrange(400)} River Road", lat=round(_SOUTH + draw.random() * _SIDE, 6),
            lon=round(_WEST + draw.random() * _SIDE, 6), status_note="Settled." if is_closed else "", due_at=due,
            closed_at=closed if is_closed else None, changed_at=closed if is_closed else received,
        )  # fmt: skip


def _public(engine: Engine) -> dict[str, str]:
    now = engine.clock.now()
    rows, _following = engine.queries.open311.list(Open311Wish(now - timedelta(days=DAYS), now, limit=1))
    request_id, category = rows[0].request.request_id, rows[0].request.category
    return {
        "portal, home": "/portal",
        "portal, list": "/portal/requests",
        "portal, one category": f"/portal/requests?category={category}",
        "portal, one request": f"/portal/requests/{request_id}",
        "portal, map data": "/portal/points.json",
        "portal, feed": "/portal/feed.atom",
        "Open311, 50 newest": "/open311/v2/requests.json?page_size=50",
        "Open311, page 10 of 50": "/open311/v2/requests.json?page_size=50&page=10",
        "Open311, 1,000 newest, XML": "/open311/v2/requests.xml",
        "Open311, open ones": "/open311/v2/requests.json?page_size=50&status=open",
        "Open311, one service": f"/open311/v2/requests.json?page_size=20&service_code={category}",
        "Open311, one request": f"/open311/v2/requests/{request_id}.json",
    }


_DESK = {
    "dispatcher's list": "/service-requests",
    "moderation": "/service-requests/moderation",
    "hot spots": "/hot-spots",
}
_BOARD = {
    "supervision board": "/supervision", "supervision, cases": "/supervision/cases",
    "supervision, league": "/supervision/league",
}  # fmt: skip


def _time(client: FlaskClient, path: str) -> float:
    spent = []
    for _round in range(ROUNDS):
        began = time.process_time()
        answer = client.get(path)
        spent.append((time.process_time() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"expected 200 for {path}, but got {answer.status_code}")
    return statistics.median(spent)


if __name__ == "__main__":
    main()
