"""One user task with its form and what it may see."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
from sqlalchemy import select

from workflow_engine.bpmn.model import Node, Scope
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.signing import find_host
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.queries.case_walks import CASE_COLUMNS, case_row
from workflow_engine.queries.cases import require_visible, restore
from workflow_engine.queries.inbox import INBOX_COLUMNS, INBOX_FROM, OPEN, inbox_values
from workflow_engine.queries.record import final_variables, read_entries
from workflow_engine.queries.rows import CaseRow, UserTaskRow
from workflow_engine.queries.snapshot import Look
from workflow_engine.storage.schema import definition_file, submission, user_task
from workflow_engine.storage.statement import Statement, param

_u, _f, _s = user_task.c, definition_file.c, submission.c
_TASK = Statement(
    select(*INBOX_COLUMNS, _u.lane, _u.form_key, _u.token_id, *CASE_COLUMNS)
    .select_from(INBOX_FROM)
    .where(_u.user_task_id == param("task"))
)
_FILES = Statement(select(_f.name, _f.content).where(_f.definition_id == param("definition")))
_SUBMISSION = Statement(select(_s.content).where(_s.user_task_id == param("task")))
_FORM_SUFFIXES = ("", ".json", ".form")


def get_user_task(look: Look, user_task_id: str, actor: Actor) -> UserTaskRow:
    """The task. Raises NotFoundError also when its case is outside the actor's reach."""
    row = look.unit.one(_TASK, {"task": user_task_id})
    if row is None:
        raise NotFoundError(
            f"Expected a user task {user_task_id[:80]!r}, but there is none.", user_task_id=user_task_id
        )
    lane, form_key, token_id, *of_case = row[len(INBOX_COLUMNS) :]
    values = inbox_values(row)
    case = require_visible(look, values["case_id"], case_row(of_case), actor)
    is_open = values["state"] in OPEN
    instance = None if case.state in ENDED_CASE else restore(look, case.case_id)
    node, definition_id = _node(look, case, values["element_id"], instance, token_id if is_open else None)
    return UserTaskRow(
        **values,
        lane=lane,
        form_key=form_key,
        case=case,
        form=find_form(look, definition_id, form_key),
        fields=() if node is None or node.user_task is None else msgspec.to_builtins(node.user_task.fields),
        documentation=None if node is None else node.documentation,
        variables=_variables(look, case, instance, token_id if is_open else None),
        submission=None if is_open else _submission(look, user_task_id),
    )


def _variables(look: Look, case: CaseRow, instance: Instance | None, token_id: int | None) -> dict[str, Any]:
    if instance is None:
        return final_variables(read_entries(look, case.case_id))
    if token_id is None:
        return instance.variables()
    host = find_host(instance.tree, token_id)  # a signer sees what the one sees who asked
    return instance.token_variables(token_id if host is None else host.token_id)


def _node(
    look: Look, case: CaseRow, element_id: str, instance: Instance | None, token_id: int | None
) -> tuple[Node | None, str]:
    """The model's node and the version it belongs to, which for a called process is not the case's own."""
    if instance is not None and token_id is not None:
        token = instance.tree.index.get(token_id) or find_host(instance.tree, token_id)
        if token is not None:
            return token.task_spec.node, token.workflow.spec.definition.definition_id
    definition = look.library.get(look.unit, case.definition_id)
    return find_node(definition.process(case.process_id).scope, element_id), case.definition_id


def find_node(scope: Scope, element_id: str) -> Node | None:
    """The node with this id, in the scope or inside one of its own."""
    for node in scope.nodes:
        if node.id == element_id:
            return node
        if node.body is not None and (found := find_node(node.body, element_id)) is not None:
            return found
    return None


def find_form(look: Look, definition_id: str, form_key: str | None) -> dict[str, Any] | None:
    """The deployed file that the form key means: its name with or without folder and suffix, or the schema's own id."""
    if not form_key:
        return None
    content = look.library.text(
        (definition_id, form_key), lambda: orjson.dumps(_read_form(look, definition_id, form_key))
    )
    found: dict[str, Any] | None = orjson.loads(content)
    return found


def _read_form(look: Look, definition_id: str, form_key: str) -> dict[str, Any] | None:
    wanted = form_key.rpartition(":")[2].rpartition("/")[2]
    by_id: dict[str, Any] | None = None
    for name, content in look.unit.all(_FILES, {"definition": definition_id}):
        if not name.lower().endswith((".json", ".form")):
            continue
        is_named = name.rpartition("/")[2] in {wanted + suffix for suffix in _FORM_SUFFIXES}
        try:
            schema = orjson.loads(content)
        except orjson.JSONDecodeError:
            continue
        if not isinstance(schema, dict):
            continue
        if is_named:
            return schema
        if schema.get("id") == wanted:
            by_id = schema
    return by_id


def _submission(look: Look, user_task_id: str) -> dict[str, Any] | None:
    row = look.unit.one(_SUBMISSION, {"task": user_task_id})
    return None if row is None or row[0] is None else orjson.loads(row[0])
