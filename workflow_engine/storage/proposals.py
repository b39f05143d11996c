"""What one administrator asked for and another one is to agree to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, select, update

from workflow_engine.storage.schema import proposal
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_p = proposal.c
_COLUMNS = (
    _p.proposal_id, _p.kind, _p.content, _p.reason, _p.state, _p.proposed_by, _p.proposed_at, _p.decided_by,
    _p.decided_at,
)  # fmt: skip
_FIND = Statement(select(*_COLUMNS).where(_p.proposal_id == param("proposal")).with_for_update())
_ADD = Statement(insert(proposal))
_LIST = Statement(
    select(*_COLUMNS).where(_p.state == param("state")).order_by(_p.proposed_at.desc()).limit(param("most"))
)
_DECIDE = Statement(
    update(proposal)
    .where(_p.proposal_id == param("proposal"), _p.state == "open")
    .values(state=param("state"), decided_by=param("by"), decided_at=param("at", _p.decided_at))
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One of them."""

    proposal_id: str
    kind: str
    content: dict[str, Any]
    reason: str
    state: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None


def find_proposal(unit: UnitOfWork, proposal_id: str) -> Proposal | None:
    """The proposal, locked; None when there is none."""
    row = unit.one(_FIND, {"proposal": proposal_id})
    return None if row is None else _made(row)


def list_proposals(unit: UnitOfWork, state: str, most: int = 100) -> list[Proposal]:
    """Those in a state, the newest first."""
    return [_made(row) for row in unit.all(_LIST, {"state": state, "most": most})]


def add_proposal(unit: UnitOfWork, made: Proposal) -> None:
    """A new one; an integrity error when the id is taken."""
    values = {name: getattr(made, name) for name in Proposal.__slots__}
    unit.run(_ADD, {**values, "content": orjson.dumps(made.content).decode()})


def decide(unit: UnitOfWork, proposal_id: str, state: str, by: str, at: datetime) -> bool:
    """Settle an open one; False when it is settled already."""
    return unit.run(_DECIDE, {"proposal": proposal_id, "state": state, "by": by, "at": at}) == 1


def _made(row: tuple[Any, ...]) -> Proposal:
    proposal_id, kind, content, *rest = row
    return Proposal(proposal_id, kind, orjson.loads(content), *rest)
