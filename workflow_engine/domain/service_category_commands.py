"""What administrators do to the catalogue of categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeServiceCategories(Command):
    """Add, change and remove categories, all or nothing, as the version after ``base_version``.

    Rows have the fields of ``domain.service_categories.Category``; of a known category what is not given stays.
    """

    NAME = "service_categories.change"
    PRIVATE = ("reason",)
    categories: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    removed: Sequence[str] = field(default_factory=tuple)
    """Codes that go."""
    whole: bool = False
    """``categories`` is the whole catalogue: what is not in it goes, and what is not given has its default."""
    effective_from: str | None = None
    """From which instant the version holds; None: from now on."""
    base_version: int
    reason: str
