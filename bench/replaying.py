"""The data of a replay: a case of 10,000 events told in pieces, as a browser asks for them."""

from __future__ import annotations

import gzip
import re
import statistics
import tempfile
import time
from pathlib import Path

from bench.measuring import Report, Row
from bench.models import loop
from bench.product import Product
from bench.serving_host import PERSON, UNIT
from web.app import create_app
from workflow_engine import OPERATOR, LoadOrganisation, new_command_id

EVENTS = 10_000
_ROUNDS = 3


def run(report: Report, *, quick: bool) -> None:
    """One case in a loop of user tasks; each piece costs the same, wherever in the case it lies."""
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder), demo=True, session_file=None, secret_key_file=Path(folder) / "key")
        try:
            _measure(report, product, EVENTS // 5 if quick else EVENTS)
        finally:
            product.close()


def _measure(report: Report, product: Product, events: int) -> None:
    case_id, told = _make(product, events)
    client = create_app(product.engine, product.settings).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    client.post("/sign-in/demo", data={"csrf_token": token[1] if token else "", "person_id": PERSON["person_id"]})
    whole: list[float] = []
    pieces: list[float] = []
    size = 0
    for _ in range(_ROUNDS):
        pieces, size, after = [], 0, 0
        while after is not None:
            began = time.process_time()
            answer = client.get(f"/cases/{case_id}/replay/data?after={after}")
            pieces.append((time.process_time() - began) * 1000)
            if answer.status_code != 200:
                raise RuntimeError(f"expected the data of the replay, but got {answer.status_code}")
            size += len(gzip.compress(answer.data))
            after = answer.json["next"]
        whole.append(sum(pieces))
    middle = statistics.median(pieces[1:-1] or pieces)
    note = f"{len(pieces)} pieces, {size / 1024:.0f} KiB compressed"
    report.add(Row(f"replay data, {told:,} events", statistics.median(whole), note=note))
    report.add(
        Row("replay data: last full piece against the first", pieces[-2], pieces[0], target="≤ 1.5×",
            met=pieces[-2] <= 1.5 * pieces[0], note=f"median piece {middle:.1f} ms")
    )  # fmt: skip


def _make(product: Product, events: int) -> tuple[str, int]:
    """A case with at least so many events; its id and how many there are."""
    people = [{**PERSON, "groups": ["administrators"]}]
    product.engine.handle(LoadOrganisation(command_id=new_command_id(), units=[UNIT], people=people), OPERATOR)
    case_id = product.start(product.deploy(loop("replayed", "user", events)), {"count": 0})
    told = 0
    heard: list[int] = []
    product.engine.listen(lambda committed: heard.append(len(committed.events)))
    while told < events:
        for task in product.open_tasks(case_id):
            product.complete(case_id, task, {"note": f"turn {told}"})
        told = sum(heard)
    return case_id, told
