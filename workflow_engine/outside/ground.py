"""What those who answer stand on, and the shape of a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workflow_engine.domain.outside import Answer
from workflow_engine.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Ground:
    """The transaction of whoever asks, and its instant."""

    unit: UnitOfWork
    now: datetime
    unit_id: str | None = None
    """The unit that answers for the case, if any."""
    case_id: str | None = None
    """The case that asks; None where it only begins, or no case does."""
    keeps: bool = False
    """What happens in the transaction is kept: a number is given out, not only foreseen."""
    exercise: bool = False
    """The case that asks is an exercise: it takes nothing that real cases share."""


OutsideFunction = Callable[..., Answer]
"""(ground, *arguments as JSON) → Answer; a RejectedError or ValueError is told as the reason why there is none."""
