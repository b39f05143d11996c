"""Tries of drafts at the engine: work outside, signals, called processes; what was done plays again as a scenario."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.house import ADMIN, ANNE, NOON, OFFERED, SECOND, House, chain, model_xml, user_task
from workflow_engine import (
    OPERATOR,
    Clock,
    DefinitionError,
    DeployDefinition,
    Engine,
    InvalidStateError,
    LoadOrganisation,
    NotFoundError,
    RejectedError,
    ReleaseDefinition,
    Settings,
    TryOuts,
    new_id,
    open_engine,
)
from workflow_engine.rehearsal import read_scenario, run_scenario

SIGNAL = '<bpmn:signal id="sig" name="all.clear"/>'
CATCH = (
    '<bpmn:intermediateCatchEvent id="clear"><bpmn:signalEventDefinition signalRef="sig"/>'
    "</bpmn:intermediateCatchEvent>"
)
SERVICE = '<bpmn:serviceTask id="ask" camunda:type="external" camunda:topic="weather"/>'
CALL = '<bpmn:callActivity id="call" calledElement="called"/>'
WAIT = (
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition><bpmn:timeDuration>PT2H</bpmn:timeDuration>'
    "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)
MODEL = SIGNAL + chain(SERVICE, WAIT, CATCH, CALL, user_task("A", OFFERED))
CALLED = chain(user_task("inner", OFFERED), process="called")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(f"sqlite:///{tmp_path / 'product.sqlite3'}")
    opened.release(CALLED)
    yield opened
    opened.close()


@pytest.fixture
def tries(tmp_path: Path) -> TryOuts:
    return TryOuts(tmp_path / "tries")


def begin(tries: TryOuts, house: House, body: str = MODEL, **start: object) -> str:
    return tries.begin(
        "user:anne", {"m.bpmn": model_xml(body)}, title="Weather", origin={}, start=start or {"variables": {}},
        now=NOON, product=house.engine.queries,
    )  # fmt: skip


def play(tries: TryOuts, trial_id: str) -> dict[str, object]:
    """Through the whole model; the scenario of it."""
    with tries.open(trial_id, "user:anne") as trial:
        (job,) = trial.case().jobs
        trial.finish_job(job.job_id, {"rain": 3})
        trial.jump()
        trial.broadcast("all.clear", {})
    with tries.open(trial_id, "user:anne") as trial:
        assert trial.now.hour == NOON.hour + 2
        for element_id in ("inner", "A"):
            (task,) = [task for task in trial.case().user_tasks if task.state == "ready"]
            assert task.element_id == element_id
            trial.complete(task.user_task_id, ANNE, "role:duty_room", {})
        assert trial.case().variables["rain"] == 3
        return trial.scenario("weather")


def test_try_goes_through_everything_and_the_product_hears_of_nothing(house: House, tries: TryOuts) -> None:
    before = house.rows("SELECT count(*) FROM command"), house.rows("SELECT count(*) FROM audit_entry")
    scenario = play(tries, begin(tries, house))
    assert (house.rows("SELECT count(*) FROM command"), house.rows("SELECT count(*) FROM audit_entry")) == before
    assert house.rows("SELECT 1 FROM process_instance") == []
    steps = scenario["steps"]
    assert isinstance(steps, list)
    assert [next(iter(step)) for step in steps] == ["job", "advance", "signal", "do", "do", "expect"]
    assert steps[-1] == {"expect": {"state": "completed"}}


def test_scenario_of_a_try_holds_when_it_is_played_again(house: House, tries: TryOuts, tmp_path: Path) -> None:
    path = tmp_path / "weather.json"
    path.write_text(json.dumps(play(tries, begin(tries, house))), encoding="utf-8")

    def fresh(clock: Clock) -> Engine:
        made = open_engine(Settings(database_url=f"sqlite:///{tmp_path / 'again.sqlite3'}"), clock=clock, migrate=True)
        anne = {"person_id": "user:anne", "sign_in_name": "anne", "display_name_zh": "安", "display_name_en": "Anne"}
        anne |= {"password_hash": None, "unit_id": None, "disabled": False, "groups": ["role:duty_room"]}
        made.handle(LoadOrganisation(command_id=new_id(), people=[anne]), OPERATOR)
        for body in (CALLED, MODEL):
            deploy = DeployDefinition(command_id=new_id(), files={"m.bpmn": model_xml(body)})
            definition_id = made.handle(deploy, ADMIN).result["definition_id"]
            made.handle(ReleaseDefinition(command_id=new_id(), definition_id=definition_id), SECOND)
        return made

    result = run_scenario(fresh, read_scenario(path))
    assert result.ok, str(result)


def test_broken_work_stops_the_case_of_the_try_only(house: House, tries: TryOuts) -> None:
    trial_id = begin(tries, house)
    with tries.open(trial_id, "user:anne") as trial:
        trial.break_job(trial.case().jobs[0].job_id, "")
        assert [incident.state for incident in trial.case().incidents] == ["open"]
    assert house.rows("SELECT 1 FROM incident") == []


def test_try_that_cannot_be_started_leaves_no_folder(house: House, tries: TryOuts, tmp_path: Path) -> None:
    with pytest.raises(RejectedError):
        begin(tries, house, element="nowhere")
    with pytest.raises(DefinitionError):
        begin(tries, house, "<bpmn:process id='p'/>")
    assert [path for path in (tmp_path / "tries").iterdir() if path.is_dir()] == []


def test_try_is_its_owners_and_has_nothing_to_jump_to_without_a_timer(house: House, tries: TryOuts) -> None:
    trial_id = begin(tries, house)
    with pytest.raises(NotFoundError), tries.open(trial_id, "user:bo"):
        pass
    with pytest.raises(NotFoundError):
        tries.discard("../../etc", "user:anne")
    with tries.open(trial_id, "user:anne") as trial, pytest.raises(InvalidStateError, match="timer"):
        trial.jump()
