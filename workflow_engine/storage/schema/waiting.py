"""What cases wait for: due instants, messages, signals and work done outside."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflow_engine.domain.lifecycle import JOB, MESSAGE, OUTBOX, TIMER
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

# A planner takes a partial index only for the very condition it was made with, so queries use these words too.
DUE = text("state = 'scheduled' AND NOT held")
WAITING = text("state = 'waiting'")
DOABLE = text("state IN ('available', 'locked') AND NOT held")
PENDING = text("state = 'pending'")
DEAD = text("state = 'dead'")
_ORDINARY = text("1")

timer = Table(
    "timer",
    METADATA,
    Column("timer_id", String(LONG_ID), primary_key=True, comment="case.token.position, or start:… for start events"),
    Column("due_at", UTCDateTime, primary_key=True),
    Column("case_id", String(ID), comment="none for the timer start event of a definition"),
    Column("definition_id", String(ID)),
    Column("process_id", String(LONG_ID)),
    Column("token_id", Integer),
    Column("position", Integer, nullable=False),
    Column("element_id", String(LONG_ID), nullable=False),
    Column("interrupting", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("held", Boolean, nullable=False, comment="its case is suspended"),
    Column("firing", Integer, nullable=False, comment="number of this firing, for start events on a cycle"),
    Column("armed_at", UTCDateTime, nullable=False),
    Column("fired_at", UTCDateTime),
    Column("fence", Integer, nullable=False),
    Column("claimed_by", String(LONG_ID)),
    Column("lease_until", UTCDateTime),
    one_of("state", TIMER),
    CheckConstraint("(case_id IS NULL) <> (definition_id IS NULL)", name="one_owner"),
    Index("ix_timer_due", "lane", "due_at", "timer_id", sqlite_where=DUE, postgresql_where=DUE),
    Index("ix_timer_case", "case_id", "state"),
)

subscription = Table(
    "subscription",
    METADATA,
    Column("subscription_id", String(LONG_ID), primary_key=True),
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), nullable=False),
    Column("token_id", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("element_id", String(LONG_ID), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", String(LONG_ID), nullable=False),
    Column("correlation", Text, comment="canonical JSON of what the catcher demands; none matches any"),
    Column("correlation_digest", String(ID), nullable=False, comment="empty where nothing is demanded"),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("held", Boolean, nullable=False),
    one_of("kind", ("message", "signal")),
    UniqueConstraint("case_id", "token_id", "position"),
    Index("ix_subscription_catch", "kind", "name", "correlation_digest", "opened_at", "subscription_id"),
)

message_key = Table(
    "message_key",
    METADATA,
    Column("name", String(LONG_ID), primary_key=True, comment="of a message that some deployed version catches"),
    Column("digest", String(ID), primary_key=True),
    Column("properties", Text, nullable=False, comment="JSON: how its correlation is read from a payload"),
)

message = Table(
    "message",
    METADATA,
    Column("message_id", String(LONG_ID), primary_key=True),
    Column("name", String(LONG_ID), nullable=False),
    Column("correlation", Text, comment="JSON"),
    Column("payload", Text, nullable=False, comment="JSON, erasable"),
    Column("state", String(16), nullable=False),
    Column("published_at", UTCDateTime, nullable=False),
    Column("published_by", String(LONG_ID), nullable=False),
    Column("origin_case_id", String(ID)),
    Column("target_case_id", String(ID), comment="only this case may catch it"),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("case_id", String(ID), comment="who caught it"),
    Column("element_id", String(LONG_ID)),
    Column("settled_at", UTCDateTime),
    one_of("state", MESSAGE),
    CheckConstraint("(state = 'correlated') = (case_id IS NOT NULL)", name="correlated_with_a_case"),
    CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled_with_instant"),
    Index("ix_message_waiting", "name", "published_at", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("ix_message_expiry", "expires_at", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("ix_message_state", "state", "published_at", "message_id"),
)

message_digest = Table(
    "message_digest",
    METADATA,
    Column("name", String(LONG_ID), primary_key=True),
    Column("digest", String(ID), primary_key=True, comment="one thing a catcher may demand so that this message fits"),
    Column("message_id", String(LONG_ID), primary_key=True, comment="rows exist exactly while the message waits"),
    Index("ix_message_digest_message", "message_id"),
    sqlite_with_rowid=False,
)

signal = Table(
    "signal",
    METADATA,
    Column("signal_id", String(LONG_ID), primary_key=True),
    Column("name", Text, nullable=False),
    Column("payload", Text, nullable=False, comment="JSON, erasable"),
    Column("origin_case_id", String(ID)),
    Column("sent_by", String(LONG_ID), nullable=False),
    Column("sent_at", UTCDateTime, nullable=False),
)

signal_delivery = Table(
    "signal_delivery",
    METADATA,
    Column("signal_id", String(LONG_ID), ForeignKey("signal.signal_id"), primary_key=True),
    Column("case_id", String(ID), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("definition_id", String(ID), comment="set where the signal starts the case"),
    Column("process_id", String(LONG_ID)),
    Column("element_id", String(LONG_ID)),
    Column("lane", SmallInteger, nullable=False, server_default=_ORDINARY, comment="of the case that gets it"),
    one_of("state", ("pending", "delivered", "skipped")),
    Index("ix_signal_delivery_lane", "lane", "signal_id", "case_id", sqlite_where=PENDING, postgresql_where=PENDING),
)

job = Table(
    "job",
    METADATA,
    Column("job_id", String(LONG_ID), primary_key=True),
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), nullable=False),
    Column("token_id", Integer, nullable=False),
    Column("element_id", String(LONG_ID), nullable=False),
    Column("topic", String(LONG_ID), nullable=False),
    Column("state", String(16), nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("variables", Text, nullable=False, comment="JSON, erasable"),
    Column("headers", Text, nullable=False, comment="JSON, erasable"),
    Column("error", Text),
    Column("created_at", UTCDateTime, nullable=False),
    Column("available_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("locked_by", String(LONG_ID)),
    Column("lock_token", String(ID)),
    Column("lock_until", UTCDateTime),
    Column("held", Boolean, nullable=False),
    one_of("state", JOB),
    UniqueConstraint("case_id", "token_id"),
    CheckConstraint("(state = 'locked') = (lock_token IS NOT NULL)", name="locked_with_token"),
    Index("ix_job_doable", "topic", "lane", "available_at", "job_id", sqlite_where=DOABLE, postgresql_where=DOABLE),
    Index("ix_job_state", "state", "created_at", "job_id"),
    Index("ix_job_lock_token", "lock_token"),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("outbox_id", String(LONG_ID), primary_key=True, comment="constant: the receiver can tell a repetition"),
    Column("kind", String(32), nullable=False),
    Column("payload", LargeBinary, nullable=False, comment="JSON; identifiers only"),
    Column("case_id", String(ID)),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("created_at", UTCDateTime, nullable=False),
    Column("next_at", UTCDateTime, nullable=False),
    Column("lane", SmallInteger, nullable=False, server_default=_ORDINARY, comment="of the case that sends it"),
    one_of("state", OUTBOX),
    Index("ix_outbox_lane", "lane", "next_at", "outbox_id", sqlite_where=PENDING, postgresql_where=PENDING),
    Index("ix_outbox_dead", "next_at", "outbox_id", sqlite_where=DEAD, postgresql_where=DEAD),
)
