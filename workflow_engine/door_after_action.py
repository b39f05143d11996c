"""Of the public door: an emergency told again."""

from __future__ import annotations

from workflow_engine.domain.emergency_marks import Mark, Reign
from workflow_engine.retelling_emergency import Film, Frame

__all__ = ["Film", "Frame", "Mark", "Reign"]
