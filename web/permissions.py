"""Who may do what on the pages: the engine's own table of grants, asked under the names that pages use.

The engine decides again on every command and every row: this only keeps doors out of sight that would not open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g

from workflow_engine import Actor, NotPermittedError
from workflow_engine import may as holds
from workflow_engine import may_somewhere as holds_somewhere

P = ParamSpec("P")
R = TypeVar("R")

VERBS: dict[str, str] = {
    "import_alerts": "alert.import",
    "see_models": "definition.see",
    "deploy_models": "definition.deploy",
    "release_models": "definition.release",
    "operate_cases": "case.operate",
}
"""Names in templates and the engine's verb for each; any other verb is asked for by its own name."""


def may(verb: str, actor: Actor | None = None, *, unit_id: str | None = None, process_id: str | None = None) -> bool:
    """Whether the actor (by default the one signed in) holds this verb for a unit and process; without them: at all."""
    actor = actor or g.get("actor")
    if actor is None:
        return False
    verb = VERBS.get(verb, verb)
    if unit_id is None and process_id is None:
        return holds_somewhere(actor, verb)
    return holds(actor, verb, unit_id, process_id)


def require_verb(verb: str, actor: Actor | None = None) -> None:
    """Raise NotPermittedError unless the actor (by default the one signed in) holds this verb."""
    if not may(verb, actor):
        raise NotPermittedError(f"Expected the right to {verb.replace('_', ' ')}, but you do not have it.")


def requires(verb: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only those into a view who hold the verb at least somewhere.

    Raises:
        NotPermittedError: the person signed in does not hold it.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require_verb(verb)
            return view(*args, **kwargs)

        return guarded

    return guard
