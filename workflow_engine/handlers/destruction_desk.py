"""The desk for destroying personal data: a case that throws ``personal_data.destroy`` orders it for itself.

One person decided it and another signed; both did so in tasks of this very case. A hold of the case stops it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.destruction import MESSAGE, PROPERTY, Personal, destruction_id_of, stream_of
from workflow_engine.domain.errors import InvalidVariablesError, NotFoundError, NotPermittedError
from workflow_engine.domain.events_destruction import DestructionOrdered
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import destruction as store
from workflow_engine.storage.cases import Case, find_case
from workflow_engine.storage.messages import Message

WHAT = "destroy the personal data of the case"


def take_destruction(work: Handling, message: Message) -> Receipt | None:
    """Order what a case asks for; None when the message is not for this desk.

    Raises:
        RejectedError: it lacks one of the two persons, or the model declares nothing personal; the message goes on
            waiting, and is shown as undelivered.
    """
    if message.name != MESSAGE or message.origin_case_id is None:
        return None
    case = find_case(work.unit, message.origin_case_id, lock=False)
    if case is None:
        raise NotFoundError(f"Expected to {WHAT} {message.origin_case_id}, but there is none.")
    letter = orjson.loads(message.payload)
    decided_by, signed_by = (_person(work, case, letter, name) for name in ("approved_by", "signed_by"))
    if decided_by == signed_by:
        raise NotPermittedError(f"Expected to {WHAT} on the word of two persons, but {decided_by} is both.")
    personal = declared_personal(work, case)
    if not personal:
        raise InvalidVariablesError(
            f"Expected to {WHAT}, but its model does not say what is personal.",
            {PROPERTY: "Name the variables in this property of the process."},
        )
    destruction_id = destruction_id_of(message.message_id)
    names = tuple(sorted(personal.names))
    store.order(
        work.unit,
        {
            "destruction_id": destruction_id, "case_id": case.case_id, "decided_by": decided_by,
            "signed_by": signed_by, "names": orjson.dumps(names).decode(), "files": personal.files,
            "comments": personal.comments, "ordered_at": work.now,
        },
    )  # fmt: skip
    event = DestructionOrdered(
        destruction_id=destruction_id, case_id=case.case_id, decided_by=decided_by, signed_by=signed_by, names=names,
        files=personal.files, comments=personal.comments,
    )  # fmt: skip
    return work.record_in_stream(stream_of(destruction_id), [event], {"destruction_id": destruction_id})


def declared_personal(work: Handling, case: Case) -> Personal:
    """What the model of a case declares as personal."""
    process = work.parts.library.get(work.unit, case.definition_id).process(case.process_id)
    return Personal.read(next((value for key, value in process.properties if key == PROPERTY), ""))


def _person(work: Handling, case: Case, letter: Mapping[str, Any], name: str) -> str:
    person = letter.get(name)
    if not isinstance(person, str) or not person.startswith("user:"):
        raise InvalidVariablesError(f"Expected to {WHAT} on the word of two persons.", {name: "Name a person."})
    if not store.has_done_a_task(work.unit, case.case_id, person):
        raise NotPermittedError(f"Expected to {WHAT}, but {person} has done no task of it.")
    return person
