"""What happened to decisions in public."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPublished(Event):
    """A decision can be read by everybody; the digest is that of the document."""

    KIND = "decision.published"
    public_id: str
    origin_case_id: str
    outcome: str
    digest: str


EVENT_KINDS.update({DecisionPublished.KIND: DecisionPublished})
