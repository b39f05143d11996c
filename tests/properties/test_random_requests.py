"""Whatever reporters and staff do to reports, in whatever order, what is promised of them holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.house import House
from tests.support.requesting import CODE, DISPATCHER, MODEL, VISITOR, submit
from workflow_engine import (
    OPERATOR,
    AddToServiceRequest,
    Command,
    CommentServiceRequest,
    CorrectServiceRequest,
    MergeServiceRequests,
    ModerateServiceRequest,
    RateServiceRequest,
    RejectedError,
    ReopenServiceRequest,
    RequestWish,
    SetReporterContact,
    SplitServiceRequest,
    WithdrawServiceRequest,
    new_id,
)
from workflow_engine.domain.service_requests import CLOSED

ACTS = (
    "add", "correct", "withdraw", "reopen", "rate", "comment", "contact", "show", "hide", "merge", "merge_away",
    "split", "work", "work", "work", "wait",
)  # fmt: skip
NAMES = ("王小明", "李大山", "Anna Field")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One engine for all examples; what they left behind is verified as a whole in the end."""
    house = House(f"sqlite:///{tmp_path_factory.mktemp('requests') / 'house.sqlite3'}")
    house.release(MODEL)
    yield house
    report = house.engine.verify_audit(sample=None)
    house.close()
    assert report.ok, [str(finding) for finding in report.findings]
    assert report.not_re_executed == 0


@settings(max_examples=20, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(0, 2)), min_size=3, max_size=18))
def test_acts_in_any_order_keep_one_running_case_and_nobodys_name_in_public(
    lived_in: House, acts: list[tuple[str, int, int]]
) -> None:
    """Never two running cases of a report; closed with an instant; the public reads nobody's name or address."""
    requests = [str(submit(lived_in).result["request_id"]) for _ in range(2)]
    for verb, which, number in acts:
        try:
            _do(lived_in, verb, requests[which], requests[1 - which], NAMES[number])
        except RejectedError:
            continue
        for request_id in requests:
            _holds(lived_in, request_id)


def _do(house: House, verb: str, request_id: str, other: str, name: str) -> None:
    if verb == "wait":
        house.clock.advance(timedelta(hours=1).total_seconds())
    elif verb == "work":
        case_id = house.engine.queries.service_requests.get(request_id, OPERATOR).row.case_id
        for task in house.tasks(case_id)[:1]:
            house.complete(task.user_task_id)
    elif verb in ("show", "hide", "merge", "merge_away", "split"):
        house.engine.handle(_staff_command(verb, request_id, other, _text(name)), DISPATCHER)
    else:
        house.engine.handle(_reporter_command(verb, request_id, name), VISITOR)


def _text(name: str) -> str:
    return f"{name} 说：请打 13912345678 或写信到 {name.encode().hex()}@example.com"


def _reporter_command(verb: str, request_id: str, name: str) -> Command:
    own: dict[str, Any] = {"command_id": new_id(), "request_id": request_id, "code": CODE}
    text = _text(name)
    made: dict[str, Command] = {
        "add": AddToServiceRequest(**own, text=text),
        "correct": CorrectServiceRequest(**own, description=text, address=f"{name} 家"),
        "withdraw": WithdrawServiceRequest(**own, reason=text),
        "reopen": ReopenServiceRequest(**own, reason=text),
        "rate": RateServiceRequest(**own, rating=3, comment=text),
        "comment": CommentServiceRequest(**own, text=text),
        "contact": SetReporterContact(**own, reporter_name=name, reporter_contact=f"{name}@example.com"),
    }
    return made[verb]


def _staff_command(verb: str, request_id: str, other: str, text: str) -> Command:
    own: dict[str, Any] = {"command_id": new_id(), "request_id": request_id}
    into, gone = (request_id, other) if verb == "merge" else (other, request_id)
    made: dict[str, Command] = {
        "show": ModerateServiceRequest(**own, shown=True, public_description=text),
        "hide": ModerateServiceRequest(**own, shown=False, reason=text),
        "split": SplitServiceRequest(**own, reason="另一处"),
    }
    merge = MergeServiceRequests(command_id=new_id(), into=into, request_ids=[gone], reason="同一处")
    return made.get(verb, merge)


def _holds(house: House, request_id: str) -> None:
    queries = house.engine.queries.service_requests
    detail = queries.get(request_id, OPERATOR)
    row = detail.row
    states = {case_id: house.state(case_id) for case_id in detail.cases}
    assert [case_id for case_id, state in states.items() if state == "active"] in ([], [row.case_id])
    assert (row.closed_at is None) == (row.status not in CLOSED) == row.is_open
    assert row.merged_into is None or row.status == "duplicate"
    listed = queries.list_public(RequestWish(request_ids=request_id)).items
    told = f"{queries.find_public(request_id)} {queries.steps(request_id)} {listed}"
    private = [word for word in (row.reporter_name, row.reporter_contact, "13912345678", "13812345678") if word]
    assert [word for word in private if word in told] == []
