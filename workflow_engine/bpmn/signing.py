"""More signatures on a user task: opinions before, beside and after it, and more or fewer instances of a joint task.

``internal_data`` of a user task's token: ``opinions`` those not answered yet, by number: [place, subject, is a group,
is open]; ``done`` once the task itself is completed and only opinions are waited for; ``helpers`` who prepared it for
its owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.bpmn.balloting import require_no_ballot
from workflow_engine.bpmn.elements.loops import MultiInstance
from workflow_engine.bpmn.four_eyes import counted_with, signed
from workflow_engine.bpmn.token import Token
from workflow_engine.bpmn.tree import CaseTree
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.events import UserTaskCancelled, UserTaskCompleted
from workflow_engine.domain.events_teamwork import (
    InstanceAdded,
    InstanceRemoved,
    OpinionAsked,
    OpinionEnded,
    OpinionGiven,
)


def require_user_task(tree: CaseTree, token_id: int) -> Token:
    """The open user task at this token. Raises NotFoundError or InvalidStateError."""
    token = tree.index.get(token_id)
    if token is None or token.task_spec.kind != "userTask":
        raise NotFoundError(f"Expected a user task {token_id} in case {tree.case_id}, but there is none.")
    if not token.has_state(token.task_spec.waiting_state) or "done" in token.internal_data:
        raise InvalidStateError(f"Expected user task {token_id} of case {tree.case_id} to be open, but it is not.")
    require_no_ballot(token)
    return token


def submitted(token: Token, variables: Mapping[str, Any], completed_by: str) -> dict[str, Any]:
    """What the completion of a user task sets: the submission, and who it was by (``bpmn.four_eyes``).

    Raises:
        InvalidStateError: it is with a delegate, or signers have to be heard before.
        NotPermittedError: a two-person rule bars the person.
    """
    state, header = token.internal_data, token.workflow.top_workflow.header
    require_no_ballot(token)
    if "done" in state:
        raise InvalidStateError(f"Expected to complete {token.element_id!r}, but it is done; only signers are asked.")
    if "delegated" in state:
        raise InvalidStateError(
            f"Expected to complete {token.element_id!r}, but {state['delegated'][1]} prepares it for "
            f"{state['delegated'][0]}: answer it, or take it back."
        )
    awaited = [asked[1] for asked in state.get("opinions", {}).values() if asked[0] == "before"]
    if awaited:
        raise InvalidStateError(f"Expected to complete {token.element_id!r}, but it waits for {', '.join(awaited)}.")
    node, also = token.task_spec.node, header.get("also", {})
    values = signed(node, token.data, variables, completed_by, also)
    counted = counted_with(node, state.get("helpers", []), also)
    if counted is not None:
        header["also"] = counted
    return values


def ask(tree: CaseTree, token_id: int, subject: str, is_group: bool, place: str, reason: str) -> int:
    """Add one signer; returns the number of their task."""
    token = require_user_task(tree, token_id)
    number, is_open = tree.take_id(), place != "after"
    opinions = {**token.internal_data.get("opinions", {}), str(number): [place, subject, is_group, is_open]}
    token.note(opinions=opinions)
    tree.recorder.add(
        OpinionAsked(
            opinion_no=number, token_id=token.id, element_id=token.element_id, place=place, subject=subject,
            is_open=is_open, reason=reason,
        )
    )  # fmt: skip
    if is_open:
        token.task_spec.open_opinion(token, number)
    return number


def find_host(tree: CaseTree, opinion_no: int) -> Token | None:
    """The token of the task that this opinion is on; None when nobody is asked under this number."""
    for token in tree.index.values():
        if str(opinion_no) in token.internal_data.get("opinions", ()):
            return token
    return None


def host_of(tree: CaseTree, opinion_no: int) -> Token:
    """The same. Raises NotFoundError."""
    found = find_host(tree, opinion_no)
    if found is not None:
        return found
    raise NotFoundError(f"Expected an open question {opinion_no} in case {tree.case_id}, but there is none.")


def answer(tree: CaseTree, opinion_no: int, answered_by: str, agrees: bool, opinion: str) -> None:
    """A signer says what they think."""
    token = host_of(tree, opinion_no)
    if not token.internal_data["opinions"][str(opinion_no)][3]:
        raise InvalidStateError(f"Expected question {opinion_no} to be asked, but the task is to be completed before.")
    tree.recorder.add(
        OpinionGiven(
            opinion_no=opinion_no, token_id=token.id, element_id=token.element_id, answered_by=answered_by,
            agrees=agrees, opinion=opinion,
        )
    )  # fmt: skip
    tree.recorder.add(
        UserTaskCompleted(token_id=opinion_no, element_id=token.element_id, completed_by=answered_by)
    )
    _settle(token, opinion_no)


def remove(tree: CaseTree, opinion_no: int, reason: str) -> None:
    """Take a question back that nobody has answered."""
    token = host_of(tree, opinion_no)
    end_opinion(token, opinion_no, "removed", reason)
    _settle(token, opinion_no)


def end_opinion(token: Token, opinion_no: int, outcome: str, reason: str | None = None) -> None:
    """Nobody needs to answer any more."""
    recorder = token.workflow.top_workflow.recorder
    _, subject, _, is_open = token.internal_data["opinions"][str(opinion_no)]
    recorder.add(
        OpinionEnded(
            opinion_no=opinion_no, token_id=token.id, element_id=token.element_id, subject=subject, outcome=outcome,
            reason=reason,
        )
    )  # fmt: skip
    if is_open:
        recorder.add(UserTaskCancelled(token_id=opinion_no, element_id=token.element_id))


def _settle(token: Token, opinion_no: int) -> None:
    opinions = {number: asked for number, asked in token.internal_data["opinions"].items() if number != str(opinion_no)}
    token.note(opinions=opinions)
    if not opinions:
        del token.internal_data["opinions"]
        if "done" in token.internal_data:
            token.task_spec.finish(token)


def helped(tree: CaseTree, token_id: int, person: str) -> None:
    """Remember who prepared the task for its owner: two-person rules count them too (``bpmn.four_eyes``)."""
    token = require_user_task(tree, token_id)
    token.note(helpers=sorted({*token.internal_data.get("helpers", []), person}))


# ------------------------------------------------------------------------------------------------ joint tasks
def frame_of(tree: CaseTree, token_id: int) -> Token:
    """The running parallel multi-instance activity of which this task is an instance. Raises InvalidStateError."""
    token = require_user_task(tree, token_id)
    frame: Any = token.parent
    if not isinstance(token.task_spec.container, MultiInstance) or frame.task_spec.loop.kind != "parallel":
        raise InvalidStateError(
            f"Expected user task {token_id} to be one of several at the same time, but it stands alone."
        )
    return frame  # type: ignore[no-any-return]  # the library's parents are ours


def add_instance(tree: CaseTree, token_id: int, person: str, reason: str) -> None:
    """One instance more, for this person."""
    frame = frame_of(tree, token_id)
    frame.task_spec.add_instance(frame, person)
    tree.recorder.add(
        InstanceAdded(
            token_id=frame.id, element_id=frame.element_id, person=person, instances=frame.internal_data["n"],
            reason=reason,
        )
    )  # fmt: skip


def remove_instance(tree: CaseTree, token_id: int, reason: str) -> None:
    """One instance less. Raises InvalidStateError when it is the last."""
    frame = frame_of(tree, token_id)
    if frame.internal_data["n"] <= 1:
        raise InvalidStateError("Expected to take one of several away, but it is the last one; somebody has to decide.")
    frame.task_spec.remove_instance(frame, tree.index[token_id])
    tree.recorder.add(
        InstanceRemoved(
            token_id=frame.id, element_id=frame.element_id, instances=frame.internal_data["n"], reason=reason
        )
    )
