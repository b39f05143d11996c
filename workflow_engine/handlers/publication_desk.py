"""The publication desk: a case that throws ``decision.publish`` makes public what it maps in, once and for good."""

from __future__ import annotations

from hashlib import sha256

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.events_publication import DecisionPublished
from workflow_engine.domain.publications import MESSAGE, document_digest, public_document
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import publications as store
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.messages import Message


def take_publication(work: Handling, message: Message) -> Receipt | None:
    """Publish what a case sends; None when the message is not for the desk. What an exercise sends stays inside.

    Raises:
        RejectedError: what has to be public is missing; the message goes on waiting, and is shown as undelivered.
    """
    if message.name != MESSAGE or message.origin_case_id is None:
        return None
    case = find_case(work.unit, message.origin_case_id, lock=False)
    if case is None:
        raise NotFoundError(f"Expected to publish a decision of case {message.origin_case_id}, but there is none.")
    document = public_document(orjson.loads(message.payload))
    public_id = sha256(message.message_id.encode()).hexdigest()[:16]
    stream = f"publication:{public_id}"
    if case.exercise:
        return work.record_in_stream(stream, [], {"public_id": None})
    digest = document_digest(document)
    row = {
        "public_id": public_id, "case_id": case.case_id, "process_id": case.process_id, "unit_id": case.unit_id,
        "title": document["title"], "document": orjson.dumps(document).decode(), "digest": digest,
        "published_at": work.now,
    }  # fmt: skip
    store.publish(work.unit, row)
    event = DecisionPublished(
        public_id=public_id, origin_case_id=case.case_id, outcome=document["outcome"], digest=digest
    )
    return work.record_in_stream(stream, [event], {"public_id": public_id})
