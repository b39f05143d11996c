"""Rehearsals that are kept: one player at a time, and what is over stays over."""

from __future__ import annotations

from hashlib import sha256

import pytest

from tests.support.house import ADMIN, STRANGER, TWO_STEPS, House
from workflow_engine import (
    CancelRehearsal,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    RemoveRehearsal,
    new_id,
)
from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.rehearsal_commands import AskForRehearsal, BeginRehearsal, EndRehearsal
from workflow_engine.domain.rehearsals import MOST_CASES, MOST_WAITING, PLAN, RESULT

RESULT_JSON = b'{"plan": {}}'


def _ask(house: House, definition_id: str, *, cases: int = 20) -> str:
    rehearsal_id = new_id()
    command = AskForRehearsal(
        command_id=new_id(), rehearsal_id=rehearsal_id, definition_id=definition_id, process_id="p", name="plan",
        cases=cases, seed=1, precision=0.05, files={PLAN: b'{"name": "plan"}'},
    )  # fmt: skip
    house.engine.handle(command, ADMIN)
    return rehearsal_id


def _begin(house: House, rehearsal_id: str, player: str) -> None:
    house.engine.handle(BeginRehearsal(command_id=new_id(), rehearsal_id=rehearsal_id, player=player), WORKER)


def test_rehearsal_goes_its_way_and_no_other(house: House) -> None:
    definition_id = house.release(TWO_STEPS)
    with pytest.raises(InvalidVariablesError) as refused:
        _ask(house, definition_id, cases=MOST_CASES + 1)
    assert "cases" in refused.value.problems
    rehearsal_id = _ask(house, definition_id)
    ids = {"command_id": new_id(), "rehearsal_id": rehearsal_id}
    with pytest.raises(NotPermittedError):
        house.engine.handle(CancelRehearsal(**ids), STRANGER)
    with pytest.raises(InvalidStateError, match="cancel it first"):
        house.engine.handle(RemoveRehearsal(**ids), ADMIN)
    _begin(house, rehearsal_id, "one")
    _begin(house, rehearsal_id, "one")  # it died, and begins again
    with pytest.raises(InvalidStateError, match="one plays it"):
        _begin(house, rehearsal_id, "two")
    house.clock.advance(4 * 3600)
    _begin(house, rehearsal_id, "two")
    with pytest.raises(InvalidVariablesError):
        house.engine.handle(EndRehearsal(command_id=new_id(), rehearsal_id=rehearsal_id), WORKER)
    done = EndRehearsal(
        command_id=new_id(), rehearsal_id=rehearsal_id, answers={"en": "All well."}, files={RESULT: RESULT_JSON}
    )  # fmt: skip
    house.engine.handle(done, WORKER)
    with pytest.raises(InvalidStateError):
        house.engine.handle(CancelRehearsal(command_id=new_id(), rehearsal_id=rehearsal_id), ADMIN)
    story = house.engine.queries.rehearsals.get(rehearsal_id, ADMIN)
    assert (story.row.state, story.row.answers, story.result, story.intact) == (
        "done", {"en": "All well."}, {"plan": {}}, True,
    )  # fmt: skip
    assert story.row.result_digest == sha256(RESULT_JSON).hexdigest()
    again = _ask(house, definition_id)
    house.engine.handle(CancelRehearsal(command_id=new_id(), rehearsal_id=again), ADMIN)
    assert [row.state for row in house.engine.queries.rehearsals.page(ADMIN).items] == ["cancelled", "done"]
    house.engine.handle(RemoveRehearsal(command_id=new_id(), rehearsal_id=rehearsal_id), ADMIN)
    with pytest.raises(NotFoundError):
        house.engine.queries.rehearsals.get(rehearsal_id, ADMIN)
    for _ in range(MOST_WAITING):
        _ask(house, definition_id)
    with pytest.raises(InvalidStateError, match="too many wait"):
        _ask(house, definition_id)
