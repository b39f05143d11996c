"""Destroying what a case knew of people: what a model declares as personal, and taking it out of values and texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from workflow_engine.domain.traces import Traces

MESSAGE = "personal_data.destroy"
PROPERTY = "liandong:personal"
"""Extension property of a process: names of variables, and ``files`` and ``comments``, with commas between."""
FILES, COMMENTS = "files", "comments"
INSTEAD = "▇▇"
"""Stands where a value was cut out of a text."""
TRACES_KEPT = timedelta(days=90)
"""So long restored backups can be searched for what was destroyed; then its hashes go too."""
_IDENTIFIER = re.compile(r"[a-z0-9_.:/\-]*")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Personal:
    """What of a process is about people."""

    names: frozenset[str] = frozenset()
    files: bool = False
    comments: bool = False

    @classmethod
    def read(cls, text: str) -> Personal:
        """From the property of the model."""
        names = {name.strip() for name in text.split(",")} - {""}
        return cls(frozenset(names - {FILES, COMMENTS}), FILES in names, COMMENTS in names)

    def __bool__(self) -> bool:
        return bool(self.names) or self.files or self.comments


def destruction_id_of(message_id: str) -> str:
    """The id of the destruction that a message orders: the same for the same message."""
    return sha256(message_id.encode()).hexdigest()[:32]


def stream_of(destruction_id: str) -> str:
    """The chain in which it is recorded."""
    return f"destruction:{destruction_id}"


def personal_in(value: Any, names: frozenset[str]) -> Iterator[Any]:
    """Every value that stands under one of the names, at any depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name in names:
                yield inner
            else:
                yield from personal_in(inner, names)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from personal_in(inner, names)


def without_personal(value: Any, names: frozenset[str], traces: Traces | None) -> Any:
    """The value with nothing under the names, and with traced values cut out of its texts.

    Words by which a model finds its way (ids, states, instants) stay as they are.
    """
    if isinstance(value, Mapping):
        return {name: None if name in names else without_personal(inner, names, traces)
                for name, inner in value.items()}  # fmt: skip
    if isinstance(value, list | tuple):
        return [without_personal(inner, names, traces) for inner in value]
    if isinstance(value, str) and traces is not None and is_free_text(value):
        return traces.without(value, INSTEAD)
    if isinstance(value, int) and not isinstance(value, bool) and traces is not None and traces.is_in(str(value)):
        return None if len(str(abs(value))) >= 6 else value
    return value


def is_free_text(text: str) -> bool:
    """Whether a text is what people wrote; a long number is, an id or an instant is not."""
    if _INSTANT.fullmatch(text):
        return False
    return not _IDENTIFIER.fullmatch(text) or text.replace("-", "").isdigit()
