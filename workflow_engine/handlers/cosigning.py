"""Keeping what witnesses signed with the checkpoints of the log."""

from __future__ import annotations

from workflow_engine.audit.checkpoint import verify_checkpoint
from workflow_engine.audit.cosigning import with_signatures
from workflow_engine.audit.notes import VerifierKey
from workflow_engine.domain.audit_commands import AddCosignature
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.events_audit import CheckpointCosigned
from workflow_engine.domain.permissions import require_permission
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import log as store

STREAM = "area:log"


def add_cosignature(work: Handling, command: AddCosignature) -> Receipt:
    """The stored checkpoint carries the witness's signature from now on. Raises CheckpointError for a false one."""
    require_permission(work.actor, "settings.change", "keep a witness's signature")
    witness = VerifierKey.from_text(command.witness)
    checkpoint = verify_checkpoint(command.note, [witness])
    stored = store.find_note(work.unit, checkpoint.size)
    if stored is None:
        raise NotFoundError(f"Expected a checkpoint of size {checkpoint.size}, but there is none.")
    store.put_note(work.unit, checkpoint.size, with_signatures(stored, command.note, witness))
    event = CheckpointCosigned(size=checkpoint.size, root=checkpoint.root.hex(), witness=command.witness)
    return work.record_in_stream(STREAM, [event], {"size": checkpoint.size})
