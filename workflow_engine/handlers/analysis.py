"""Reading paths, drawing samples, asking departments."""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson

from workflow_engine.domain.analysis_commands import (
    KINDS,
    MOST_DRAWN,
    QUESTION_PROCESS,
    AskDepartment,
    DrawSample,
    ReadPaths,
)
from workflow_engine.domain.commands import Receipt, StartCase
from workflow_engine.domain.errors import InvalidVariablesError, NotFoundError, RejectedError
from workflow_engine.domain.events_analysis import SampleDrawn
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.sampling import digest_of, draw
from workflow_engine.handlers.advancing import begin
from workflow_engine.handlers.cases import require_released
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import paths, samples
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.visibility import may_see_case

STREAM = "inspection:samples"
MOST_CASES = 200
LONGEST_QUESTION = 4_000
MOST_DAYS = 90


def read_paths(work: Handling, command: ReadPaths) -> Receipt:
    """Bring the rows of analysis up to the record; nothing of it is a fact of its own."""
    require_permission(work.actor, "case.operate", "read paths")
    if len(command.case_ids) > MOST_CASES:
        raise RejectedError(f"Expected at most {MOST_CASES} cases, but got {len(command.case_ids)}.")
    entries = sum(paths.read_case(work.unit, case_id) for case_id in sorted(command.case_ids))
    work.unchanged = entries == 0
    return Receipt(command_id=command.command_id, result={"entries": entries})


def draw_sample(work: Handling, command: DrawSample) -> Receipt:
    """Draw by lot with this command's own seed; seed, population and result stay on the record."""
    require_permission(work.actor, "inspection.do", "draw a sample")
    since, until = _span(command)
    if not 1 <= command.size <= MOST_DRAWN:
        raise InvalidVariablesError("Expected a size.", {"size": f"Expected 1 to {MOST_DRAWN} cases."})
    if command.kind not in KINDS:
        raise RejectedError(f"Expected one of {', '.join(KINDS)}, but got {command.kind[:40]!r}.")
    population = samples.find_population(work.unit, work.actor, command, since, until)
    if not population:
        raise InvalidVariablesError(
            "Expected cases to draw from, but none ended then.", {"size": "No case of this kind ended in this time."}
        )
    if len(population) > samples.MOST_POPULATION:
        raise RejectedError(f"Expected at most {samples.MOST_POPULATION} cases to draw from: choose a shorter time.")
    seed = f"{work.envelope.seed:x}"
    cases = draw(population, command.size, seed)
    criteria = {
        "since": command.since, "until": command.until, "size": command.size, "kind": command.kind,
        "unit": command.unit, "definition_id": command.definition_id,
    }  # fmt: skip
    digest = digest_of(population)
    samples.add_sample(
        work.unit,
        {
            "sample_id": command.sample_id, "process_id": command.process_id, "drawn_at": work.now,
            "drawn_by": work.actor.actor_id, "seed": seed, "criteria": orjson.dumps(criteria).decode(),
            "population": len(population), "population_digest": digest, "cases": orjson.dumps(cases).decode(),
        },
    )  # fmt: skip
    event = SampleDrawn(
        sample_id=command.sample_id, process_id=command.process_id, seed=seed, criteria=criteria,
        population=len(population), population_digest=digest, cases=cases,
    )  # fmt: skip
    return work.record_in_stream(STREAM, [event], {"sample_id": command.sample_id, "drawn": len(cases)})


def ask_department(work: Handling, command: AskDepartment) -> Receipt:
    """Start a case of the question process: a task of the group, whose answer is in that case's record."""
    require_permission(work.actor, "inspection.do", "ask a department")
    question = command.question.strip()
    problems = {}
    if not 0 < len(question) <= LONGEST_QUESTION:
        problems["question"] = f"Expected 1 to {LONGEST_QUESTION} characters."
    if not 1 <= command.days <= MOST_DAYS:
        problems["days"] = f"Expected 1 to {MOST_DAYS} days."
    if not command.group_id:
        problems["group"] = "Expected a department or role."
    if problems:
        raise InvalidVariablesError("Expected a question that can be asked.", problems)
    about = find_case(work.unit, command.about_case_id, lock=False)
    if about is None or not may_see_case(work.unit, work.actor, about):
        raise NotFoundError(f"Expected to ask about a case, but there is no case {command.about_case_id[:64]!r}.")
    start = StartCase(
        command_id=command.command_id, case_id=command.question_case_id, process_id=QUESTION_PROCESS,
        business_key=about.case_id, title=about.title or about.business_key or about.case_id,
        variables={
            "question": question, "about_case": about.case_id, "group": command.group_id,
            "asked_by": work.actor.actor_id, "answer_by": (work.now + timedelta(days=command.days)).isoformat(),
        },
    )  # fmt: skip
    bound = require_released(work, QUESTION_PROCESS, None)
    return begin(
        work, command.question_case_id, bound, start, business_key=start.business_key, title=start.title,
        exercise=about.exercise,
    )  # fmt: skip


def _span(command: DrawSample) -> tuple[datetime, datetime]:
    try:
        since, until = datetime.fromisoformat(command.since), datetime.fromisoformat(command.until)
    except ValueError as error:
        raise RejectedError("Expected two instants, but got something else.") from error
    if since.tzinfo is None or until.tzinfo is None or since >= until:
        raise RejectedError("Expected a span of time with an offset, its end after its beginning.")
    return since, until
