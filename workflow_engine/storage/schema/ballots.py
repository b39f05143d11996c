"""Ballots: what is put to the vote, who may vote, and the votes, which many people insert at the same time.

A vote says who voted, when, and what; in a secret ballot it says who and when only, and what was said is a row of
``ballot_paper``, which has no key, number, instant or author in common with any vote.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from workflow_engine.domain.ballot_counting import OUTCOMES, SEAT_STATES
from workflow_engine.domain.lifecycle import BALLOT
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_RUNNING = text("state IN ('open', 'closed', 'tied')")
_ENDED = text("state IN ('decided', 'withdrawn')")
_AWAY = text("state <> 'expected'")
_MANDATED = text("mandate_to IS NOT NULL")

ballot = Table(
    "ballot",
    METADATA,
    Column("ballot_id", String(LONG_ID), ForeignKey("user_task.user_task_id"), primary_key=True),
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), nullable=False),
    Column("element_id", String(LONG_ID), nullable=False),
    Column("state", String(16), nullable=False),
    Column("round_no", Integer, nullable=False),
    Column("secrecy", String(16), nullable=False),
    Column("rules", Text, nullable=False, comment="JSON: the properties that rule it, evaluated"),
    Column("clauses", Text, comment="JSON: the clauses, where each is voted by itself; erasable"),
    Column("chair", String(LONG_ID), comment="the voter who chairs"),
    Column("lead", String(LONG_ID), comment="the leading unit, as unit:ID"),
    Column("barred", Text, nullable=False, comment="JSON list of people who have no part in it"),
    Column("voters", Integer, nullable=False, comment="on the roll"),
    Column("least_votes", Integer, nullable=False, comment="on each item; with fewer nothing can be certain"),
    Column("text_version", String(ID), comment="digest of the text that is voted on"),
    Column("due_at", UTCDateTime),
    Column("sort_key", String(ID), nullable=False, comment="the earlier due first, those without a deadline last"),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("decided_at", UTCDateTime),
    Column("outcome", String(16)),
    Column("votes_seal", String(ID), comment="over the fingerprints of the deciding round's votes"),
    Column("papers_seal", String(ID)),
    Column("result", Text, comment="JSON, erasable"),
    one_of("state", BALLOT),
    one_of("secrecy", ("open", "after_close", "secret")),
    CheckConstraint("round_no >= 1", name="round_from_one"),
    CheckConstraint("(state IN ('decided', 'withdrawn')) = (decided_at IS NOT NULL)", name="decided_with_instant"),
    CheckConstraint(
        f"(state = 'decided') = (outcome IS NOT NULL AND outcome IN ({', '.join(repr(one) for one in OUTCOMES)}))",
        name="decided_with_outcome",
    ),
    Index("ix_ballot_running", "sort_key", "ballot_id", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    Index("ix_ballot_ended", "decided_at", "ballot_id", sqlite_where=_ENDED, postgresql_where=_ENDED),
    Index("ix_ballot_case", "case_id"),
    sqlite_with_rowid=False,
)

ballot_round = Table(
    "ballot_round",
    METADATA,
    Column("ballot_id", String(LONG_ID), ForeignKey("ballot.ballot_id"), primary_key=True),
    Column("round_no", Integer, primary_key=True, autoincrement=False),
    Column("case_id", String(ID), nullable=False),
    Column("why", String(16), nullable=False),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("opened_by", String(LONG_ID), nullable=False),
    Column("reason", Text, comment="erasable"),
    Column("text_version", String(ID), comment="digest of the text, which never changes within a round"),
    Column("text", Text, comment="JSON: title, body, version; erasable"),
    Column("votes_before", Integer, nullable=False, comment="cast in the round before, which count no longer"),
    Column("seal_before", String(ID), comment="over the fingerprints of those votes"),
    Column("papers_seal_before", String(ID)),
    one_of("why", ("opened", "amended", "tied")),
    Index("ix_ballot_round_case", "case_id"),
    sqlite_with_rowid=False,
)

ballot_voter = Table(
    "ballot_voter",
    METADATA,
    Column("ballot_id", String(LONG_ID), ForeignKey("ballot.ballot_id"), primary_key=True),
    Column("voter", String(LONG_ID), primary_key=True, comment="person:, position: or unit: with an id"),
    Column("case_id", String(ID), nullable=False),
    Column("seat_no", Integer, nullable=False, comment="place on the roll"),
    Column("weight", Integer, nullable=False, comment="in thousandths"),
    Column("has_veto", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, comment="of the recusal or absence; erasable"),
    Column("mandate_to", String(LONG_ID), comment="the person who may vote in their place"),
    Column("mandate_document", Text, comment="where the written mandate is"),
    one_of("state", SEAT_STATES),
    CheckConstraint("weight > 0", name="weight_above_zero"),
    Index(
        "ix_ballot_voter_mandate", "ballot_id", "mandate_to", sqlite_where=_MANDATED, postgresql_where=_MANDATED
    ),
    Index("ix_ballot_voter_away", "ballot_id", sqlite_where=_AWAY, postgresql_where=_AWAY),
    Index("ix_ballot_voter_case", "case_id"),
    sqlite_with_rowid=False,
)

ballot_vote = Table(
    "ballot_vote",
    METADATA,
    Column("ballot_id", String(LONG_ID), primary_key=True),
    Column("round_no", Integer, primary_key=True, autoincrement=False),
    Column("item", String(ID), primary_key=True, comment="the clause; empty where nothing is split"),
    Column("voter", String(LONG_ID), primary_key=True),
    Column("choice", String(ID), comment="none in a secret ballot"),
    Column("reason", Text, comment="erasable, with the nonce"),
    Column("weight", Integer, nullable=False),
    Column("has_veto", Boolean, nullable=False),
    Column("cast_by", String(LONG_ID), nullable=False),
    Column("capacity", String(16), nullable=False),
    Column("cast_at", UTCDateTime, nullable=False),
    Column("text_version", String(ID)),
    Column("prepared_by", String(LONG_ID), comment="who of the unit prepared the answer"),
    Column("nonce", String(ID), comment="none once erased: the fingerprint can no longer be recomputed"),
    Column("fingerprint", String(ID), nullable=False),
    one_of("capacity", ("self", "head", "member", "deputy", "mandate")),
    ForeignKeyConstraint(
        ["ballot_id", "voter"], ["ballot_voter.ballot_id", "ballot_voter.voter"], name="fk_ballot_vote_voter"
    ),
    Index("ix_ballot_vote_tally", "ballot_id", "round_no", "item", "choice", "weight"),
    Index("ix_ballot_vote_cast", "cast_at", "ballot_id"),
    Index("ix_ballot_vote_by", "cast_by", "cast_at"),
    sqlite_with_rowid=False,
)

ballot_paper = Table(
    "ballot_paper",
    METADATA,
    Column("paper_id", String(ID), primary_key=True, comment="random: papers lie in no order"),
    Column("ballot_id", String(LONG_ID), ForeignKey("ballot.ballot_id"), nullable=False),
    Column("round_no", Integer, nullable=False),
    Column("item", String(ID), nullable=False),
    Column("choice", String(ID), nullable=False),
    Column("reason", Text, comment="erasable, with the nonce"),
    Column("nonce", String(ID)),
    Column("fingerprint", String(ID), nullable=False),
    Index("ix_ballot_paper_tally", "ballot_id", "round_no", "item", "choice"),
    sqlite_with_rowid=False,
)

ballot_preparation = Table(
    "ballot_preparation",
    METADATA,
    Column("ballot_id", String(LONG_ID), primary_key=True),
    Column("round_no", Integer, primary_key=True, autoincrement=False),
    Column("item", String(ID), primary_key=True),
    Column("voter", String(LONG_ID), primary_key=True, comment="the unit whose answer it is"),
    Column("choice", String(ID), nullable=False),
    Column("reason", Text),
    Column("prepared_by", String(LONG_ID), nullable=False),
    Column("prepared_at", UTCDateTime, nullable=False),
    ForeignKeyConstraint(
        ["ballot_id", "voter"], ["ballot_voter.ballot_id", "ballot_voter.voter"], name="fk_ballot_preparation_voter"
    ),
    sqlite_with_rowid=False,
)
