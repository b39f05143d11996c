"""One user task with its form and what it may see."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
from sqlalchemy import select

from workflow_engine.bpmn.model import Node, Scope
from workflow_engine.bpmn.signing import find_host
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.queries.cases import require_visible_case, restore
from workflow_engine.queries.inbox import INBOX_COLUMNS, INBOX_FROM, OPEN, inbox_values
from workflow_engine.queries.record import final_variables, read_entries
from workflow_engine.queries.rows import CaseRow, UserTaskRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import definition_file, submission, user_task

_u = user_task.c
_FORM_SUFFIXES = ("", ".json", ".form")


def get_user_task(snapshot: Snapshot, user_task_id: str, actor: Actor) -> UserTaskRow:
    """The task. Raises NotFoundError also when its case is outside the actor's reach."""
    columns = (*INBOX_COLUMNS, _u.lane, _u.form_key, _u.token_id)
    statement = select(*columns).select_from(INBOX_FROM).where(_u.user_task_id == user_task_id)
    row = snapshot.connection.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError(
            f"Expected a user task {user_task_id[:80]!r}, but there is none.", user_task_id=user_task_id
        )
    case = require_visible_case(snapshot, row.case_id, actor)
    values = inbox_values(row)
    token_id = values.pop("token_id")
    node, definition_id = _node(snapshot, case, row.element_id, token_id if row.state in OPEN else None)
    return UserTaskRow(
        **values,
        case=case,
        form=find_form(snapshot, definition_id, row.form_key),
        fields=() if node is None or node.user_task is None else msgspec.to_builtins(node.user_task.fields),
        documentation=None if node is None else node.documentation,
        variables=_variables(snapshot, case, token_id, row.state),
        submission=_submission(snapshot, user_task_id),
    )


def _variables(snapshot: Snapshot, case: CaseRow, token_id: int, state: str) -> dict[str, Any]:
    if case.state in ENDED_CASE:
        return final_variables(read_entries(snapshot, case.case_id))
    instance = restore(snapshot, case.case_id)
    if state not in OPEN:
        return instance.variables()
    host = find_host(instance.tree, token_id)  # a signer sees what the one sees who asked
    return instance.token_variables(token_id if host is None else host.token_id)


def _node(snapshot: Snapshot, case: CaseRow, element_id: str, token_id: int | None) -> tuple[Node | None, str]:
    """The model's node and the version it belongs to, which for a called process is not the case's own."""
    if token_id is not None:
        tree = restore(snapshot, case.case_id).tree
        token = tree.index.get(token_id) or find_host(tree, token_id)
        if token is not None:
            return token.task_spec.node, token.workflow.spec.definition.definition_id
    definition = snapshot.library.get(snapshot.unit, case.definition_id)
    return _find_node(definition.process(case.process_id).scope, element_id), case.definition_id


def _find_node(scope: Scope, element_id: str) -> Node | None:
    for node in scope.nodes:
        if node.id == element_id:
            return node
        if node.body is not None and (found := _find_node(node.body, element_id)) is not None:
            return found
    return None


def find_form(snapshot: Snapshot, definition_id: str, form_key: str | None) -> dict[str, Any] | None:
    """The deployed file that the form key means: its name with or without folder and suffix, or the schema's own id."""
    if not form_key:
        return None
    f = definition_file.c
    statement = select(f.name, f.content).where(f.definition_id == definition_id)
    wanted = form_key.rpartition(":")[2].rpartition("/")[2]
    by_id: dict[str, Any] | None = None
    for name, content in snapshot.connection.execute(statement):
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


def _submission(snapshot: Snapshot, user_task_id: str) -> dict[str, Any] | None:
    statement = select(submission.c.content).where(submission.c.user_task_id == user_task_id)
    content = snapshot.connection.execute(statement).scalar_one_or_none()
    return None if content is None else orjson.loads(content)
