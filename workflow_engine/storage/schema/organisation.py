"""The organisation beside units and people: positions, who is on duty or stands in, who may do what, and settings."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

unit_below = Table(
    "unit_below",
    METADATA,
    Column("ancestor_id", String(LONG_ID), ForeignKey("unit.unit_id"), primary_key=True),
    Column("unit_id", String(LONG_ID), ForeignKey("unit.unit_id"), primary_key=True, comment="itself included"),
    Index("ix_unit_below_unit", "unit_id", "ancestor_id"),
    sqlite_with_rowid=False,
)

position = Table(
    "position",
    METADATA,
    Column("position_id", String(LONG_ID), primary_key=True),
    Column("unit_id", String(LONG_ID), ForeignKey("unit.unit_id"), nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("is_head", Boolean, nullable=False),
    Column("person_id", String(LONG_ID), ForeignKey("person.person_id"), comment="who holds it; none: vacant"),
    Index("ix_position_person", "person_id"),
    Index("ix_position_unit", "unit_id"),
    Index("uq_position_head", "unit_id", unique=True, sqlite_where=text("is_head"), postgresql_where=text("is_head")),
)

duty_shift = Table(
    "duty_shift",
    METADATA,
    Column("shift_id", String(ID), primary_key=True),
    Column("group_id", String(LONG_ID), nullable=False, comment="a role, or duty: with a unit"),
    Column("person_id", String(LONG_ID), ForeignKey("person.person_id"), nullable=False),
    Column("from_at", UTCDateTime, nullable=False),
    Column("until_at", UTCDateTime, nullable=False),
    CheckConstraint("from_at < until_at", name="ends_after_begin"),
    UniqueConstraint("group_id", "person_id", "from_at"),
    Index("ix_duty_shift_person", "person_id", "until_at"),
    Index("ix_duty_shift_until", "until_at"),
)

deputy = Table(
    "deputy",
    METADATA,
    Column("deputy_id", String(ID), primary_key=True),
    Column("person_id", String(LONG_ID), ForeignKey("person.person_id"), nullable=False, comment="who is absent"),
    Column("stand_in", String(LONG_ID), ForeignKey("person.person_id"), nullable=False),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False, comment="the last day, in the city's time zone"),
    Column("process_id", String(LONG_ID), comment="only in this process; none: in every one"),
    CheckConstraint("from_on <= until_on", name="ends_after_begin"),
    CheckConstraint("person_id <> stand_in", name="by_another_person"),
    Index("ix_deputy_stand_in", "stand_in", "until_on"),
    Index("ix_deputy_person", "person_id", "until_on"),
)

permission_grant = Table(
    "permission_grant",
    METADATA,
    Column("grant_id", String(ID), primary_key=True, comment="digest of the four columns that follow"),
    Column("holder", String(LONG_ID), nullable=False, comment="a person, a group, or * for everybody"),
    Column("verb", String(64), nullable=False),
    Column("unit_id", String(LONG_ID), ForeignKey("unit.unit_id"), comment="it and all below; none: everywhere"),
    Column("process_id", String(LONG_ID), comment="none: every one"),
    Index("ix_permission_grant_holder", "holder"),
)

permission_verb = Table(
    "permission_verb",
    METADATA,
    Column("verb", String(64), primary_key=True, comment="its first holders were written into permission_grant"),
)

proposal = Table(
    "proposal",
    METADATA,
    Column("proposal_id", String(ID), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("content", Text, nullable=False, comment="JSON: the grant, or the person and group"),
    Column("reason", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("proposed_by", String(LONG_ID), nullable=False),
    Column("proposed_at", UTCDateTime, nullable=False),
    Column("decided_by", String(LONG_ID)),
    Column("decided_at", UTCDateTime),
    one_of("kind", ("grant", "membership")),
    one_of("state", ("open", "agreed", "declined", "withdrawn")),
    CheckConstraint("state <> 'agreed' OR decided_by <> proposed_by", name="agreed_by_another"),
    CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_with_instant"),
    Index("ix_proposal_state", "state", "proposed_at"),
)

setting_version = Table(
    "setting_version",
    METADATA,
    Column("setting", String(16), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False, comment="JSON of the whole setting as it is from then on"),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("changed_by", String(LONG_ID), nullable=False),
    Column("reason", Text, nullable=False),
    one_of("setting", ("calendar", "profile")),
    CheckConstraint("version >= 1", name="version_from_one"),
)

organisation_change = Table(
    "organisation_change",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False, comment="entry of the stream organisation:all"),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="of the event in the entry"),
    Column("kind", String(16), nullable=False),
    Column("subject_id", String(LONG_ID), nullable=False),
    Column("action", String(16), nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("changed_by", String(LONG_ID), nullable=False),
    one_of("action", ("added", "changed", "removed")),
    Index("ix_organisation_change_subject", "kind", "subject_id", "seq", "number"),
)

case_reading = Table(
    "case_reading",
    METADATA,
    Column("read_at", UTCDateTime, primary_key=True),
    Column("case_id", String(ID), primary_key=True),
    Column("person_id", String(LONG_ID), primary_key=True),
    Index("ix_case_reading_case", "case_id", "read_at"),
    Index("ix_case_reading_person", "person_id", "read_at"),
)
