"""W1 to W4 and the larger cases, on the product and the yardstick in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any, Protocol

from bench import models
from bench.measuring import Report, Row, alternate

VARIABLES = {"title": "Reconstruction of the riverside", "amount": 120000, "area": {"code": "430102", "name": "East"}}


FORM = {**VARIABLES, "form": {f"field{number}": f"value {number} lorem ipsum dolor sit amet" for number in range(40)}}
"""What a filled-in form of forty fields adds to a case: about 2 kB."""


class Side(Protocol):
    """What the workloads ask of either side."""

    def deploy(self, xml: bytes) -> str: ...
    def start(self, process_id: str, variables: dict[str, Any]) -> Any: ...
    def open_tasks(self, case: Any) -> list[str]: ...
    def complete(self, case: Any, task_id: str, variables: dict[str, Any]) -> None: ...


def spent(act: Callable[[], None], per: int = 1) -> float:
    """Milliseconds of CPU, divided by ``per``."""
    began = time.process_time()
    act()
    return (time.process_time() - began) * 1000 / per


def completing_first(side: Side, process_id: str, cases: int) -> Callable[[], float]:
    """Start cases, then measure completing the first task of each."""

    def run() -> float:
        started = [side.start(process_id, VARIABLES) for _ in range(cases)]
        return spent(lambda: [side.complete(c, side.open_tasks(c)[0], {"v": 1}) for c in started] and None, cases)

    return run


def whole_case(
    side: Side, process_id: str, per_task: bool = True, variables: dict[str, Any] = VARIABLES
) -> Callable[[], float]:
    """Start a case and complete its tasks until none is left."""

    def run() -> float:
        count = 0

        def act() -> None:
            nonlocal count
            case = side.start(process_id, variables)
            while tasks := side.open_tasks(case):
                side.complete(case, tasks[0], {"v": count})
                count += 1

        total = spent(act)
        return total / max(count, 1) if per_task else total

    return run


def run_all(report: Report, product: Side, naive: Side, *, rounds: int, quick: bool) -> None:
    """Every comparison of the page of targets that needs no population, server or clock."""
    live = 200 if quick else 1000
    for side in (product, naive):
        for xml in models.all_models():
            side.deploy(xml)
        for participants in (50, 200, *([] if quick else [1000])):
            side.deploy(models.w2(participants))
        side.deploy(models.loop("rework300", "user", 300))
        for _ in range(live):
            side.start("w1", VARIABLES)
    sides = (completing_first(side, "w1", 40) for side in (product, naive))
    ours, theirs = alternate(rounds * 5, *sides)
    report.compare(f"W1 per completion, {live:,} live", ours, theirs, 0.7, "stretch 0.5×")
    sides = (completing_first(side, "w1big", 20) for side in (product, naive))
    ours, theirs = alternate(rounds * 2, *sides)
    report.compare("W1big, completing A", ours, theirs, 0.25)
    _participants(report, product, naive, rounds, quick)
    ours, theirs = alternate(rounds, whole_case(product, "w3", False), whole_case(naive, "w3", False))
    report.compare("W3 start to end", ours, theirs, 0.3)
    for what, variables in (("a 2 kB form", FORM), ("three variables", VARIABLES)):
        sides = (whole_case(side, "realistic", variables=variables) for side in (product, naive))
        ours, theirs = alternate(rounds * 4, *sides)
        report.compare(f"30-node case with {what}, per task", ours, theirs, 1 / 5, "start of the case included")
    _rework(report, product, naive, quick)


def _participants(report: Report, product: Side, naive: Side, rounds: int, quick: bool) -> None:
    figures: dict[int, tuple[float, float]] = {}
    for count in (10, 50, 200, *([] if quick else [1000])):
        times = 1 if count > 50 else rounds
        ours, theirs = alternate(times, whole_case(product, f"w2_{count}"), whole_case(naive, f"w2_{count}"))
        figures[count] = ours, theirs
        limit = {200: 0.1, 1000: 1 / 12}.get(count, 1.0)
        report.compare(f"W2 per approval, N = {count}", ours, theirs, limit)
    growth = figures[200][0] / figures[10][0]
    report.add(
        Row("W2 N = 200 against N = 10", figures[200][0], figures[10][0], target="≤ 2×", met=growth <= 2, unit="ms CPU")
    )


def _rework(report: Report, product: Side, naive: Side, quick: bool) -> None:
    """Turn by turn through a rework loop: the last turns against the first, and against the yardstick's."""
    turns = 100 if quick else 300
    name = "w3u" if quick else "rework300"
    ours, theirs = (_turns(side, name, turns) for side in (product, naive))
    last_ours, last_theirs = statistics.median(ours[-20:]), statistics.median(theirs[-20:])
    first = statistics.median(ours[1:21])
    report.compare(f"rework loop, turn {turns}", last_ours, last_theirs, 1 / 40 if not quick else 1.0)
    report.add(
        Row(f"W3u turn {turns} against turn 1", last_ours, first, target="≤ 1.2×", met=last_ours <= 1.2 * first)
    )


def _turns(side: Side, process_id: str, turns: int) -> list[float]:
    case = side.start(process_id, VARIABLES)
    return [
        spent(lambda: side.complete(case, side.open_tasks(case)[0], {"v": 1}))
        for _ in range(turns)
        if side.open_tasks(case)
    ]
