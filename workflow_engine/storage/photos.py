"""Photos of a case: files that were put to it, and those that came with its service request."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from workflow_engine.storage.schema import attachment, service_request_photo
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_a, _p = attachment.c, service_request_photo.c
_FILES = (
    select(func.count())
    .select_from(attachment)
    .where(
        _a.case_id == param("case"), _a.added_at > param("after"), _a.removed_at.is_(None),
        _a.media_type.like("image/%"),
    )
)  # fmt: skip
_SHOWN = (
    select(func.count())
    .select_from(service_request_photo)
    .where(_p.case_id == param("case"), _p.added_at > param("after"))
)
_COUNT = Statement(select(_FILES.scalar_subquery() + _SHOWN.scalar_subquery()))


def count_photos(unit: UnitOfWork, case_id: str, after: datetime | None) -> int:
    """How many came after an instant; None: ever."""
    row = unit.one(_COUNT, {"case": case_id, "after": after or _EVER})
    return 0 if row is None else int(row[0])
