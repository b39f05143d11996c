"""Who outside is told of what happened: webhooks, people's choice of mail, and each delivery."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy import text as sql_text

from workflow_engine.domain.telling import DELIVERY, WEBHOOK
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_UNSETTLED = sql_text("state = 'pending'")
_ORDINARY = sql_text("1")

webhook = Table(
    "webhook",
    METADATA,
    Column("webhook_id", String(ID), primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False, comment="signs what is sent; shown once when it is made"),
    Column("kinds", Text, nullable=False, comment="words, by blanks"),
    Column("process_id", String(LONG_ID), comment="only events of cases of this process"),
    Column("state", String(16), nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("created_by", String(LONG_ID), nullable=False),
    one_of("state", WEBHOOK),
)

mail_choice = Table(
    "mail_choice",
    METADATA,
    Column("person_id", String(LONG_ID), ForeignKey("person.person_id"), primary_key=True),
    Column("assigned", Boolean, nullable=False),
    Column("notes", Boolean, nullable=False),
    Column("digest", Boolean, nullable=False),
    Column("digest_day", String(10), comment="for which day the last digest was made"),
    Index("ix_mail_choice_digest", "digest_day", sqlite_where=sql_text("digest"), postgresql_where=sql_text("digest")),
)

telling_cursor = Table(
    "telling_cursor",
    METADATA,
    Column("name", String(16), primary_key=True),
    Column("log_index", BigInteger, nullable=False, comment="first entry of the log that nobody was told of yet"),
    CheckConstraint("log_index >= 0", name="index_from_zero"),
)

delivery = Table(
    "delivery",
    METADATA,
    Column("delivery_id", String(LONG_ID), primary_key=True, comment="target and event: constant over all tries"),
    Column("webhook_id", String(ID), ForeignKey("webhook.webhook_id", ondelete="CASCADE")),
    Column("person_id", String(LONG_ID), ForeignKey("person.person_id")),
    Column("request_id", String(ID), comment="to whoever reported it; how is looked up when it is sent"),
    Column("content", Text, nullable=False, comment="JSON: a CloudEvent, or what a mail is about; no private values"),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UTCDateTime, nullable=False, comment="not sent before; while it is sent, the end of the lease"),
    Column("last_error", Text),
    Column("created_at", UTCDateTime, nullable=False),
    Column("settled_at", UTCDateTime),
    Column("lane", SmallInteger, nullable=False, server_default=_ORDINARY, comment="of the case that it tells of"),
    one_of("state", DELIVERY),
    CheckConstraint(
        "(CASE WHEN webhook_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END)"
        " + (CASE WHEN request_id IS NULL THEN 0 ELSE 1 END) = 1",
        name="to_one_target",
    ),
    CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled_with_instant"),
    Index("ix_delivery_lane", "lane", "next_at", "delivery_id", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
    Index("ix_delivery_webhook", "webhook_id", "created_at", "delivery_id"),
    Index("ix_delivery_settled", "settled_at"),
    sqlite_with_rowid=False,
)

UNSETTLED = sql_text("delivery.state = 'pending'")
"""Written out, not bound: a planner takes the partial index only for the very condition it was made with."""
