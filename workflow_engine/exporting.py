"""Cases taken out as files: signed bundles that verify without this program, event logs, tables.

Each file is put on record before it is handed out, with how many entries it holds.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any

import orjson

from workflow_engine.audit.notes import SigningKey, sign_note
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.audit_commands import NoteExport
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.permissions import require_somewhere
from workflow_engine.interchange.event_log import EXERCISE, CaseLog, LogVote, case_log
from workflow_engine.interchange.log_table import write_table
from workflow_engine.interchange.ocel import write_ocel
from workflow_engine.interchange.xes import write_xes
from workflow_engine.queries.ballot_casts import votes_of_case
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.chains import read_chain
from workflow_engine.queries.definitions import get_definition
from workflow_engine.queries.log import (
    consistency_proof_of,
    find_newest_checkpoint,
    inclusion_proof_of,
    leaves_of,
    list_checkpoints,
)
from workflow_engine.queries.record import get_history
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.chains import slot_salt

if TYPE_CHECKING:
    from workflow_engine.engine import Engine

VERIFIER_FILE = "verify_case.py"
MOST_CASES = 1_000
_MOST_KEPT_CHECKPOINTS = 60
_NOT_REAL = "nothing of this is real; 此件内容均为演练"
_FIXED_DATE = (2020, 1, 1, 0, 0, 0)
_README = """This is the record of one case. Verify it with nothing but Python (3.9 or later):

    python3 verify_case.py case.json --key KEY

KEY is the operator's public key (name+id+base64). Ask for it by another way than this file.
"""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file to be handed out."""

    name: str
    mimetype: str
    content: bytes
    rows: int
    """How many entries of the record it holds."""


def marked_name(name: str, *, exercise: bool) -> str:
    """The name of a file, which says so where something in it is an exercise."""
    return f"{EXERCISE.replace(' ', '-')}-{name}" if exercise else name


def verifier_source() -> bytes:
    """The stand-alone verifier, as it is handed out."""
    return resources.files("workflow_engine.audit").joinpath(VERIFIER_FILE).read_bytes()


