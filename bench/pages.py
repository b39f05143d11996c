"""Server time of pages at 1,000 and 1,000,000 stored tasks: ``python -m bench.pages [--tasks N] [--url URL]``.

Each page is asked for as a browser does, through the whole web application, by a clerk of a busy unit; the figure is
the median of the processor time. SQLite by default; with ``--url`` an empty PostgreSQL database for each size
(``{size}`` in the address is replaced).
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import create_engine

from bench import models
from bench.product import Product
from bench.storing import BUSY_UNIT, CLERK, store
from web.app import create_app
from web.sessions import SessionStore
from workflow_engine import OPERATOR, LoadOrganisation, new_command_id

FEW = 1_000
ROUNDS = 15
QUEUES = ("mine", "offered", "due_today", "overdue", "waiting", "started", "done")
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def main() -> None:
    """Build both databases and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000, help="how many tasks the larger database holds")
    parser.add_argument("--url", help="PostgreSQL, with {size} for few and many; by default SQLite in a folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few = measure(_address(arguments.url, folder, "few"), FEW)
        many = measure(_address(arguments.url, folder, "many"), arguments.tasks)
    print(f"| page | {FEW:,} tasks, ms | {arguments.tasks:,} tasks, ms | ratio |\n|---|---|---|---|")
    for name, figure in few.items():
        print(f"| {name} | {figure:.1f} | {many[name]:.1f} | {many[name] / figure:.2f} |")


def measure(url: str, tasks: int) -> dict[str, float]:
    """Milliseconds of processor time of each page among that many stored tasks."""
    product = Product(url, demo=True, session_file=None)
    try:
        product.deploy(models.w1())
        case_id = product.start("w1", {"title": "Riverside"})
        engine = create_engine(url)
        with engine.connect() as connection:
            store(connection, case_id, tasks)
        engine.dispose()
        with _signed_in(product) as client:
            return {name: _time(client, path) for name, path in _pages(product, case_id).items()}
    finally:
        product.close()


def _pages(product: Product, case_id: str) -> dict[str, str]:
    (task_id, *_others) = product.open_tasks(case_id)
    return {
        **{f"inbox, {queue}": f"/inbox?queue={queue}" for queue in QUEUES},
        "inbox, sorted by due": "/inbox?queue=offered&sort=due",
        "inbox, searched in vain": "/inbox?queue=offered&q=zeppelin",
        "case list": "/cases",
        "case list, one process": "/cases?process=w1",
        "case page": f"/cases/{case_id}",
        "task page": f"/tasks/{task_id}",
    }


@contextmanager
def _signed_in(product: Product) -> Iterator[FlaskClient]:
    """A clerk of the busy unit in front of the pages."""
    unit_id = BUSY_UNIT.removeprefix("unit:")
    clerk = {
        "person_id": CLERK, "sign_in_name": "clerk", "display_name_zh": "办事员", "display_name_en": "Clerk",
        "unit_id": unit_id, "groups": ["role:clerk"],
    }  # fmt: skip
    unit = {"unit_id": unit_id, "name_zh": "窗口", "name_en": "Counter"}
    product.engine.handle(LoadOrganisation(command_id=new_command_id(), units=[unit], people=[clerk]), OPERATOR)
    sessions = SessionStore()
    client = create_app(product.engine, product.settings, sessions).test_client()
    sign_in(client, CLERK)
    yield client
    sessions.close()


def sign_in(client: FlaskClient, person_id: str) -> None:
    """One of the demo's people in front of the pages."""
    token = _TOKEN.search(client.get("/sign-in").text)
    client.post("/sign-in/demo", data={"csrf_token": token[1] if token else "", "person_id": person_id})


def _time(client: FlaskClient, path: str) -> float:
    spent = []
    for _round in range(ROUNDS):
        began = time.process_time()
        answer = client.get(path)
        spent.append((time.process_time() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"expected 200 for {path}, but got {answer.status_code}")
    return statistics.median(spent)


def _address(url: str | None, folder: str, size: str) -> str:
    return url.format(size=size) if url else f"sqlite:///{Path(folder) / f'{size}.db'}"


if __name__ == "__main__":
    main()
