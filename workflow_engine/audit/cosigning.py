"""What a witness does: another organisation signs a checkpoint, after it saw that the log only grew since the last one.

It needs neither the database nor this installation: the checkpoint, the proof and its own last checkpoint are enough.
"""

from __future__ import annotations

from collections.abc import Sequence

from workflow_engine.audit.checkpoint import Checkpoint, verify_checkpoint
from workflow_engine.audit.merkle import verify_consistency
from workflow_engine.audit.notes import Note, NoteSignature, SigningKey, VerifierKey, parse_note
from workflow_engine.domain.errors import CheckpointError


def cosign(
    note: str, log: VerifierKey, witness: SigningKey, last: str | None = None, proof: Sequence[bytes] = ()
) -> str:
    """The checkpoint with the witness's signature under it.

    ``last``: the checkpoint that this witness signed last; None: it begins to trust with this one.

    Raises:
        CheckpointError: the log's key did not sign it, or it does not continue ``last``.
    """
    new = verify_checkpoint(note, [log], log.name)
    if last is not None:
        old = verify_checkpoint(last, [witness.verifier], log.name)
        _require_growth(old, new, proof)
    if witness.name == log.name:
        raise CheckpointError(f"Expected a witness with a name of its own, but it is called {log.name} as the log.")
    parsed = parse_note(note)
    return merged(parsed, [*parsed.signatures, witness.sign(parsed.text)]).to_text()


def with_signatures(note: str, cosigned: str, witness: VerifierKey) -> str:
    """``note`` with what the witness signed beneath it. Raises CheckpointError when they speak of different things."""
    own, other = parse_note(note), parse_note(cosigned)
    if own.text != other.text:
        raise CheckpointError("Expected the witness to have signed this checkpoint, but it signed another one.")
    verify_checkpoint(cosigned, [witness])
    added = [one for one in other.signatures if (one.key_name, one.key_id) == (witness.name, witness.key_id)]
    return merged(own, [*own.signatures, *added]).to_text()


def merged(note: Note, signatures: Sequence[NoteSignature]) -> Note:
    """The note with each of these signatures once, in their order."""
    return Note(note.text, tuple(dict.fromkeys(signatures)))


def _require_growth(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    if new.size < old.size:
        raise CheckpointError(f"Expected the log to grow, but it had {old.size} entries and says {new.size} now.")
    if not verify_consistency(old.size, new.size, old.root, new.root, proof):
        raise CheckpointError(
            f"Expected a proof that the log only grew from {old.size} to {new.size} entries, but this is none: "
            f"ask for `liandong audit consistency {old.size} {new.size}`. If that fails too, the log was rewritten."
        )
