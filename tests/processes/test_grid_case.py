"""The grid case: three people whatever way a task takes, and every walk through it ends in a state that is told."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from workflow_engine import (
    OPERATOR,
    Actor,
    AddAttachment,
    AssignUserTask,
    ClaimUserTask,
    CompleteUserTask,
    DelegateUserTask,
    Engine,
    FireTimer,
    InboxRow,
    LoadOrganisation,
    NotPermittedError,
    RejectedError,
    Settings,
    StartCase,
    TransferUserTask,
    VirtualClock,
    new_id,
    open_engine,
)
from workflow_engine.demo.load import load_organisation, release_process

FOLDER = Path(__file__).resolve().parents[2] / "processes" / "grid_case"
BEFORE, NOON = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 26, 4, tzinfo=UTC)
ENDS = {"closed_resolved", "closed_explained", "rejected_with_reason", "duplicate"}
DISPATCHER, HANDLER, VERIFIER = "user:yin_chuan", "user:du_heng", "user:guan_lan"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("grid") / "prepared.sqlite3"
    engine = open_engine(Settings(database_url=f"sqlite:///{path}"), clock=VirtualClock(BEFORE), migrate=True)
    load_organisation(engine)
    release_process(engine, FOLDER)
    engine.close()
    return path


@dataclass
class Grid:
    """A city with one case, and what people do to it."""

    engine: Engine
    clock: VirtualClock
    case_id: str = ""

    def begin(self, category: str, photos: int = 1, place: str = "439901001001") -> None:
        self.case_id = new_id()
        request = {
            "id": self.case_id, "category": category, "title": "x", "description": "x", "place_code": place,
            "photos": photos, "received_at": self.clock.now().isoformat(), "source": "inspector",
        }  # fmt: skip
        command = StartCase(
            command_id=new_id(), case_id=self.case_id, process_id="grid_case", variables={"request": request}
        )
        self.engine.handle(command, OPERATOR)

    def actor(self, person_id: str) -> Actor:
        found = self.engine.queries.organisation.find_actor(person_id)
        assert found is not None
        return found

    def tasks(self) -> list[InboxRow]:
        tasks = self.engine.queries.get_case(self.case_id, OPERATOR).user_tasks
        return [task for task in tasks if task.state in ("ready", "claimed")]

    def task(self, element_id: str) -> str:
        return next(task.user_task_id for task in self.tasks() if task.element_id == element_id)

    def do(self, element_id: str, person_id: str, **form: Any) -> None:
        command = CompleteUserTask(command_id=new_id(), user_task_id=self.task(element_id), variables=form)
        self.engine.handle(command, self.actor(person_id))
        self.engine.pump()

    def attach_photo(self, person_id: str) -> None:
        command = AddAttachment(
            command_id=new_id(), case_id=self.case_id, digest=new_id().ljust(64, "0")[:64], size=1,
            media_type="image/jpeg", name="after.jpg",
        )  # fmt: skip
        self.engine.handle(command, self.actor(person_id))

    def come_to_verify(self) -> None:
        self.begin("waste.exposed")
        self.do("check", "user:gan_lin", check_result="real", check_note="x")
        self.do("file_case", "user:miao_yu", file_result="file")
        self.do("dispatch", DISPATCHER, dispatch_note="x")
        self.clock.set(self.clock.now() + timedelta(minutes=5))
        self.attach_photo(HANDLER)
        self.do("handle", HANDLER, handle_result="done", handle_words="x")


@pytest.fixture
def grid(prepared: Path, tmp_path: Path) -> Iterator[Grid]:
    path = Path(shutil.copy(prepared, tmp_path / "city.sqlite3"))
    clock = VirtualClock(NOON)
    engine = open_engine(Settings(database_url=f"sqlite:///{path}"), clock=clock)
    yield Grid(engine, clock)
    engine.close()


def _transfer(task: str, to: str) -> Any:
    return TransferUserTask(command_id=new_id(), user_task_id=task, to=to, reason="x")


def _delegate(task: str, to: str) -> Any:
    return DelegateUserTask(command_id=new_id(), user_task_id=task, to=to, reason="x")


@pytest.mark.parametrize("barred", [DISPATCHER, HANDLER])
@pytest.mark.parametrize("way", [_transfer, _delegate])
def test_verification_reaches_neither_dispatcher_nor_handler_by_transfer_or_delegation(
    grid: Grid, barred: str, way: Callable[[str, str], Any]
) -> None:
    grid.come_to_verify()
    task = grid.task("verify")
    grid.engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task), grid.actor(VERIFIER))
    with pytest.raises(RejectedError):
        grid.engine.handle(way(task, barred), grid.actor(VERIFIER))
    assign = AssignUserTask(command_id=new_id(), user_task_id=task, assignee=barred, reason="x")
    with pytest.raises(RejectedError):
        grid.engine.handle(assign, grid.actor("user:jiang_fan"))
    grid.do("verify", VERIFIER, verify_result="fixed", verify_note="x")
    variables = grid.engine.queries.get_case(grid.case_id, OPERATOR).variables
    assert [variables[name] for name in ("dispatched_by", "handled_by", "verified_by")] == [
        DISPATCHER, HANDLER, VERIFIER,
    ]  # fmt: skip
    assert grid.engine.verify_audit(sample=None).ok


@pytest.mark.parametrize("barred", [DISPATCHER, HANDLER])
def test_who_stands_in_for_the_verifier_and_dispatched_or_handled_may_not_verify(grid: Grid, barred: str) -> None:
    day = "2026-11-26"
    deputies = [
        {"deputy_id": f"d-{name}", "person_id": name, "stand_in": barred, "from_on": day, "until_on": day}
        for name in (VERIFIER, "user:gan_lin")
    ]
    grid.engine.handle(LoadOrganisation(command_id=new_id(), deputies=deputies), OPERATOR)
    grid.come_to_verify()
    assert VERIFIER in {one.person_id for one in grid.actor(barred).stands_in_for}
    with pytest.raises(NotPermittedError):
        grid.do("verify", barred, verify_result="fixed", verify_note="x")
    with pytest.raises(RejectedError):
        grid.engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=grid.task("verify")), grid.actor(barred))


def test_next_round_is_dispatched_and_handled_by_nobody_who_judged_the_last(grid: Grid) -> None:
    everywhere = {"groups": ["role:grid_dispatcher", "role:grid_verifier", "unit:district_east_city_management"]}
    people = [{"person_id": name, **everywhere} for name in (DISPATCHER, HANDLER, VERIFIER)]
    grid.engine.handle(LoadOrganisation(command_id=new_id(), people=people), OPERATOR)
    grid.come_to_verify()
    for barred in (DISPATCHER, HANDLER):
        with pytest.raises(NotPermittedError):
            grid.do("verify", barred, verify_result="fixed", verify_note="x")
    grid.do("verify", VERIFIER, verify_result="not_fixed", verify_note="x")
    for barred in (DISPATCHER, VERIFIER):
        with pytest.raises(NotPermittedError):
            grid.do("handle", barred, handle_result="done", handle_words="x")
    grid.do("handle", HANDLER, handle_result="not_mine", handle_words="x")
    for barred in (HANDLER, VERIFIER):
        with pytest.raises(NotPermittedError):
            grid.do("dispatch", barred, handler_unit="transport", dispatch_note="x")
    grid.do("dispatch", DISPATCHER, handler_unit="transport", dispatch_note="x")


# ------------------------------------------------------------------------------------------------ walks
CATEGORIES = ("waste.exposed", "streetlight.dark", "manhole.water", "structure.reported", "no.such.thing")
ANSWERS: dict[str, Callable[[random.Random, bool], dict[str, Any]]] = {
    "check": lambda r, last: {"check_result": r.choice(["real", "not_real", "settled"]), "check_note": "x"},
    "file_case": lambda r, last: {
        "file_result": r.choice(["file", "file", "file", "void", "duplicate"]), "void_reason": "x", "same_as": "x",
    },
    "dispatch": lambda r, last: {"dispatch_note": "x"},
    "handle": lambda r, last: {
        "handle_result": "done" if last else r.choice(["done", "done", "not_mine", "more_time", "stopped"]),
        "handle_words": "x", "extra_time": r.randint(1, 9), "resume_at": r.choice(["2026-12-01T01:00:00Z", None]),
    },
    "decide_clock": lambda r, last: {
        "grant": not last and r.random() < 0.7, "grant_reason": "x", "grant_extra": r.randint(1, 9),
        "grant_until": f"2026-12-{r.randint(1, 28):02}T01:00:00Z",
    },
    "verify": lambda r, last: {
        "verify_result": "fixed" if last else r.choice(["fixed", "not_fixed", "not_fixed", "explained"]),
        "verify_note": "x",
    },
    "decide_unfixed": lambda r, last: {"settle_result": "explained" if last else "once_more", "settle_note": "x"},
    "evaluate": lambda r, last: {"quality": r.choice(["good", "fair", "poor"])},
}  # fmt: skip
PEOPLE = {
    "file_case": ["user:miao_yu"], "dispatch": [DISPATCHER, "user:zhu_min"], "decide_clock": ["user:ning_yuan"],
    "verify": [VERIFIER, "user:shu_he"], "evaluate": ["user:miao_yu"],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_random_walk_ends_in_a_state_that_is_told(grid: Grid, seed: int) -> None:
    chance = random.Random(seed)
    grid.begin(chance.choice(CATEGORIES), photos=chance.randint(0, 1))
    for step in range(120):
        case = grid.engine.queries.get_case(grid.case_id, OPERATOR)
        assert not case.incidents
        if case.case.state != "active":
            break
        tasks, timers = grid.tasks(), [timer for timer in case.timers if timer.state == "scheduled"]
        work = [task for task in tasks if task.element_id in ANSWERS]
        if timers and (not work or (step < 40 and chance.random() < 0.25)):
            _fire(grid, min(timers, key=lambda timer: (timer.due_at, timer.timer_id)))
        else:
            _work(grid, chance.choice(work or tasks), chance, last=step > 40)
    assert grid.engine.queries.get_case(grid.case_id, OPERATOR).case.state == "completed"
    variables = grid.engine.queries.get_case(grid.case_id, OPERATOR).variables
    assert variables["outcome"] in ENDS
    if "score" in variables:
        assert 0 <= variables["score"]["total"] <= 100
        assert len({variables[name] for name in ("dispatched_by", "handled_by", "verified_by")}) == 3
    assert grid.engine.verify_audit(sample=None).ok


def _fire(grid: Grid, timer: Any) -> None:
    grid.clock.set(max(grid.clock.now(), timer.due_at))
    command = FireTimer(
        command_id=new_id(), case_id=grid.case_id, token_id=timer.token_id, position=timer.position,
        due_at=timer.due_at.isoformat().replace("+00:00", "Z"),
    )  # fmt: skip
    grid.engine.handle(command, Actor("system:clock", is_system=True))
    grid.engine.pump()


def _work(grid: Grid, task: InboxRow, chance: random.Random, *, last: bool) -> None:
    """Somebody who may does the task; a photo is shown first, most of the time."""
    answers = ANSWERS.get(task.element_id, lambda r, last: {f"{task.element_id.partition('_')[0]}_words": "x"})
    people = list(PEOPLE.get(task.element_id, ()))
    if not people:
        wanted = set(task.candidate_groups)
        people = [
            person.person_id
            for person in grid.engine.queries.list_people()
            if not wanted.isdisjoint(grid.actor(person.person_id).groups)
        ]
    person = chance.choice(people)
    if task.element_id in ("check", "handle") and (last or chance.random() < 0.7):
        grid.clock.set(grid.clock.now() + timedelta(minutes=1))
        grid.attach_photo(person)
    grid.do(task.element_id, person, **answers(chance, last))
