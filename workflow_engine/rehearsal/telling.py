"""What a rehearsal tells: the story line by line, what did not hold, where the case ended up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: when, by whom, what."""

    at: datetime
    actor_id: str
    what: str

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}  {self.actor_id:<22}  {self.what}"


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """How it went. ``findings`` is empty when everything held."""

    name: str
    case_id: str | None
    state: str | None
    findings: Sequence[str]
    lines: Sequence[Line]
    variables: Mapping[str, Any] = field(default_factory=dict)
    passed_elements: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        return not self.findings

    def __str__(self) -> str:
        verdict = "held" if self.ok else "; ".join(self.findings)
        return "\n".join([*(str(line) for line in self.lines), f"{self.name}: {verdict}"])
