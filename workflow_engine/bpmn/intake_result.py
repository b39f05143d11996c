"""What intake answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from workflow_engine.bpmn.model import Model, Note
from workflow_engine.domain.errors import Problem


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """A model with everything there is to say about it, or the reasons why there is none."""

    model: Model | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    """Attributes not used, expressions translated, things rewritten; also when the model is refused."""

    @property
    def ok(self) -> bool:
        """Whether the model may be stored: it exists and no problem is an error."""
        return self.model is not None and not self.errors

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def to_dict(self) -> dict[str, Any]:
        """JSON form for programs: ``ok``, ``problems`` and ``notes``; the model itself is left out."""
        return {
            "ok": self.ok,
            "problems": [problem.to_dict() for problem in self.problems],
            "notes": [msgspec.to_builtins(note) for note in self.notes],
        }
