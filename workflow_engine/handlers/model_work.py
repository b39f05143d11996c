"""Working copies of models, kept and thrown away by their owner; nothing is recorded until they are deployed."""

from __future__ import annotations

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import (
    InvalidStateError,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    StaleVersionError,
)
from workflow_engine.domain.model_commands import DiscardModelWork, KeepModelWork
from workflow_engine.domain.permissions import may_somewhere
from workflow_engine.handlers.deploying import MAX_BYTES, MAX_FILES, require_file_names
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import definitions
from workflow_engine.storage import model_work as store

MOST_WORK = 20
"""Working copies that one person may keep."""


def keep_model_work(work: Handling, command: KeepModelWork) -> Receipt:
    """Make a working copy, or change files of one's own."""
    what = "keep a working copy of a model"
    _require_modeller(work, what)
    require_file_names(command.files)
    found = store.find_work(work.unit, command.work_id)
    if found is None:
        revision = 1
        _make(work, command, what)
    else:
        owner, before = found
        _require_owner(work, owner, what)
        if command.revision not in (None, before):
            raise StaleVersionError(
                f"Expected to {what} at revision {command.revision}, but it is at {before}: it was changed elsewhere.",
                revision=before,
            )
        revision = before + 1
        store.change_work(work.unit, command.work_id, revision, work.now)
    number, size = store.keep_files(work.unit, command.work_id, command.files, command.removed)
    if number > MAX_FILES or size > MAX_BYTES:
        raise RejectedError(
            f"Expected to {what} of at most {MAX_FILES} files and {MAX_BYTES // 1024 // 1024} MB in all, but there are "
            f"{number} files of {size / 1024 / 1024:.1f} MB."
        )
    return Receipt(command_id=command.command_id, result={"work_id": command.work_id, "revision": revision})


def discard_model_work(work: Handling, command: DiscardModelWork) -> Receipt:
    """Throw one's own working copy away."""
    what = "discard a working copy of a model"
    _require_modeller(work, what)
    found = store.find_work(work.unit, command.work_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is none.")
    _require_owner(work, found[0], what)
    store.remove_work(work.unit, command.work_id)
    return Receipt(command_id=command.command_id, result={"work_id": command.work_id})


def _require_modeller(work: Handling, what: str) -> None:
    """Who may deploy for any process may keep working copies: of which process they are shows at deployment."""
    if not may_somewhere(work.actor, "definition.deploy"):
        raise NotPermittedError(f"Expected to {what}, but that takes the right 'definition.deploy'.")


def _make(work: Handling, command: KeepModelWork, what: str) -> None:
    base = command.base_definition_id
    if base is not None and definitions.find_head(work.unit, base) is None:
        raise NotFoundError(f"Expected to {what} of definition {base[:12]}, but there is none.")
    if store.count_work(work.unit, work.actor.actor_id) >= MOST_WORK:
        raise InvalidStateError(f"Expected to {what}, but you keep {MOST_WORK} already: discard one first.")
    store.add_work(work.unit, command.work_id, work.actor.actor_id, base, work.now)


def _require_owner(work: Handling, owner: str, what: str) -> None:
    if owner != work.actor.actor_id:
        raise NotFoundError(f"Expected to {what}, but there is none.")
