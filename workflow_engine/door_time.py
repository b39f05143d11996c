"""The part of the public door that is about working time: deadlines, their clocks, and what a city sets for them."""

from workflow_engine.domain.deadline_commands import CAUSES as CLOCK_CAUSES
from workflow_engine.domain.deadline_commands import ReckonDeadlines, StartClock, StopClock
from workflow_engine.domain.organisation_commands import SetParameters
from workflow_engine.domain.process_parameters import Parameter
from workflow_engine.queries.deadlines import DeadlineRow
from workflow_engine.queries.parameters import ParameterRow, PassedBound

__all__ = [
    "CLOCK_CAUSES",
    "DeadlineRow",
    "Parameter",
    "ParameterRow",
    "PassedBound",
    "ReckonDeadlines",
    "SetParameters",
    "StartClock",
    "StopClock",
]
