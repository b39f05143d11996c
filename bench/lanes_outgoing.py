"""How late an emergency's jobs, messages and notices are beside a flood of others; workers as a server runs them."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.lanes import LANE, NAMESPACES
from bench.measuring import Report, Row
from bench.product import AUTHOR, Product
from workflow_engine import AddWebhook, new_command_id, new_id, secret_of
from workflow_engine.domain.lanes import EMERGENCY
from workflow_engine.workers.connectors import Registry
from workflow_engine.workers.dispatching import InProcessDispatcher
from workflow_engine.workers.jobs import JobRunner
from workflow_engine.workers.loop import Loop
from workflow_engine.workers.outbox import OutboxRunner
from workflow_engine.workers.sequencer import Sequencer
from workflow_engine.workers.telling import TellingRunner

_CALL_SECONDS = 0.01
"""How long a receiver takes."""
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"


def run(report: Report, *, quick: bool) -> None:
    """Each with and without so many of others that wait already."""
    flood, rounds = (5_000, 8) if quick else (50_000, 25)
    for part in (_jobs, _messages, _notices):
        with tempfile.TemporaryDirectory() as folder:
            product = Product(Path(folder))
            part(report, _Bench(product, flood, rounds))
            product.close()


class _Bench:
    """A product, what it is flooded with, and when the tasks of emergencies came."""

    def __init__(self, product: Product, flood: int, rounds: int) -> None:
        self.product, self.flood, self.rounds = product, flood, rounds
        self.came_at: dict[str, float] = {}
        product.engine.listen(self._heard)

    def _heard(self, committed: Any) -> None:
        if any(type(event).__name__ == "UserTaskCreated" for event in committed.events):
            self.came_at[committed.receipt.case_id] = time.perf_counter()

    def late(self, came: Callable[[str], float | None]) -> list[float]:
        """How long after its start each emergency got there, in ms; one after the other."""
        found = []
        for _ in range(self.rounds):
            began = time.perf_counter()
            case_id = self.product.start("urgent", {})
            while (at := came(case_id)) is None:
                time.sleep(0.001)
            found.append((at - began) * 1000)
        return found

    def write(self, sql: str) -> None:
        """Rows as many workers would have left them."""
        with self.product.engine._database.write() as unit:
            unit._cursor.execute(f"{_NUMBERS.format(self.flood)} {sql}")
            unit.commit()

    def columns(self, table: str, **changed: str) -> str:
        """``INSERT … SELECT`` of a table's own rows as often as the flood is large, with some values changed."""
        with self.product.engine._database.write() as unit:
            names = [row[1] for row in unit._cursor.execute(f"PRAGMA table_info({table})").fetchall()]
        values = ", ".join(changed.get(name, name) for name in names)
        return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table}, n"

    def left(self, condition: str) -> int:
        """How many of the flood wait still."""
        with self.product.engine._database.write() as unit:
            return int(unit._cursor.execute(f"SELECT count(*) FROM {condition}").fetchone()[0])


def _add(report: Report, bench: _Bench, name: str, found: list[float], without: list[float], left: int) -> None:
    note = f"{bench.flood:,} of others, {left:,} left at the end"
    beside, worst = statistics.median(without), max(found)
    report.add(Row(f"lanes: {name}, median", statistics.median(found), beside, unit="ms", note=note))
    report.add(Row(f"lanes: {name}, worst", worst, max(without), unit="ms", target="≤ 5,000 ms", met=worst <= 5_000))
    report.add(Row(f"lanes: {name}: the flood went on", bench.flood - left, unit="done", target="> 0",
                   met=0 < left < bench.flood))  # fmt: skip


# ------------------------------------------------------------------------------------------------ jobs
def _jobs(report: Report, bench: _Bench) -> None:
    service = '<bpmn:serviceTask id="call" camunda:type="external" camunda:topic="call"/>'
    bench.product.deploy(_model("flood", service))
    bench.product.deploy(_model("urgent", service, '<bpmn:userTask id="u"/>', lane=LANE))
    engine, registry = bench.product.engine, Registry({"call": _call})
    case_id = bench.product.start("flood", {})

    @contextmanager
    def workers() -> Iterator[None]:
        runners = [
            JobRunner(engine, registry, worker_id="first", threads=2, lane=EMERGENCY),
            JobRunner(engine, registry, worker_id="all", threads=4),
        ]
        dispatchers = [InProcessDispatcher(engine, runner) for runner in runners]
        for dispatcher in dispatchers:
            dispatcher.start()
        yield
        for dispatcher in dispatchers:
            dispatcher.stop()

    anew = f"substr(replace({{}}, '{case_id}', printf('%032x', i)), 1, 200)"
    for table in ("process_instance", "token", "job"):
        changed = {"case_id": anew.format("case_id"), "job_id": anew.format("job_id")}
        bench.write(f"{bench.columns(table, **changed)} WHERE case_id = '{case_id}'")
    with bench.product.engine._database.write() as unit:
        # Those of the flood wait until they are wanted.
        unit._cursor.execute("UPDATE job SET available_at = '9' || substr(available_at, 2)")
        unit.commit()
    with workers():
        without = bench.late(bench.came_at.get)
    with bench.product.engine._database.write() as unit:
        unit._cursor.execute("UPDATE job SET available_at = created_at WHERE state = 'available'")
        unit.commit()
    with workers():
        found = bench.late(bench.came_at.get)
        left = bench.left("job WHERE state = 'available'")
    _add(report, bench, "an emergency's job done", found, without, left)


def _call(_work: Any) -> Mapping[str, Any]:
    time.sleep(_CALL_SECONDS)
    return {}


