"""What happened inside a case, written once: past-tense facts, in the order in which they happened.

An event's fields are JSON. Fields named in ``PRIVATE`` hold what people typed or services answered; they never stand in
the audit entry itself, only their salted commitment does, and the values live where they can be erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

Json = Any
Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Root of all events; ``KIND`` is the stable tag under which it is recorded."""

    KIND: ClassVar[str] = ""
    PRIVATE: ClassVar[tuple[str, ...]] = ()

    def body(self) -> dict[str, Any]:
        """Public part as JSON: the tag and every field that is set and not private."""
        out: dict[str, Any] = {"event": self.KIND}
        for name in _public_fields(type(self)):
            value = getattr(self, name)
            if value is not None:
                out[name] = value
        return out

    def values(self) -> dict[str, Any]:
        """Private part as JSON; empty when there is none."""
        return {name: value for name in self.PRIVATE if (value := getattr(self, name)) is not None}


_PUBLIC: dict[type[Event], tuple[str, ...]] = {}


def _public_fields(kind: type[Event]) -> tuple[str, ...]:
    names = _PUBLIC.get(kind)
    if names is None:
        names = _PUBLIC[kind] = tuple(f.name for f in fields(kind) if f.name not in kind.PRIVATE)
    return names
