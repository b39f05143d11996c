"""Who there is, which alerts came, and who is alive among the workers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint, false, text

from workflow_engine.domain.organisation import SUBJECT_CLASSES
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

unit = Table(
    "unit",
    METADATA,
    Column("unit_id", String(LONG_ID), primary_key=True),
    Column("parent_id", String(LONG_ID), ForeignKey("unit.unit_id", deferrable=True, initially="DEFERRED")),
    Column("level", String(32)),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("subject_class", String(16), nullable=False),
    Column("functions", Text, nullable=False, server_default=text("''"), comment="what it does, with ; between"),
    Column("place_code", String(LONG_ID), comment="of the place that it governs: 4 to 12 digits"),
    Column("disabled", Boolean, nullable=False, server_default=false(), comment="no longer there; kept for the record"),
    one_of("subject_class", SUBJECT_CLASSES),
    Index("ix_unit_parent", "parent_id"),
)

role = Table(
    "role",
    METADATA,
    Column("group_id", String(LONG_ID), primary_key=True, comment="as models name it: role:duty_room, administrators"),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
)

person = Table(
    "person",
    METADATA,
    Column("person_id", String(LONG_ID), primary_key=True),
    Column("sign_in_name", String(LONG_ID), nullable=False),
    Column("display_name_zh", Text, nullable=False),
    Column("display_name_en", Text, nullable=False),
    Column("password_hash", Text, comment="argon2id; none: cannot sign in"),
    Column("unit_id", String(LONG_ID), ForeignKey("unit.unit_id")),
    Column("disabled", Boolean, nullable=False),
    Column("email", String(LONG_ID)),
    Column("external_id", String(512), comment="issuer and subject, or the directory's own name, once signed in there"),
    Column(
        "password_temporary",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="set by an administrator: good for choosing another one only",
    ),
    Column("sessions_from", UTCDateTime, comment="sessions begun earlier are ended: the password changed, or more"),
    UniqueConstraint("sign_in_name"),
    Index("uq_person_external", "external_id", unique=True),
    Index("ix_person_unit", "unit_id"),
    Index("ix_person_email", "email"),
)

membership = Table(
    "membership",
    METADATA,
    Column("person_id", String(LONG_ID), ForeignKey("person.person_id"), primary_key=True),
    Column("group_id", String(LONG_ID), primary_key=True),
    Index("ix_membership_group", "group_id"),
)

alert = Table(
    "alert",
    METADATA,
    Column("alert_key", String(512), primary_key=True, comment="sender,identifier,sent"),
    Column("identifier", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("sent_at", UTCDateTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("msg_type", String(16), nullable=False),
    Column("event", Text, nullable=False),
    Column("severity", String(16)),
    Column("exercise", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("case_id", String(ID)),
    Column("superseded_by", String(512)),
    Column("digest", String(ID), nullable=False),
    Column("content", Text, nullable=False, comment="JSON of the alert"),
    Column("imported_at", UTCDateTime, nullable=False),
    Column("imported_by", String(LONG_ID), nullable=False),
    Column("disposition", String(32), nullable=False),
    one_of("status", ("Actual", "Exercise", "System", "Test", "Draft")),
    one_of("msg_type", ("Alert", "Update", "Cancel", "Ack", "Error")),
    Index("ix_alert_imported", "imported_at", "alert_key"),
    Index("ix_alert_case", "case_id"),
)

heartbeat = Table(
    "heartbeat",
    METADATA,
    Column("name", String(LONG_ID), primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("detail", Text, nullable=False, comment="JSON"),
)
