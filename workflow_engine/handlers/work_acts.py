"""What the verbs of staff do to a case in memory; see ``acts``. Whether they may be used is settled before."""

from __future__ import annotations

from typing import Any

from workflow_engine.bpmn import signing
from workflow_engine.bpmn.moving import branches, find_scope, move
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.tree import CaseTree
from workflow_engine.domain import events_teamwork as t
from workflow_engine.domain import work_commands as w
from workflow_engine.domain.commands import Command
from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.handlers.steps import Act, Step, element_of, require_in_hand, step_of, token_of


# ------------------------------------------------------------------------------------------------ into other hands
def transfer(instance: Instance, _context: RunContext, command: w.TransferUserTask, _actor_id: str) -> Step:
    """The task is another's from now on."""
    token_id = token_of(command.user_task_id)
    require_in_hand(instance, token_id)
    event = t.UserTaskTransferred(
        token_id=token_id,
        element_id=element_of(instance, token_id),
        assignee=None if command.is_group else command.to,
        group=command.to if command.is_group else None,
        reason=command.reason,
    )
    return Step([event])


def delegate(instance: Instance, context: RunContext, command: w.DelegateUserTask, _actor_id: str) -> Step:
    """Somebody prepares the task for its owner."""
    token_id = token_of(command.user_task_id)

    def do(tree: CaseTree) -> None:
        token = signing.require_user_task(tree, token_id)
        token.note(delegated=[command.owner, command.to])
        tree.recorder.add(
            t.UserTaskDelegated(
                token_id=token_id, element_id=token.element_id, owner=command.owner, delegate=command.to,
                reason=command.reason,
            )
        )  # fmt: skip

    return step_of(instance.act(context, do))


def answer_delegation(instance: Instance, context: RunContext, command: w.AnswerDelegation, actor_id: str) -> Step:
    """The task goes back to its owner, who completes it."""

    def do(tree: CaseTree) -> None:
        end_delegation(tree, token_of(command.user_task_id), "resolved", command.answer)
        signing.helped(tree, token_of(command.user_task_id), actor_id)

    return step_of(instance.act(context, do))


def take_back_delegation(instance: Instance, context: RunContext, command: w.TakeBackDelegation, _actor: str) -> Step:
    """The owner has it again."""

    def do(tree: CaseTree) -> None:
        end_delegation(tree, token_of(command.user_task_id), "taken_back", command.reason)

    return step_of(instance.act(context, do))


