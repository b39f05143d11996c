"""The servers under load: the product's pages over prepared cases, and a bare durable step with group commit.

    python -m bench.serving_host product|ceiling FOLDER PORT CASES
"""

from __future__ import annotations

import queue
import sqlite3
import sys
import threading
from pathlib import Path

from flask import Flask, redirect
from waitress import serve  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from bench import models
from bench.product import Product
from bench.workloads import VARIABLES
from web.app import create_app
from web.busy import dispatcher_of
from workflow_engine import OPERATOR, LoadOrganisation, new_command_id

THREADS = 48
PERSON = {
    "person_id": "user:clerk", "sign_in_name": "clerk", "display_name_zh": "办事员", "display_name_en": "Clerk",
    "password_hash": "", "unit_id": "unit:desk", "groups": ["unit:desk"],
}  # fmt: skip
UNIT = {
    "unit_id": "unit:desk", "parent_id": None, "level": "city", "name_zh": "服务台", "name_en": "Desk",
    "subject_class": "government",
}  # fmt: skip


def product(folder: Path, port: int, cases: int) -> None:
    """The real pages; the ids of the open tasks are left in ``tasks.txt``."""
    side = Product(folder, demo=True, session_file=folder / "sessions.db", secret_key_file=folder / "secret.key")
    side.engine.handle(LoadOrganisation(command_id=new_command_id(), units=[UNIT], people=[PERSON]), OPERATOR)
    side.deploy(models.w1())
    tasks = [side.open_tasks(side.start("w1", VARIABLES))[0] for _ in range(cases)]
    (folder / "tasks.txt").write_text("\n".join(tasks))
    app = create_app(side.engine, side.settings)
    server = create_server(app, host="127.0.0.1", port=port, _dispatcher=dispatcher_of(app, THREADS))
    server.run()


def ceiling(folder: Path, port: int, _cases: int) -> None:
    """Flask, one insert per request, one writer thread that commits for all who wait: as durable as fast can be."""
    work: queue.Queue[tuple[str, threading.Event]] = queue.Queue()

    def write() -> None:
        db = sqlite3.connect(folder / "ceiling.db", isolation_level=None)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        db.execute("create table t(id integer primary key, v text)")
        while True:
            batch = [work.get()]
            while len(batch) < 64 and not work.empty():
                batch.append(work.get_nowait())
            db.execute("begin immediate")
            db.executemany("insert into t(v) values(?)", [(value,) for value, _ in batch])
            db.execute("commit")
            for _, done in batch:
                done.set()

    threading.Thread(target=write, daemon=True).start()
    app = Flask(__name__)

    @app.post("/tasks/<task>/complete")
    def step(task: str) -> Response:
        done = threading.Event()
        work.put((task, done))
        done.wait()
        return redirect("/inbox", 303)

    serve(app, host="127.0.0.1", port=port, threads=THREADS)


if __name__ == "__main__":
    {"product": product, "ceiling": ceiling}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
