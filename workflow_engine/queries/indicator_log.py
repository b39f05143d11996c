"""What a published month was computed from, as it is exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import and_, select

from workflow_engine.audit.recompute_indicators import FORMAT
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage import indicators as store
from workflow_engine.storage.schema import (
    audit_entry,
    indicator_definition,
    indicator_input,
    indicator_publication,
    indicator_value,
    log_checkpoint,
    log_leaf,
    process_instance,
)
from workflow_engine.storage.types import instant_text

_MOST_IN_MEMORY = 1_000
_a, _l, _v, _d, _i, _p = (
    audit_entry.c, log_leaf.c, indicator_value.c, indicator_definition.c, indicator_input.c, indicator_publication.c,
)  # fmt: skip


def told_of(snapshot: Snapshot, period: str) -> tuple[dict[str, Any], int]:
    """What was published of a month with all it was made by, and how much of the log. Raises NotFoundError."""
    read = snapshot.connection.execute
    units = read(select(_p.units).where(_p.period == period, _p.state == "published")).scalar_one_or_none()
    if units is None:
        raise NotFoundError(f"Expected a published month, but {period[:7]!r} is none.")
    names = ("indicator_id", "scope", "revision", "method_version", "numerator", "denominator", "value", "smoothed",
             "hidden", "state", "log_size")  # fmt: skip
    values = read(select(*(_v[name] for name in names), _v.made_at).where(_v.period == period)).all()
    published = [dict(zip(names, row, strict=False), made_at=instant_text(row[-1])) for row in values]
    definitions = read(
        select(_d.content, _d.retired, _d.made_at).order_by(_d.indicator_id, _d.method_version)
    ).all()
    inputs = read(select(_i.series, _i.scope, _i.period, _i.revision, _i.value, _i.entered_at)).all()
    told = {
        "format": FORMAT, "period": period, "zone": store.zone_of(snapshot.unit).key, "units": orjson.loads(units),
        "published": published,
        "definitions": [
            {"content": orjson.loads(content), "retired": bool(retired), "made_at": instant_text(made_at)}
            for content, retired, made_at in definitions
        ],
        "inputs": [[*row[:5], instant_text(row[5])] for row in inputs],
    }  # fmt: skip
    return told, max((row["log_size"] for row in published), default=0)


def log_lines(snapshot: Snapshot, size: int) -> Iterator[bytes]:
    """The first entries of the log, a line of JSON each, without what people typed."""
    joined = log_leaf.join(audit_entry, and_(_a.stream_id == _l.stream_id, _a.seq == _l.seq)).outerjoin(
        process_instance, process_instance.c.case_id == _l.stream_id
    )
    wanted = (
        select(_l.stream_id, _l.seq, _a.prev, _a.hash, _a.body, process_instance.c.exercise)
        .select_from(joined)
        .where(_l.log_index < size)
        .order_by(_l.log_index)
    )
    for stream, seq, prev, digest, body, exercise in snapshot.connection.execution_options(
        yield_per=_MOST_IN_MEMORY
    ).execute(wanted):
        line = {"stream": stream, "seq": seq, "prev": prev, "hash": digest, "body": body}
        yield orjson.dumps({**line, "exercise": True} if exercise else line) + b"\n"


def checkpoint_of(snapshot: Snapshot, size: int) -> str | None:
    """A signed note of exactly this size, where there is one."""
    note = snapshot.connection.execute(
        select(log_checkpoint.c.note).where(log_checkpoint.c.size == size)
    ).scalar_one_or_none()
    return None if note is None else str(note)
