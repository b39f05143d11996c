"""How this person's pages behave, and what is new to them."""

from __future__ import annotations

from flask import g

from web.auth import current_actor
from web.context import engine
from workflow_engine import UserTaskRow


def preference(name: str) -> str:
    """What the visitor chose; looked up once for each request."""
    if "preferences" not in g:
        g.preferences = engine().queries.desk.preferences(current_actor().actor_id)
    return str(g.preferences[name])


def note_seen(task: UserTaskRow) -> None:
    """The visitor looks at a task; only the first time costs a write."""
    actor = current_actor()
    if task.state in ("ready", "claimed") and not engine().queries.desk.seen(actor.actor_id, [task.user_task_id]):
        engine().note_seen(actor, task.user_task_id)
