"""What a vote costs among 10, 100 and 1,000 voters, beside an approval of a stock multi-instance task as large.

The whole of it counts: opening with everybody on the roll, each vote with its receipt, the look after it, the decision.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from bench import models
from bench.measuring import Report, Row, alternate
from bench.naive import Naive
from bench.product import Product
from bench.workloads import spent
from workflow_engine import Actor, CastVote, new_command_id

SIZES = (10, 100, 1000)
LIMITS = {10: 1.5, 100: 0.5, 1000: 0.1}
_APPROVALS = 20
"""How many of the yardstick's approvals are measured: each of them writes the whole state, whichever it is."""
_MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="urn:bench">
  <bpmn:process id="ballot" isExecutable="true">
    <bpmn:startEvent id="s"/><bpmn:userTask id="vote"><bpmn:extensionElements><camunda:properties>
      <camunda:property name="ballot" value="decision"/><camunda:property name="ballot.voters" value="=voters"/>
      <camunda:property name="ballot.earlyEnd" value="false"/>
    </camunda:properties></bpmn:extensionElements></bpmn:userTask><bpmn:endEvent id="e"/>
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="vote"/>
    <bpmn:sequenceFlow id="f2" sourceRef="vote" targetRef="e"/>
  </bpmn:process>
</bpmn:definitions>"""


def run(report: Report, *, quick: bool) -> None:
    """Both in turn, each round a new case."""
    with tempfile.TemporaryDirectory() as folder:
        product, naive = Product(Path(folder)), Naive(Path(folder))
        try:
            _compare(report, product, naive, SIZES[:-1] if quick else SIZES)
        finally:
            product.close()
            naive.close()


def _compare(report: Report, product: Product, naive: Naive, sizes: tuple[int, ...]) -> None:
    product.deploy(_MODEL.encode())
    figures = {}
    for size in sizes:
        naive.deploy(models.w2(size))
        rounds = max(1, min(9, 300 // size))
        ours, theirs = alternate(rounds, partial(vote_through, product, size), partial(approve_some, naive, size))
        figures[size] = ours
        report.compare(f"ballot of {size:,}: per vote against per approval", ours, theirs, LIMITS[size])
    last = sizes[-1]
    growth = figures[last] / figures[10]
    report.add(
        Row(f"per vote, {last:,} voters against 10", figures[last], figures[10], target="≤ 2×", met=growth <= 2)
    )


def vote_through(product: Product, size: int) -> float:
    """Milliseconds of CPU for each vote of a whole ballot."""
    voters = [f"voter{number}" for number in range(size)]

    def act() -> None:
        case_id = product.start("ballot", {"voters": voters})
        (ballot_id,) = product.open_tasks(case_id)
        for voter in voters:
            command = CastVote(command_id=new_command_id(), ballot_id=ballot_id, choice="yes")
            product.engine.handle(command, Actor(voter))
        if product.open_tasks(case_id):
            raise AssertionError("the ballot was not decided")

    return spent(act, size)


def approve_some(naive: Naive, size: int) -> float:
    """The same for approvals, with the start of the case shared out over all of them."""
    case = 0

    def begin() -> None:
        nonlocal case
        case = naive.start(f"w2_{size}", {})

    start = spent(begin, size)
    some = naive.open_tasks(case)[:_APPROVALS]

    def approve() -> None:
        for task in some:
            naive.complete(case, task, {"v": 1})

    return start + spent(approve, len(some))
