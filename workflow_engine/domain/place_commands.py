"""Bringing outlines of places in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlaces(Command):
    """Store the outlines of a GeoJSON file; places of the same code are replaced, all others stay."""

    NAME = "places.import"
    files: Mapping[str, bytes]
    """One, by its name."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Codes that the file still has, to those that they have now; whatever lies within goes along."""
    crs: str = ""
    """Of the coordinates; empty: as the file says, else unknown."""
