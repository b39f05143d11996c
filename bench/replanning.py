"""Thousands of running cases re-planned for an emergency: what each costs, and what people's clicks cost meanwhile."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.measuring import Report, Row
from bench.product import Product
from workflow_engine.domain.actors import OPERATOR
from workflow_engine.workers.replanning import Replanner

_URN = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
_EMERGENCY = (
    '<bpmn:extensionElements><camunda:properties><camunda:property name="liandong:lane" value="emergency"/>'
    '<camunda:property name="liandong:mechanism" value="emergency"/></camunda:properties></bpmn:extensionElements>'
)
_NAMES = ("direction", "rank", "units", "reason")
_INPUTS = "".join(f'<camunda:inputParameter name="{name}">${{{name}}}</camunda:inputParameter>' for name in _NAMES)
_SEND = (
    f'<bpmn:extensionElements><camunda:inputOutput>{_INPUTS}</camunda:inputOutput></bpmn:extensionElements>'
)


def run(report: Report, *, quick: bool) -> None:
    """An activation at level II over so many cases of the unit that is called, then the end of the response."""
    count = 500 if quick else 5_000
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        product.deploy(_ordinary())
        product.deploy(_emergency())
        for _ in range(count):
            product.start("ordinary", {})
        emergency = product.start("emergency", {})
        clicks = _Clicks(product)
        alone = clicks.measure(20)
        said = {"units": ["fire"], "reason": "bench"}
        for direction in ("activate", "end"):
            _decide(product, emergency, {**said, "direction": direction, "rank": 2})
            each, seconds, times = _bring(product, clicks)
            (call, *_) = product.engine.queries.replans.calls(emergency, OPERATOR)
            assert (call.state, call.changed, call.failed) == ("done", count, 0), call
            name = f"re-planning, {direction}, {count:,} cases"
            pace = f"{seconds:.0f} s in all, {count / seconds:.0f}/s"
            report.add(Row(f"{name}: each", each, unit="ms CPU", note=pace))
            report.add(
                Row(f"{name}: a click meanwhile, median", statistics.median(times), alone, unit="ms",
                    note=f"worst {max(times):.0f} ms of {len(times)}", target="≤ 250 ms",
                    met=statistics.median(times) <= 250)
            )  # fmt: skip
        product.close()


class _Clicks:
    """Somebody else who completes tasks of other cases."""

    def __init__(self, product: Product) -> None:
        self._product = product
        product.deploy(_aside())

    def measure(self, count: int) -> float:
        return statistics.median(self.click() for _ in range(count))

    def click(self) -> float:
        case_id = self._product.start("aside", {})
        (task,) = self._product.open_tasks(case_id)
        began = time.perf_counter()
        self._product.complete(case_id, task, {})
        return (time.perf_counter() - began) * 1000


def _bring(product: Product, clicks: _Clicks) -> tuple[float, float, list[float]]:
    """(ms of CPU for each case, seconds in all, what clicks took meanwhile in ms)."""
    replanner = Replanner(product.engine, worker_id="bench")
    cpu: list[float] = []
    done: list[int] = []

    def work() -> None:
        began = time.thread_time()
        while made := replanner.run_once():
            done.append(made)
        cpu.append(time.thread_time() - began)

    thread, began = threading.Thread(target=work), time.perf_counter()
    thread.start()
    times = []
    while thread.is_alive():
        times.append(clicks.click())
        time.sleep(0.05)
    return cpu[0] * 1000 / max(sum(done), 1), time.perf_counter() - began, times


def _decide(product: Product, case_id: str, values: dict[str, Any]) -> None:
    product.complete(case_id, product.open_tasks(case_id)[0], values)


def _process(process_id: str, head: str, nodes: list[str]) -> bytes:
    ids = ["s", *(f"n{number}" for number in range(len(nodes))), "e"]
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{one}" targetRef="{two}"/>'
        for number, (one, two) in enumerate(pairwise(ids))
    )
    body = "".join(node.replace("ID", f"n{number}") for number, node in enumerate(nodes))
    return (
        f'<bpmn:definitions {_URN} id="d" targetNamespace="urn:bench"><bpmn:message id="M" name="emergency.replan"/>'
        f'<bpmn:process id="{process_id}" isExecutable="true">{head}<bpmn:startEvent id="s"/>{body}'
        f'<bpmn:endEvent id="e"/>{flows}</bpmn:process></bpmn:definitions>'
    ).encode()


def _ordinary() -> bytes:
    due = "=now() + duration(&quot;P5D&quot;)"
    task = f'<bpmn:userTask id="ID" camunda:candidateGroups="unit:fire" camunda:dueDate="{due}"/>'
    timer = (
        '<bpmn:boundaryEvent id="t" attachedToRef="n0" cancelActivity="false"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P4D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        '<bpmn:endEvent id="te"/><bpmn:sequenceFlow id="tf" sourceRef="t" targetRef="te"/>'
    )
    return _process("ordinary", timer, [task])


def _aside() -> bytes:
    return _process("aside", "", ['<bpmn:userTask id="ID"/>'])


def _emergency() -> bytes:
    send = f'<bpmn:sendTask id="ID" messageRef="M">{_SEND}</bpmn:sendTask>'
    return _process("emergency", _EMERGENCY, ['<bpmn:userTask id="ID"/>', send] * 2 + ['<bpmn:userTask id="ID"/>'])
