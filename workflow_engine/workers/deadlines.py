"""After the calendar was changed: the deadlines of running cases, brought to it one case after the other.

Which cases are left stands in the database, so whatever stops in between goes on with the next look; each case takes
one recorded command, and the same command twice changes nothing.
"""

from __future__ import annotations

import logging

from workflow_engine.domain.actors import CLOCK
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.deadline_commands import ReckonDeadlines
from workflow_engine.domain.errors import EngineError
from workflow_engine.domain.lanes import LANES
from workflow_engine.engine import Engine

log = logging.getLogger(__name__)

_BATCH = 25


def reckon_outdated(engine: Engine) -> int:
    """Reckon again what is of an older calendar, emergencies first; returns how many cases. A read where nothing is."""
    done = 0
    for lane in LANES:
        found = engine.queries.deadlines.outdated(lane)
        while found:
            case_ids = [case_id for _, case_id in found]
            for start in range(0, len(case_ids), _BATCH):
                done += _reckon(engine, case_ids[start : start + _BATCH])
            found = engine.queries.deadlines.outdated(lane, after=found[-1])
    return done


def _reckon(engine: Engine, case_ids: list[str]) -> int:
    """Together in one commit, or one by one where that cannot be."""
    commands = [ReckonDeadlines(command_id=new_id(), case_id=case_id, calendar=0) for case_id in case_ids]
    try:
        answers = engine.handle_many([(command, CLOCK) for command in commands])
    except Exception:
        log.exception("deadlines: %d cases could not be reckoned together; one by one", len(commands))
        return sum(_reckon_one(engine, command) for command in commands)
    refusals = [answer for answer in answers if isinstance(answer, EngineError)]
    for refusal in refusals:
        log.info("deadlines: %s", refusal)
    return len(answers) - len(refusals)


def _reckon_one(engine: Engine, command: ReckonDeadlines) -> bool:
    try:
        engine.handle(command, CLOCK)
    except Exception:  # One broken case must not keep the others from their deadlines.
        log.exception("deadlines: case %s could not be reckoned", command.case_id)
        return False
    return True
