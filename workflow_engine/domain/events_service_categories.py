"""What happened to the catalogue of categories."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event
from workflow_engine.domain.events import EVENT_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCategoriesChanged(Event):
    """There is a next version, which holds from then on; the digest is of the whole catalogue."""

    KIND = "service_categories.changed"
    PRIVATE = ("reason",)
    version: int
    effective_from: str
    sha256: str
    added: list[str]
    changed: list[str]
    removed: list[str]
    reason: str


EVENT_KINDS[ServiceCategoriesChanged.KIND] = ServiceCategoriesChanged
