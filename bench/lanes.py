"""How late an emergency is while everything else is in a flood: its timers, and the click of whoever handles it."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measuring import Report, Row
from bench.product import Product
from workflow_engine.domain.actors import OPERATOR
from workflow_engine.domain.lanes import EMERGENCY
from workflow_engine.workers.clock import AlarmClock

WAITED_SECONDS = 0.3
NAMESPACES = 'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
LANE = (
    '<bpmn:extensionElements><camunda:properties><camunda:property name="liandong:lane" value="emergency"/>'
    "</camunda:properties></bpmn:extensionElements>"
)
_CLONED = ("process_instance", "token", "timer")


def run(report: Report, *, quick: bool) -> None:
    """Emergencies beside as many due timers of other cases, and without them."""
    flood, rounds = (5_000, 10) if quick else (50_000, 40)
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        product.deploy(_model("flood", "", "PT0.05S"))
        product.deploy(_model("urgent", LANE, f"PT{WAITED_SECONDS}S"))
        with _clocks(product):
            timers, clicks = _measure(product, rounds)
        late = statistics.median(timers), max(timers)
        click = statistics.median(clicks), max(clicks)
        _clone(product, product.start("flood", {}), flood)
        with _clocks(product) as clocks:
            timers, clicks = _measure(product, rounds)
            left = product.engine.queries.load(product.engine.clock.now())["overdue_timers"]
            fired = sum(clock._fired for clock in clocks)
        note = f"{flood:,} due timers of others, {left:,}{'+' if left == 10_000 else ''} left at the end"
        _add(report, "lanes: lateness of an emergency's timer", timers, late, note)
        _add(report, "lanes: an emergency's task completed", clicks, click, "median and worst beside the flood")
        met = left > 0 and fired > 0
        report.add(Row("lanes: the flood went on meanwhile", left, unit="timers", target="> 0", met=met))
        product.close()


def _add(report: Report, name: str, found: list[float], without: tuple[float, float], note: str) -> None:
    median, worst = statistics.median(found), max(found)
    report.add(Row(f"{name}, median", median, without[0], unit="ms", note=note))
    report.add(Row(f"{name}, worst", worst, without[1], unit="ms", target="≤ 2,000 ms", met=worst <= 2_000))


def _measure(product: Product, rounds: int) -> tuple[list[float], list[float]]:
    """(how late each timer fired, how long each completion took), in ms; one emergency after the other."""
    late, clicks = [], []
    for _ in range(rounds):
        case_id = product.start("urgent", {})
        (timer,) = product.engine.queries.get_case(case_id, OPERATOR).timers
        while not (tasks := product.open_tasks(case_id)):
            time.sleep(0.002)
        (timer,) = product.engine.queries.get_case(case_id, OPERATOR).timers
        assert timer.fired_at is not None
        late.append((timer.fired_at - timer.due_at).total_seconds() * 1000)
        began = time.perf_counter()
        product.complete(case_id, tasks[0], {})
        clicks.append((time.perf_counter() - began) * 1000)
    return late, clicks


@contextmanager
def _clocks(product: Product) -> Iterator[list[AlarmClock]]:
    """Both clocks as a server runs them."""
    made = [
        AlarmClock(product.engine, worker_id="bench", lane=EMERGENCY),
        AlarmClock(product.engine, worker_id="bench"),
    ]
    stopping = threading.Event()
    ordinary = threading.Thread(target=_tick, args=(made[1], stopping), daemon=True)
    made[0].start()
    ordinary.start()
    yield made
    made[0].stop()
    stopping.set()
    # The flood takes minutes more; nobody waits for its end.
    made[1]._claim = lambda _lane: ([], [])  # type: ignore[method-assign,assignment]
    ordinary.join(timeout=60)


def _tick(clock: AlarmClock, stopping: threading.Event) -> None:
    while not stopping.is_set():
        clock.tick()
        stopping.wait(0.2)


def _clone(product: Product, case_id: str, count: int) -> None:
    """The rows of one waiting case as often as that: what is fired is real, only how it was started is not."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    with product.engine._database.write() as unit:
        cursor: Any = unit._cursor
        for table in _CLONED:
            columns = [row[1] for row in cursor.execute(f"PRAGMA table_info({table})")]
            anew = ", ".join(
                f"substr(replace({name}, ?, printf('%032x', i)), 1, 200)" if name in ("case_id", "timer_id") else name
                for name in columns
            )
            marks = [case_id] * sum(name in ("case_id", "timer_id") for name in columns)
            cursor.execute(
                f"{numbers} INSERT INTO {table} ({', '.join(columns)})"
                f" SELECT {anew} FROM {table}, n WHERE case_id = ?",
                [count, *marks, case_id],
            )
        unit.commit()


def _model(process_id: str, properties: str, pause: str) -> bytes:
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate([("s", "t"), ("t", "u"), ("u", "e")])
    )
    return (
        f'<bpmn:definitions {NAMESPACES} id="d" targetNamespace="urn:bench">'
        f'<bpmn:process id="{process_id}" isExecutable="true">{properties}<bpmn:startEvent id="s"/>'
        f'<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition><bpmn:timeDuration>{pause}</bpmn:timeDuration>'
        f'</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent><bpmn:userTask id="u"/><bpmn:endEvent id="e"/>'
        f"{flows}</bpmn:process></bpmn:definitions>"
    ).encode()
