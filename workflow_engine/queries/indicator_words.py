"""What was said about indicators, and what came from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_

from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import indicator_comment, indicator_input

_k, _i = indicator_comment.c, indicator_input.c
_PUBLIC = ("shown", "corrected", "refused")


@dataclass(frozen=True, slots=True)
class SaidRow:
    """A comment or a report of an error, as everybody may read it."""

    comment_id: str
    indicator_id: str
    period: str
    unit_id: str
    kind: str
    text: str
    state: str
    answer: str
    submitted_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class InputRow:
    """A number from outside."""

    series: str
    unit_id: str
    period: str
    revision: int
    value: str
    source: str
    dated_on: str
    entered_at: datetime
    entered_by: str


def list_comments(
    snapshot: Snapshot, indicator_id: str | None, waiting: bool, after: str | None, limit: int
) -> Page[SaidRow]:
    """The newest first."""
    limit, key = clamp(limit), decode(after, 2)
    wanted = (
        select(_k.comment_id, _k.indicator_id, _k.period, _k.scope, _k.kind, _k.public_text, _k.state, _k.answer,
               _k.submitted_at, _k.answered_at)
        .where(_k.state == "waiting" if waiting else _k.state.in_(_PUBLIC))
        .order_by(_k.submitted_at.desc(), _k.comment_id.desc())
        .limit(limit + 1)
    )  # fmt: skip
    if indicator_id is not None:
        wanted = wanted.where(_k.indicator_id == indicator_id)
    if key is not None:
        wanted = wanted.where(tuple_(_k.submitted_at, _k.comment_id) < key)
    found: list[Any] = list(snapshot.connection.execute(wanted))
    rows = [SaidRow(*row) for row in found]
    return page_of(rows, limit, lambda row: (row.submitted_at, row.comment_id))


def list_inputs(snapshot: Snapshot, series: str | None, limit: int) -> list[InputRow]:
    """The newest first."""
    wanted = (
        select(_i.series, _i.scope, _i.period, _i.revision, _i.value, _i.source, _i.dated_on, _i.entered_at,
               _i.entered_by)
        .order_by(_i.entered_at.desc(), _i.series, _i.scope, _i.period, _i.revision.desc())
        .limit(clamp(limit))
    )  # fmt: skip
    if series is not None:
        wanted = wanted.where(_i.series == series)
    return [InputRow(*row) for row in snapshot.connection.execute(wanted)]
