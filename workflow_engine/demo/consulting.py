"""A consultation that is going on: its draft, a few opinions, some of them moderated."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from workflow_engine import (
    OPERATOR,
    Actor,
    CompleteUserTask,
    Engine,
    ModerateOpinions,
    StartCase,
    SubmitOpinion,
)

_TEXTS = Path(__file__).with_name("consultation.json")
_OFFICE = Actor("user:tan_yue", frozenset({"role:participation_office", "unit:participation_centre"}))
_VISITOR = Actor("public:web")


def tell_consultation(engine: Engine) -> None:
    """Open it and let the public speak; again: no change."""
    told = json.loads(_TEXTS.read_text(encoding="utf-8"))
    case_id = _id("case")
    start = StartCase(
        command_id=_id("start"), case_id=case_id, process_id=told["process_id"], title=told["title"],
        unit_id="participation_centre",
    )  # fmt: skip
    if engine.handle(start, OPERATOR).replayed:
        return
    (task,) = engine.queries.get_case(case_id, OPERATOR).user_tasks
    engine.handle(
        CompleteUserTask(command_id=_id("publish"), user_task_id=task.user_task_id, variables=told["publish"]), _OFFICE
    )
    (row,) = engine.queries.consultations.list_of_case(case_id)
    for number, opinion in enumerate(told["opinions"], 1):
        _submit(engine, row.consultation_id, number, opinion)
    for accepted, parts in ((True, told["accepted"]), (False, told["rejected"])):
        for part in parts:
            command = ModerateOpinions(
                command_id=_id("moderate", part), consultation_id=row.consultation_id, accepted=accepted, **part
            )
            engine.handle(command, _OFFICE)


def _submit(engine: Engine, consultation_id: str, number: int, opinion: dict[str, Any]) -> None:
    command = SubmitOpinion(
        command_id=_id("opinion", number), consultation_id=consultation_id, code=_id("code", number),
        **{"channel": "web", **opinion},
    )  # fmt: skip
    engine.handle(command, _VISITOR if command.channel == "web" else _OFFICE)


def _id(kind: str, content: Any = "") -> str:
    text = json.dumps(["consultation", kind, content], sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:32]
