"""What happened in inspections."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Json
from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDrawn(Event):
    """Cases were drawn. With the seed and the case ids of the population anybody can draw them again."""

    KIND = "sample.drawn"
    sample_id: str
    process_id: str
    seed: str
    criteria: Json
    population: int
    population_digest: str
    cases: list[str]


EVENT_KINDS.update({SampleDrawn.KIND: SampleDrawn})
