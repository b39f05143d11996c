"""The month before is published as indicators: numbers from outside entered, every department signs."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from workflow_engine import OPERATOR, CompleteUserTask, Engine, StartCase
from workflow_engine.demo.story import command_id, person
from workflow_engine.queries.rows import InboxRow
from workflow_engine.workers.indicators import Counter
from workflow_engine.workers.sequencer import Sequencer

PROCESS = "indicator_publication"
_ENTERS = "user:rong_jia"
_OUTSIDE = {"pm25": 31.4, "population": 1_200_000, "components": 48_600, "services_online": 92.4}
_ENTRIES_AT_ONCE = 1_000
_TITLE = "{0} 指标公布 / Indicators of {0}"


def tell_publication(engine: Engine) -> None:
    """Begin the case, once for each month in which the demo is loaded, and take it to the publication."""
    today = engine.clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    last_day = today.replace(day=1) - timedelta(days=1)
    title = _TITLE.format(f"{last_day:%Y-%m}")
    case_id = command_id("case", title)
    start = StartCase(
        command_id=command_id("start", title), case_id=case_id, process_id=PROCESS, title=title,
        unit_id="data_bureau", variables={},
    )  # fmt: skip
    if engine.handle(start, person(engine, "user:gu_ming")).replayed:
        return
    engine.pump()
    _count(engine)
    outside = {**_OUTSIDE, "outside_source": "环境监测站月报", "outside_dated_on": f"{today.replace(day=1):%Y-%m-%d}"}
    for task in _open(engine, case_id, "enter_outside"):
        _complete(engine, task, _ENTERS, outside)
    for task in _open(engine, case_id, "check_figures"):
        signer = _somebody(engine, task)
        if signer is not None:
            _complete(engine, task, signer, {"check_result": "sign"})


def _count(engine: Engine) -> None:
    """Everything told so far, as the workers would have done by now."""
    sequencer, counter = Sequencer(engine), Counter(engine, _ENTRIES_AT_ONCE)
    while sequencer.run_once():
        pass
    while counter.run_once():
        pass


def _open(engine: Engine, case_id: str, element_id: str) -> list[InboxRow]:
    tasks = engine.queries.get_case(case_id, OPERATOR).user_tasks
    return [task for task in tasks if task.element_id == element_id and task.state in ("ready", "claimed")]


def _somebody(engine: Engine, task: InboxRow) -> str | None:
    """The first person to whom the task is offered."""
    people = (one.person_id for group in task.candidate_groups for one in engine.queries.list_people(group))
    return next(people, None)


def _complete(engine: Engine, task: InboxRow, person_id: str, variables: dict[str, object]) -> None:
    command = CompleteUserTask(
        command_id=command_id("step", [task.user_task_id, person_id]), user_task_id=task.user_task_id,
        variables=variables,
    )  # fmt: skip
    engine.handle(command, person(engine, person_id))
    engine.pump()