def end_delegation(tree: CaseTree, token_id: int, outcome: str, answer: str) -> None:
    """The owner has the task again."""
    token = signing.require_user_task(tree, token_id)
    delegated = token.internal_data.pop("delegated", None)
    if delegated is None:
        raise InvalidStateError(f"Expected user task {token_id} to be with a delegate, but it is not.")
    tree.recorder.touch(token)
    owner, person = delegated
    tree.recorder.add(
        t.DelegationEnded(
            token_id=token_id, element_id=token.element_id, owner=owner, delegate=person, outcome=outcome,
            answer=answer,
        )
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ more signatures
def ask_opinions(instance: Instance, context: RunContext, command: w.AskOpinions, _actor_id: str) -> Step:
    """Every signer gets a task of their own, now or once this one is completed."""
    token_id = token_of(command.user_task_id)

    def do(tree: CaseTree) -> None:
        for subject in command.subjects:
            signing.ask(tree, token_id, subject, subject in command.groups, command.place, command.reason)

    return step_of(instance.act(context, do))


def give_opinion(instance: Instance, context: RunContext, command: w.GiveOpinion, actor_id: str) -> Step:
    """A signer answers."""
    number = token_of(command.user_task_id)
    return step_of(
        instance.act(context, lambda tree: signing.answer(tree, number, actor_id, command.agrees, command.opinion))
    )


def remove_signer(instance: Instance, context: RunContext, command: w.RemoveSigner, _actor_id: str) -> Step:
    """A signer is asked no more."""
    number = token_of(command.opinion_id)
    return step_of(instance.act(context, lambda tree: signing.remove(tree, number, command.reason)))


def add_instance(instance: Instance, context: RunContext, command: w.AddInstance, _actor_id: str) -> Step:
    """A joint task gets one more person."""
    token_id = token_of(command.user_task_id)
    return step_of(
        instance.act(context, lambda tree: signing.add_instance(tree, token_id, command.person, command.reason))
    )


def remove_instance(instance: Instance, context: RunContext, command: w.RemoveInstance, _actor_id: str) -> Step:
    """A joint task gets along with one person less."""
    token_id = token_of(command.user_task_id)
    return step_of(instance.act(context, lambda tree: signing.remove_instance(tree, token_id, command.reason)))


# ------------------------------------------------------------------------------------------------ back
def return_task(instance: Instance, context: RunContext, command: w.ReturnUserTask, _actor_id: str) -> Step:
    """The case goes on at an earlier step."""
    token_id = token_of(command.user_task_id)

    def do(tree: CaseTree) -> None:
        token = signing.require_user_task(tree, token_id)
        noted: dict[str, Any] = {}
        if command.assignee is not None:
            noted |= {"for": command.assignee, "helpers": [command.assignee]}
        if command.come_back:
            noted["back"] = {"element": token.task_spec.name, "for": command.holder}
            if "back" in token.internal_data:
                noted["back"]["then"] = token.internal_data["back"]
        element_id = token.element_id
        placed = _move(tree, command.scope_id, command.withdrawn, command.path, noted)
        tree.recorder.add(
            t.UserTaskReturned(
                token_id=token_id, element_id=element_id, to_element_id=command.path[-1], placed=placed,
                in_place_of=command.in_place_of, come_back=command.come_back, assignee=command.assignee,
                superseded=list(command.superseded) or None, reason=command.reason,
            )
        )  # fmt: skip

    return step_of(instance.act(context, do))


def take_back(instance: Instance, context: RunContext, command: w.TakeBackUserTask, actor_id: str) -> Step:
    """Who completed the task has it again; what followed from it is withdrawn."""

    def do(tree: CaseTree) -> None:
        noted = {"for": actor_id, "helpers": [actor_id]}
        if command.frame is None:
            element_id = command.path[-1]
            placed = _move(tree, command.scope_id, command.withdrawn, command.path, noted)
        else:
            frame = tree.index[command.frame]
            element_id = frame.element_id
            placed = frame.task_spec.reopen(frame, command.number, actor_id, noted)
        tree.recorder.add(
            t.UserTaskTakenBack(
                token_id=token_of(command.user_task_id), element_id=element_id, placed=placed,
                in_place_of=command.in_place_of, reason=command.reason,
            )
        )  # fmt: skip

    return step_of(instance.act(context, do))


def _move(
    tree: CaseTree, scope_id: int | None, withdrawn: tuple[int, ...], path: tuple[str, ...], noted: dict[str, Any]
) -> int:
    scope, wanted = find_scope(tree, scope_id), frozenset(withdrawn)
    replaced = [branch for branch in branches(scope) if branch.id in wanted]
    return move(scope, replaced, path, noted=noted).token_id


# ------------------------------------------------------------------------------------------------ telling others
def copy_case(instance: Instance, _context: RunContext, command: w.CopyCase, _actor_id: str) -> Step:
    """People get the case to read."""
    token_id, element_id = _place_of(instance, command.user_task_id)
    return Step([
        t.CaseCopied(people=list(command.people), token_id=token_id, element_id=element_id, reason=command.reason)
    ])  # fmt: skip


def mark_copies_read(_instance: Instance, _context: RunContext, _command: w.MarkCopiesRead, actor_id: str) -> Step:
    """Somebody has read what was copied to them."""
    return Step([t.CopiesRead(person=actor_id)])


def urge(instance: Instance, _context: RunContext, command: w.UrgeUserTask, _actor_id: str) -> Step:
    """Whoever has the task is asked to hurry."""
    token_id = token_of(command.user_task_id)
    element_id = element_of(instance, token_id)
    return Step([
        t.UserTaskUrged(
            token_id=token_id, element_id=element_id, subjects=list(command.subjects), reason=command.reason
        )
    ])  # fmt: skip


def comment(_instance: Instance, _context: RunContext, command: w.AddComment, _actor_id: str) -> Step:
    """Something is said about the case."""
    token_id = None if command.user_task_id is None else token_of(command.user_task_id)
    return Step([
        t.CommentAdded(
            mentions=list(command.mentions), copied=list(command.copied), token_id=token_id, text=command.text
        )
    ])  # fmt: skip


def attach(_instance: Instance, _context: RunContext, command: w.AddAttachment, _actor_id: str) -> Step:
    """A file is put to the case."""
    token_id = None if command.user_task_id is None else token_of(command.user_task_id)
    return Step([
        t.AttachmentAdded(
            digest=command.digest, size=command.size, media_type=command.media_type, token_id=token_id,
            name=command.name,
        )
    ])  # fmt: skip


def remove_attachment(_instance: Instance, _context: RunContext, command: w.RemoveAttachment, _actor_id: str) -> Step:
    """A file is taken off the case."""
    return Step([t.AttachmentRemoved(attachment_seq=token_of(command.attachment_id), reason=command.reason)])


def _place_of(instance: Instance, user_task_id: str | None) -> tuple[int | None, str | None]:
    if user_task_id is None:
        return None, None
    token_id = token_of(user_task_id)
    return token_id, element_of(instance, token_id)


WORK_ACTS: dict[type[Command], Act] = {
    w.TransferUserTask: transfer,
    w.DelegateUserTask: delegate,
    w.AnswerDelegation: answer_delegation,
    w.TakeBackDelegation: take_back_delegation,
    w.AskOpinions: ask_opinions,
    w.GiveOpinion: give_opinion,
    w.RemoveSigner: remove_signer,
    w.AddInstance: add_instance,
    w.RemoveInstance: remove_instance,
    w.ReturnUserTask: return_task,
    w.TakeBackUserTask: take_back,
    w.CopyCase: copy_case,
    w.MarkCopiesRead: mark_copies_read,
    w.UrgeUserTask: urge,
    w.AddComment: comment,
    w.AddAttachment: attach,
    w.RemoveAttachment: remove_attachment,
}
