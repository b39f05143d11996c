"""Batches: one thing done to many cases, and what became of each."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from workflow_engine.domain.batches import OPERATIONS
from workflow_engine.domain.lifecycle import BATCH, BATCH_ITEM
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

# A planner takes a partial index only for the very condition it was made with, so queries use these words too.
RUNNING = text("state = 'running'")
PENDING_ITEM = text("state = 'pending'")

batch = Table(
    "batch",
    METADATA,
    Column("batch_id", String(ID), primary_key=True),
    Column("operation", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, comment="erasable"),
    Column("selection", Text, nullable=False, comment="JSON: whom it is done to, as it was asked for"),
    Column("parameters", Text, nullable=False, comment="JSON, erasable"),
    Column("created_at", UTCDateTime, nullable=False),
    Column("created_by", String(LONG_ID), nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("finished_at", UTCDateTime),
    Column("fence", Integer, nullable=False),
    Column("claimed_by", String(LONG_ID)),
    Column("lease_until", UTCDateTime),
    one_of("operation", OPERATIONS),
    one_of("state", BATCH),
    CheckConstraint("done + failed <= total AND done >= 0 AND failed >= 0", name="outcomes_counted"),
    CheckConstraint("(state IN ('finished', 'stopped')) = (finished_at IS NOT NULL)", name="finished_with_instant"),
    Index("ix_batch_created", "created_at", "batch_id"),
    Index("ix_batch_running", "created_at", sqlite_where=RUNNING, postgresql_where=RUNNING),
)

batch_item = Table(
    "batch_item",
    METADATA,
    Column("batch_id", String(ID), ForeignKey("batch.batch_id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("case_id", String(ID), nullable=False),
    Column("subject", String(LONG_ID), comment="number of the incident or id of the user task; none: the case itself"),
    Column("state", String(16), nullable=False),
    Column("code", String(64)),
    Column("message", Text, comment="why it failed"),
    Column("settled_at", UTCDateTime),
    one_of("state", BATCH_ITEM),
    CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled_with_instant"),
    CheckConstraint("(state = 'failed') = (code IS NOT NULL)", name="failed_for_a_reason"),
    Index("ix_batch_item_pending", "batch_id", "position", sqlite_where=PENDING_ITEM, postgresql_where=PENDING_ITEM),
    Index("ix_batch_item_state", "batch_id", "state", "position"),
    sqlite_with_rowid=False,
)
