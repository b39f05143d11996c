"""Whether a case lies within the actor's reach: what does not is not there for them."""

from __future__ import annotations

from workflow_engine.domain.errors import NotFoundError, NotPermittedError
from workflow_engine.domain.permissions import may
from workflow_engine.handlers.advancing import require_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage.visibility import may_see_case


def require_operator(work: Handling, case_id: str, what: str, verb: str = "case.operate") -> None:
    """Lock the case and see that the actor holds the verb for its unit and process.

    Raises:
        NotFoundError: there is no such case, or none that the actor may see.
        NotPermittedError: the actor may see it, and no more.
    """
    if may(work.actor, verb):
        return
    case = require_case(work, case_id, what)
    if may(work.actor, verb, case.unit_id, case.process_id):
        return
    if may_see_case(work.unit, work.actor, case):
        raise NotPermittedError(f"Expected to {what}, but that takes the right {verb!r} for this case.", verb=verb)
    raise NotFoundError(f"Expected to {what}, but there is no case {case_id[:64]!r}.", case_id=case_id)