# ------------------------------------------------------------------------------------------------ messages
def _messages(report: Report, bench: _Bench) -> None:
    names = '<bpmn:message id="ask" name="ask"/><bpmn:message id="flood" name="flood"/>'
    throw = (
        '<bpmn:intermediateThrowEvent id="say"><bpmn:messageEventDefinition messageRef="{}"/>'
        "</bpmn:intermediateThrowEvent>"
    )
    bench.product.deploy(_model("one", throw.format("flood"), before=names))
    bench.product.deploy(_model("urgent", throw.format("ask"), before=names, lane=LANE))
    bench.product.start("one", {})
    bench.product.deploy(_model("answering", '<bpmn:userTask id="u"/>', before=names, starts_with="ask"))
    answered: list[float] = []
    engine = bench.product.engine
    engine.listen(lambda told: answered.extend([time.perf_counter()] * _is_answer(told)))

    def came(_case_id: str) -> float | None:
        return answered.pop() if answered else None

    @contextmanager
    def workers() -> Iterator[None]:
        with _loops(
            Loop("first", partial(engine.pump, lane=EMERGENCY), 1.0), Loop("all", OutboxRunner(engine).run_once, 5.0)
        ):
            yield

    with workers():
        without = bench.late(came)
    engine._pump._try = _nothing  # type: ignore[method-assign]
    bench.product.deploy(_model("many", starts_with="flood", before=names))
    del engine._pump._try
    with engine._database.write() as unit:
        (message_id,) = unit._cursor.execute("SELECT message_id FROM message WHERE name = 'flood'").fetchone()
        (outbox_id,) = unit._cursor.execute("SELECT outbox_id FROM outbox WHERE kind = 'message' LIMIT 1").fetchone()
    anew = "printf('%032x', i)"
    bench.write(f"{bench.columns('message', message_id=anew)} WHERE message_id = '{message_id}'")
    bench.write(f"{bench.columns('message_digest', message_id=anew)} WHERE message_id = '{message_id}'")
    payload = f"CAST('{{\"id\":\"' || {anew} || '\"}}' AS BLOB)"
    changed = {"outbox_id": f"'message:' || {anew}", "payload": payload, "state": "'pending'", "lane": "1"}
    bench.write(f"{bench.columns('outbox', **changed)} WHERE outbox_id = '{outbox_id}'")
    with workers():
        found = bench.late(came)
        left = bench.left("outbox WHERE state = 'pending'")
        engine._pump._try = _nothing  # type: ignore[method-assign]  # nobody waits for the rest
    _add(report, bench, "an emergency's message answered", found, without, left)


def _is_answer(told: Any) -> bool:
    return any(type(event).__name__ == "UserTaskCreated" for event in told.events)


def _nothing(*_: object) -> int:
    return 0


# ------------------------------------------------------------------------------------------------ notices
def _notices(report: Report, bench: _Bench) -> None:
    engine, product = bench.product.engine, bench.product
    product.deploy(_model("flood", '<bpmn:userTask id="u"/>'))
    product.deploy(_model("urgent", '<bpmn:userTask id="u"/>', lane=LANE))
    add = AddWebhook(command_id=new_command_id(), webhook_id=new_id(), name="city", url="https://receiver.example/",
                     secret=secret_of(bytes(32)), kinds=("user_task.created",))  # fmt: skip
    engine.handle(add, AUTHOR)
    told: dict[str, float] = {}

    def send(delivery: Mapping[str, Any]) -> None:
        time.sleep(_CALL_SECONDS)
        told[delivery["content"]["source"]] = time.perf_counter()

    @contextmanager
    def workers() -> Iterator[None]:
        sequencer = Sequencer(engine)
        sequencer.listen()
        runners = [TellingRunner(engine, send, send, ZoneInfo("UTC"), lane=lane) for lane in (EMERGENCY, None)]
        with _loops(
            Loop("log", sequencer.run_once, 1.5), Loop("first", runners[0].run_once, 1.0),
            Loop("all", runners[1].run_once, 2.0),
        ):  # fmt: skip
            yield

    def came(case_id: str) -> float | None:
        return next((at for source, at in list(told.items()) if case_id in source), None)

    with workers():
        product.start("flood", {})
        without = bench.late(came)
    changed = {"delivery_id": "delivery_id || '-' || i", "state": "'pending'", "settled_at": "NULL", "lane": "1"}
    bench.write(f"{bench.columns('delivery', **changed)} WHERE delivery_id = (SELECT min(delivery_id) FROM delivery)")
    with workers():
        found = bench.late(came)
        left = bench.left("delivery WHERE state = 'pending'")
    _add(report, bench, "an emergency told outside", found, without, left)


# ------------------------------------------------------------------------------------------------ inside
@contextmanager
def _loops(*loops: Loop) -> Iterator[None]:
    with ExitStack() as stack:
        for loop in loops:
            loop.start()
            stack.callback(loop.stop, 120)
        yield


def _model(process_id: str, *nodes: str, lane: str = "", before: str = "", starts_with: str = "") -> bytes:
    started = f'<bpmn:messageEventDefinition messageRef="{starts_with}"/>' if starts_with else ""
    parts = [f'<bpmn:startEvent id="s">{started}</bpmn:startEvent>', *nodes, '<bpmn:endEvent id="e"/>']
    ids = [part.partition('id="')[2].partition('"')[0] for part in parts]
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(pairwise(ids))
    )
    return (
        f'<bpmn:definitions {NAMESPACES} id="d" targetNamespace="urn:bench">{before}<bpmn:process id="{process_id}" '
        f'isExecutable="true">{lane}{"".join(parts)}{flows}</bpmn:process></bpmn:definitions>'
    ).encode()
