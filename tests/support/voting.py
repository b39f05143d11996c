"""A small process that puts a text to the vote and publishes what was decided, with its words in both languages."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from tests.support.house import chain, model_xml
from workflow_engine import (
    OPERATOR,
    Actor,
    AmendText,
    CastVote,
    DeployDefinition,
    Engine,
    ReleaseDefinition,
    StartCase,
    new_id,
)

ROLES = ("role:executive_meeting",)
WORDS: dict[str, dict[str, Any]] = {
    "en": {"park_budget": "Budget of the parks", "vote": "Vote on the budget", "publish": "Publish",
           "opening": "Prepare"},
    "zh": {"park_budget": "公园经费", "vote": "经费表决", "publish": "公布", "opening": "准备"},
}  # fmt: skip
FIRST_TEXT = {
    "title": "公园养护经费管理办法 / Rules for the money of the parks", "version": "1",
    "body": "The city gives 3 million a year to the parks.\n\nThe bureau reports once a year.\n\nOld rules end.",
}  # fmt: skip
PUBLISHED = {
    "title": "text.title", "text": "text.body", "outcome": "decision.outcome",
    "decided_by": '"The executive meeting of the city government"', "decided_at": "decision.decided_at",
    "votes": "decision", "participation": "participation", "lowered": "lowered",
    "opinions_used": '"Opinions on playgrounds are in the text."', "urls": '"https://yunxi.example/gazette/7"',
}  # fmt: skip


def voting_files(**rules: str) -> dict[str, bytes]:
    """The files to deploy; rules as ``threshold=">= 2/3"``. Variables: ``text``, ``participation``, ``lowered``."""
    named = {"ballot": "decision", "ballot.text": "=text", **{f"ballot.{name}": one for name, one in rules.items()}}
    stated = "".join(f'<camunda:property name="{name}" value="{escape(value)}"/>' for name, value in named.items())
    vote = (
        '<bpmn:userTask id="vote" name="经费表决 Vote on the budget"'
        ' camunda:dueDate="=now() + duration(&quot;P7D&quot;)">'
        f"<bpmn:extensionElements><camunda:properties>{stated}</camunda:properties></bpmn:extensionElements>"
        "</bpmn:userTask>"
    )
    mapped = "".join(
        f'<zeebe:input source="={escape(source)}" target="{name}"/>' for name, source in PUBLISHED.items()
    )
    publish = (
        '<bpmn:sendTask id="publish" name="公布 Publish" messageRef="message_publish"><bpmn:extensionElements>'
        f"<zeebe:ioMapping>{mapped}</zeebe:ioMapping></bpmn:extensionElements></bpmn:sendTask>"
    )
    body = chain(vote, publish, process="park_budget") + '<bpmn:message id="message_publish" name="decision.publish"/>'
    words = {f"messages_{name}.json": json.dumps(one).encode() for name, one in WORDS.items()}
    return {"park_budget.bpmn": model_xml(body), **words}


VARIABLES: dict[str, Any] = {
    "text": FIRST_TEXT,
    "participation": {
        "opinions": 12, "by_class": {"society": 9, "enterprise": 3}, "opened_at": "2026-05-01T00:00:00Z",
        "closed_at": "2026-05-15T00:00:00Z", "hearing": None, "short_reason": "",
        "adoption": [{"topic": "Playgrounds", "n": 7, "adopted": 5, "partly": 1, "not_adopted": 1}],
        "contact": "Li Ming, 13800138000",
    },
    "lowered": [{"floor": "Days of consultation", "from": 30, "to": 14, "reason": "The season begins in June."}],
}  # fmt: skip


def release_voting(engine: Engine, deployer: Actor, releaser: Actor, **rules: str) -> None:
    """Deploy the process with these rules, and release it."""
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=voting_files(**rules)), deployer)
    release = ReleaseDefinition(command_id=new_id(), definition_id=deployed.result["definition_id"])
    engine.handle(release, releaser)


def start_vote(engine: Engine, title: str = "公园经费 / Money of the parks", **variables: Any) -> str:
    """Start a case of it; returns the id of its ballot."""
    case_id = new_id()
    command = StartCase(
        command_id=new_id(), case_id=case_id, process_id="park_budget", title=title,
        variables={**VARIABLES, **variables},
    )  # fmt: skip
    engine.handle(command, OPERATOR)
    (task,) = engine.queries.get_case(case_id, OPERATOR).user_tasks
    return task.user_task_id


def vote(engine: Engine, ballot_id: str, actor: Actor, choice: str, reason: str | None = None) -> None:
    """Cast a vote."""
    engine.handle(CastVote(command_id=new_id(), ballot_id=ballot_id, choice=choice, reason=reason), actor)


def amend(engine: Engine, ballot_id: str, actor: Actor) -> None:
    """Put a second text to the vote."""
    text = {**FIRST_TEXT, "version": "2", "body": "The city gives 5 million a year to the parks.\n\nResidents advise."}
    engine.handle(AmendText(command_id=new_id(), ballot_id=ballot_id, text=text, reason="More for playgrounds"), actor)
