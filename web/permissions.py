"""Who may do what on the pages, by the groups a person holds. One table; views and templates ask it, nothing else.

The engine decides again on every command and every row: this only keeps doors out of sight that would not open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g

from workflow_engine import Actor, NotPermittedError

P = ParamSpec("P")
R = TypeVar("R")

ADMINISTRATORS = "administrators"
AUDITORS = "auditors"
MODELLERS = "modellers"
DUTY_ROOM = "role:duty_room"

VERBS: dict[str, frozenset[str]] = {
    "import_alerts": frozenset({DUTY_ROOM, ADMINISTRATORS}),
    "see_models": frozenset({ADMINISTRATORS, AUDITORS, MODELLERS}),
    "deploy_models": frozenset({ADMINISTRATORS, MODELLERS}),
    "release_models": frozenset({ADMINISTRATORS, MODELLERS}),
    "operate_cases": frozenset({ADMINISTRATORS}),
}


def may(verb: str, actor: Actor | None = None) -> bool:
    """Whether the actor (by default the one signed in) holds this verb."""
    actor = actor or g.get("actor")
    return actor is not None and not VERBS[verb].isdisjoint(actor.groups)


def requires(verb: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only holders of the verb into a view.

    Raises:
        NotPermittedError: the person signed in does not hold it.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not may(verb):
                raise NotPermittedError(f"Expected the right to {verb.replace('_', ' ')}, but you do not have it.")
            return view(*args, **kwargs)

        return guarded

    return guard
