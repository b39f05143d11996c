"""Who answers what no case knows: the database as it stands, or the record of a command that asked before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.outside import SILENT, Answer
from workflow_engine.outside.assigning import ASSIGNING_FUNCTIONS
from workflow_engine.outside.ground import Ground, OutsideFunction
from workflow_engine.outside.parameters import PARAMETER_FUNCTIONS
from workflow_engine.outside.reported import REPORTED_FUNCTIONS
from workflow_engine.outside.requests import REQUEST_FUNCTIONS
from workflow_engine.outside.working_time import WORKING_TIME_FUNCTIONS
from workflow_engine.storage.unit_of_work import UnitOfWork

__all__ = ["FUNCTIONS", "LiveOutside", "RecordedOutside"]

FUNCTIONS: Mapping[str, OutsideFunction] = {
    **WORKING_TIME_FUNCTIONS, **PARAMETER_FUNCTIONS, **ASSIGNING_FUNCTIONS, **REPORTED_FUNCTIONS,
    **REQUEST_FUNCTIONS,
}  # fmt: skip
"""Every question there is, and who answers it; models may ask those that ``feel.outside`` declares."""


class LiveOutside:
    """Answers from the database, inside the transaction of the command that asks."""

    __slots__ = ("_ground",)

    def __init__(
        self,
        unit: UnitOfWork,
        now: datetime,
        unit_id: str | None = None,
        case_id: str | None = None,
        *,
        keeps: bool = False,
        exercise: bool = False,
    ) -> None:
        self._ground = Ground(unit, now, unit_id, case_id, keeps, exercise)

    def answer(self, function: str, arguments: list[Any]) -> Answer:
        """What holds now; what cannot be answered is answered with why."""
        try:
            return FUNCTIONS[function](self._ground, *arguments)
        except (RejectedError, ValueError, OverflowError) as refused:
            return Answer(refusal=f"{function}: {getattr(refused, 'message', refused)}")


class RecordedOutside:
    """Answers from the events of one entry and their values, never from today's tables."""

    __slots__ = ("_asked",)

    def __init__(self, events: Sequence[Mapping[str, Any]], values: Mapping[str, Mapping[str, Any]]) -> None:
        self._asked = [
            {**event, **values.get(str(number), {})}
            for number, event in enumerate(events)
            if event["event"] == "outside.asked"
        ]

    def answer(self, function: str, arguments: list[Any]) -> Answer:
        """What was answered then; a question that was not asked then has no answer."""
        for asked in self._asked:
            if asked["function"] == function and asked.get("arguments", []) == arguments:
                return Answer(
                    asked.get("answer"), asked["source"], asked.get("provisional", False), asked.get("refusal")
                )
        if function in SILENT:
            return Answer()
        return Answer(refusal=f"Expected the record to answer {function!r}, but it was not asked then.")
