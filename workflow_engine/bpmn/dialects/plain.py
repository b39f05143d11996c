"""The standard's own way to say who does a task: resource roles (BPMN 2.0.2, 10.3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, child, children, is_bpmn, text_of

_CALL = re.compile(r"(user|group)\s*\(\s*(.*?)\s*\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Resources:
    """FEEL for each; None where the model says nothing."""

    assignee: str | None = None
    candidate_users: str | None = None
    candidate_groups: str | None = None


def read_resources(document: Document, words: Words, task: Element) -> Resources:
    """``humanPerformer`` is the assignee; ``potentialOwner`` lists ``user(a), group(b)`` or plain group names."""
    assignee: str | None = None
    users: list[str] = []
    groups: list[str] = []
    for role in children(task, "humanPerformer", "performer", "potentialOwner", "resourceRole"):
        document.claim(role)
        texts = _texts(document, role)
        if is_bpmn(role, "humanPerformer", "performer"):
            assignee = words.template(task, ", ".join(texts), "performer") if texts else assignee
            continue
        for text in texts:
            named_users, named_groups = _owners(words, task, text)
            users += named_users
            groups += named_groups
    return Resources(assignee, _union(users), _union(groups))


def _texts(document: Document, role: Element) -> list[str]:
    found = [text_of(item) for item in role.iter() if is_bpmn(item, "formalExpression")]
    if not found:
        found = [text_of(child(item, "expression")) for item in children(role, "resourceAssignmentExpression")]
    reference = document.find(text_of(child(role, "resourceRef")), "resource")
    if not any(found) and reference is not None:
        found = [reference.get("name") or reference.get("id")]
    return [text for text in found if text]


def _owners(words: Words, task: Element, text: str) -> tuple[list[str], list[str]]:
    users: list[str] = []
    groups: list[str] = []
    for kind, inner in [*_CALL.findall(text), ("group", _CALL.sub("", text).strip(" ,\n\t"))]:
        feel = words.list_of(task, inner, "potential owner")
        if feel is not None:
            (users if kind == "user" else groups).append(feel)
    return users, groups


def _union(lists: list[str]) -> str | None:
    if not lists:
        return None
    return lists[0] if len(lists) == 1 else f"concatenate({', '.join(lists)})"
