"""What a scenario does about indicators: numbers that come from outside later, and errors that the public reports."""

from __future__ import annotations

from typing import Any

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command
from workflow_engine.domain.indicator_commands import CommentIndicator, EnterIndicatorInputs
from workflow_engine.queries.indicators import IndicatorQueries
from workflow_engine.rehearsal.scenario import Step

VISITOR = Actor("public:scenario")
BUREAU = "role:data_bureau"


def indicator_command(questions: IndicatorQueries, step: Step) -> tuple[Command, str | None] | None:
    """The command of a step and who sends it (None: a visitor); None where nothing is published yet."""
    said: dict[str, Any] = dict(step.details)
    root = questions.scopes().root
    if step.value == "enter":
        row = {name: str(said.get(name, "")) for name in ("series", "period", "value", "source", "dated_on")}
        return EnterIndicatorInputs(command_id=new_id(), rows=[{**row, "scope": root}]), str(said.get("as", BUREAU))
    period = questions.newest_published()
    if period is None:
        return None
    command = CommentIndicator(
        command_id=new_id(), comment_id=new_id(), indicator_id=str(said.get("about", "")), period=period,
        scope=root, kind=str(said.get("kind", "error")), text=str(said.get("text", "数值不对 The number is wrong")),
    )  # fmt: skip
    return command, None