class Exporting:
    """Makes the files; whoever may not export a case gets none of it."""

    def __init__(self, engine: Engine, key: SigningKey | None) -> None:
        self._engine = engine
        self._key = key

    def bundle(self, case_id: str, actor: Actor, command_id: str = "") -> ExportFile:
        """The case with its proofs, its models and the verifier.

        Raises:
            NotFoundError: there is no such case within reach.
            NotPermittedError: the actor may not export it.
        """
        require_somewhere(actor, "case.export", "export a case")
        with self._engine.queries.snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
        self._engine.extend_log([case_id])
        with self._engine.queries.snapshot() as snapshot:
            data, rows = self._bundle(snapshot, case_id, actor)
        said = f"{EXERCISE}: {_NOT_REAL}\n\n{_README}" if "exercise" in data else _README
        packed = _zip({"case.json": orjson.dumps(data), VERIFIER_FILE: verifier_source(), "README.txt": said.encode()})
        name = marked_name(f"case-{case_id}.zip", exercise="exercise" in data)
        made = ExportFile(name, "application/zip", packed, rows)
        return self._noted([case_id], "bundle", made, actor, command_id)

    def event_log(self, case_ids: Sequence[str], form: str, actor: Actor, command_id: str = "") -> ExportFile:
        """Cases as ``xes``, ``ocel`` or ``csv``; at most ``MOST_CASES``. Raises as ``bundle``."""
        require_somewhere(actor, "case.export", "export a case")
        write, mimetype, ending = _FORMS[form]
        wanted = list(dict.fromkeys(case_ids))[:MOST_CASES]
        with self._engine.queries.snapshot() as snapshot:
            logs = [_case_log(snapshot, case_id, actor) for case_id in wanted]
        content = b"".join(write(logs))
        name = f"case-{wanted[0]}" if len(wanted) == 1 else f"{len(wanted)}-cases"
        name = marked_name(name, exercise=any(log.exercise for log in logs))
        made = ExportFile(f"{name}.{ending}", mimetype, content, sum(log.entries for log in logs))
        return self._noted(wanted, form, made, actor, command_id)

    def note(self, case_id: str, form: str, rows: int, content: bytes, actor: Actor) -> None:
        """Put a file on record that was made elsewhere, such as a printable page."""
        self._noted([case_id], form, ExportFile("", "", content, rows), actor, "")

    def _noted(self, case_ids: Sequence[str], form: str, made: ExportFile, actor: Actor, command_id: str) -> ExportFile:
        command = NoteExport(
            command_id=command_id or new_id(), case_ids=tuple(case_ids), form=form, rows=made.rows,
            digest=sha256(made.content).hexdigest(),
        )  # fmt: skip
        self._engine.handle(command, actor)
        return made

    def _bundle(self, snapshot: Snapshot, case_id: str, actor: Actor) -> tuple[dict[str, Any], int]:
        case = require_visible_case(snapshot, case_id, actor)
        chain = read_chain(snapshot, case_id)
        last = chain.entries[-1]
        at = self._engine.clock.now().isoformat()
        head = {"seq": last.seq, "hash": last.hash}
        statement = None
        if self._key is not None:
            said = f"{self._key.name} case\n{case_id}\n{last.seq}\n{last.hash}\n{at}\n"
            statement = sign_note(said, self._key).to_text()
        events = [event for entry in chain.entries for event in entry.body["events"]]
        ids = {event["definition_id"] for event in events if "definition_id" in event} | {case.definition_id}
        return {
            "format": "liandong-case/1",
            **({"exercise": f"{EXERCISE}: {_NOT_REAL}"} if case.exercise else {}),
            "case_id": case_id,
            "process_id": case.process_id,
            "exported_at": at,
            "exported_by": actor.actor_id,
            "head": head,
            "entries": [
                {"seq": e.seq, "prev": e.prev, "hash": e.hash, "body": e.body_json.decode()} for e in chain.entries
            ],
            "values": {
                str(seq): {
                    slot: {"salt": slot_salt(salt, slot).hex(), "value": value} for slot, value in content.items()
                }
                for seq, (salt, content) in chain.contents.items()
            },
            "definitions": [_definition(snapshot, definition_id) for definition_id in sorted(ids)],
            "statement": statement,
            "log": _log_part(snapshot, case_id) if statement is not None else None,
        }, len(chain.entries)


def _log_part(snapshot: Snapshot, case_id: str) -> dict[str, Any] | None:
    newest = find_newest_checkpoint(snapshot)
    if newest is None:
        return None
    leaves = leaves_of(snapshot, case_id)
    earlier = list_checkpoints(snapshot, limit=_MOST_KEPT_CHECKPOINTS).items
    return {
        "verifier": newest.verifier,
        "checkpoint": newest.note,
        "proofs": {
            str(seq): {"index": index, "path": inclusion_proof_of(snapshot, index, newest.size)}
            for seq, (index, _leaf) in leaves.items()
            if index < newest.size
        },
        "consistency": {str(row.size): consistency_proof_of(snapshot, row.size, newest.size) for row in earlier},
    }


def _definition(snapshot: Snapshot, definition_id: str) -> dict[str, Any]:
    files = get_definition(snapshot, definition_id).files
    return {
        "definition_id": definition_id,
        "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
    }


def _case_log(snapshot: Snapshot, case_id: str, actor: Actor) -> CaseLog:
    case = require_visible_case(snapshot, case_id, actor)
    history = get_history(snapshot, case_id)
    told = case_log(
        case_id, case.process_id, case.title or case.business_key or case_id, case.state,
        [(row.seq, row.at, row.actor_id, row.events) for row in history],
        [
            LogVote(one.element_id, int(one.ballot_id.rpartition(".")[2]), one.cast_at, one.cast_by, one.choice or "")
            for one in votes_of_case(snapshot, case_id)
        ],
    )  # fmt: skip
    return replace(told, exercise=case.exercise)


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _FIXED_DATE), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


_FORMS: dict[str, tuple[Callable[[Sequence[CaseLog]], Iterable[bytes]], str, str]] = {
    "xes": (write_xes, "application/xml", "xes"),
    "ocel": (write_ocel, "application/json", "jsonocel"),
    "csv": (write_table, "text/csv", "csv"),
}
"""Form of an event log to its writer, media type and ending."""
