"""The month before is published as indicators: numbers from outside entered, every department signs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from workflow_engine import Engine
from workflow_engine.demo.story import Step, begin, open_tasks, take_steps
from workflow_engine.queries.rows import InboxRow
from workflow_engine.workers.indicators import Counter
from workflow_engine.workers.sequencer import Sequencer

PROCESS = "indicator_publication"
_OUTSIDE = {"pm25": 31.4, "population": 1_200_000, "components": 48_600, "services_online": 92.4}
_ENTRIES_AT_ONCE = 1_000
_TITLE = "{0} 指标公布 / Indicators of {0}"


def tell_publication(engine: Engine) -> None:
    """Begin the case, once for each month in which the demo is loaded, and take it to the publication."""
    today = engine.clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    last_day = today.replace(day=1) - timedelta(days=1)
    chapter = {
        "process_id": PROCESS, "title": _TITLE.format(f"{last_day:%Y-%m}"), "as": "user:gu_ming",
        "unit_id": "data_bureau", "variables": {},
    }  # fmt: skip
    case_id = begin(engine, chapter)
    if case_id is None:
        return
    _count(engine)
    outside = {**_OUTSIDE, "outside_source": "环境监测站月报", "outside_dated_on": f"{today.replace(day=1):%Y-%m-%d}"}
    take_steps(engine, case_id, [{"do": "enter_outside", "as": "user:rong_jia", "form": outside}])
    take_steps(engine, case_id, list(_signatures(engine, case_id)))


def _count(engine: Engine) -> None:
    """Everything told so far, as the workers would have done by now."""
    sequencer, counter = Sequencer(engine), Counter(engine, _ENTRIES_AT_ONCE)
    while sequencer.run_once():
        pass
    while counter.run_once():
        pass


def _signatures(engine: Engine, case_id: str) -> Iterator[Step]:
    """One step for each department that is asked; a unit that signs for several functions does so by number."""
    for number, task in enumerate(open_tasks(engine, case_id, {"do": "check_figures"})):
        group, signer = _somebody(engine, task)
        if signer is not None:
            form = {"check_result": "sign"}
            yield {"do": "check_figures", "for": group, "as": signer, "form": form, "number": number}


def _somebody(engine: Engine, task: InboxRow) -> tuple[str, str | None]:
    """The first person to whom the task is offered, and by which group."""
    found = ((group, one.person_id) for group in task.candidate_groups for one in engine.queries.list_people(group))
    return next(found, ("", None))
