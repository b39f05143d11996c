"""What is one person's own: the draft of an answer, and which notes they have read."""

from __future__ import annotations

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import NotFoundError, RejectedError, StaleVersionError
from workflow_engine.domain.permissions import require_writer
from workflow_engine.domain.variables import clean_value
from workflow_engine.domain.work_commands import DiscardDraft, MarkNotesRead, SaveDraft
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.user_tasks import is_offered, refuse, require_open_task
from workflow_engine.storage.visibility import subjects_of
from workflow_engine.storage.work import draft_version, drop_draft, put_draft, read_note, subject_of_note

LARGEST_DRAFT = 100_000
MOST_NOTES = 500


def save_draft(work: Handling, command: SaveDraft) -> Receipt:
    """Keep what was typed. Raises StaleVersionError when it continues another version than the one kept."""
    what = f"save a draft of user task {command.user_task_id}"
    require_writer(work.actor, what)
    case, task = require_open_task(work, command, what)
    if task.assignee not in (None, work.actor.actor_id) or not is_offered(task, work.actor):
        refuse(work, case, what, f"{task.assignee or 'nobody'} has it")
    content = orjson.dumps(clean_value(command.content)).decode()
    if len(content) > LARGEST_DRAFT:
        raise RejectedError(f"Expected to {what} of at most {LARGEST_DRAFT} characters.", field="content")
    kept = draft_version(work.unit, command.user_task_id, work.actor.actor_id)
    if kept != command.continues:
        raise StaleVersionError(
            f"Expected to {what} on version {command.continues}, but version {kept} is kept: "
            "it was changed in another window.",
            version=kept,
        )
    put_draft(work.unit, case.case_id, task.user_task_id, work.actor.actor_id, kept + 1, content, work.now)
    return Receipt(command_id=command.command_id, case_id=case.case_id, result={"version": kept + 1})


def saved_again(work: Handling, command: SaveDraft) -> Receipt:
    """The answer to a repeated save: the version that is kept."""
    kept = draft_version(work.unit, command.user_task_id, work.actor.actor_id)
    return Receipt(
        command_id=command.command_id, case_id=command.case_id, result={"version": kept}, replayed=True
    )


def discard_draft(work: Handling, command: DiscardDraft) -> Receipt:
    """Forget what was typed; nothing happens when there is nothing."""
    drop_draft(work.unit, command.user_task_id, work.actor.actor_id)
    return Receipt(command_id=command.command_id, case_id=command.case_id or None)


def mark_notes_read(work: Handling, command: MarkNotesRead) -> Receipt:
    """Mark notes as read by the actor. Raises NotFoundError for one that is not for them."""
    if not 1 <= len(command.note_ids) <= MOST_NOTES:
        raise RejectedError(f"Expected 1 to {MOST_NOTES} notes, but got {len(command.note_ids)}.")
    subjects = set(subjects_of(work.actor))
    for note_id in command.note_ids:
        if subject_of_note(work.unit, note_id) not in subjects:
            raise NotFoundError(f"Expected a note {note_id[:80]!r} to you, but there is none.")
        read_note(work.unit, note_id, work.actor.actor_id, work.now)
    return Receipt(command_id=command.command_id)
