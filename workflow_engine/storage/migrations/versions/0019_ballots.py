"""Ballots: the roll, rounds, votes, and papers of secret votes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "ballot",
        sa.Column("ballot_id", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("secrecy", sa.String(length=16), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False, comment="JSON: the properties that rule it, evaluated"),
        sa.Column(
            "clauses", sa.Text(), nullable=True, comment="JSON: the clauses, where each is voted by itself; erasable"
        ),
        sa.Column("chair", sa.String(length=200), nullable=True, comment="the voter who chairs"),
        sa.Column("lead", sa.String(length=200), nullable=True, comment="the leading unit, as unit:ID"),
        sa.Column("barred", sa.Text(), nullable=False, comment="JSON list of people who have no part in it"),
        sa.Column("voters", sa.Integer(), nullable=False, comment="on the roll"),
        sa.Column(
            "least_votes", sa.Integer(), nullable=False, comment="on each item; with fewer nothing can be certain"
        ),
        sa.Column("text_version", sa.String(length=64), nullable=True, comment="digest of the text that is voted on"),
        sa.Column("due_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column(
            "sort_key",
            sa.String(length=64),
            nullable=False,
            comment="the earlier due first, those without a deadline last",
        ),
        sa.Column("opened_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("decided_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column(
            "votes_seal",
            sa.String(length=64),
            nullable=True,
            comment="over the fingerprints of the deciding round's votes",
        ),
        sa.Column("papers_seal", sa.String(length=64), nullable=True),
        sa.Column("result", sa.Text(), nullable=True, comment="JSON, erasable"),
        sa.CheckConstraint(
            "(state = 'decided') = (outcome IS NOT NULL AND "
            "outcome IN ('adopted', 'rejected', 'tied', 'no_quorum', 'vetoed'))",
            name=op.f("ck_ballot_decided_with_outcome"),
        ),
        sa.CheckConstraint(
            "(state IN ('decided', 'withdrawn')) = (decided_at IS NOT NULL)",
            name=op.f("ck_ballot_decided_with_instant"),
        ),
        sa.CheckConstraint("secrecy IN ('open', 'after_close', 'secret')", name=op.f("ck_ballot_secrecy_known")),
        sa.CheckConstraint(
            "state IN ('open', 'closed', 'tied', 'decided', 'withdrawn')", name=op.f("ck_ballot_state_known")
        ),
        sa.CheckConstraint("round_no >= 1", name=op.f("ck_ballot_round_from_one")),
        sa.ForeignKeyConstraint(["ballot_id"], ["user_task.user_task_id"], name=op.f("fk_ballot_ballot_id")),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_ballot_case_id")),
        sa.PrimaryKeyConstraint("ballot_id", name=op.f("pk_ballot")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ballot_case", "ballot", ["case_id"])
    op.create_index(
        "ix_ballot_ended",
        "ballot",
        ["decided_at", "ballot_id"],
        sqlite_where=sa.text("state IN ('decided', 'withdrawn')"),
        postgresql_where=sa.text("state IN ('decided', 'withdrawn')"),
    )
    op.create_index(
        "ix_ballot_running",
        "ballot",
        ["sort_key", "ballot_id"],
        sqlite_where=sa.text("state IN ('open', 'closed', 'tied')"),
        postgresql_where=sa.text("state IN ('open', 'closed', 'tied')"),
    )

    op.create_table(
        "ballot_paper",
        sa.Column("paper_id", sa.String(length=64), nullable=False, comment="random: papers lie in no order"),
        sa.Column("ballot_id", sa.String(length=200), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("choice", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="erasable, with the nonce"),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.ballot_id"], name=op.f("fk_ballot_paper_ballot_id")),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_ballot_paper")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ballot_paper_tally", "ballot_paper", ["ballot_id", "round_no", "item", "choice"])

    op.create_table(
        "ballot_round",
        sa.Column("ballot_id", sa.String(length=200), nullable=False),
        sa.Column("round_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("opened_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="erasable"),
        sa.Column(
            "text_version",
            sa.String(length=64),
            nullable=True,
            comment="digest of the text, which never changes within a round",
        ),
        sa.Column("text", sa.Text(), nullable=True, comment="JSON: title, body, version; erasable"),
        sa.Column(
            "votes_before", sa.Integer(), nullable=False, comment="cast in the round before, which count no longer"
        ),
        sa.Column("seal_before", sa.String(length=64), nullable=True, comment="over the fingerprints of those votes"),
        sa.Column("papers_seal_before", sa.String(length=64), nullable=True),
        sa.CheckConstraint("why IN ('opened', 'amended', 'tied')", name=op.f("ck_ballot_round_why_known")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.ballot_id"], name=op.f("fk_ballot_round_ballot_id")),
        sa.PrimaryKeyConstraint("ballot_id", "round_no", name=op.f("pk_ballot_round")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ballot_round_case", "ballot_round", ["case_id"])

    op.create_table(
        "ballot_voter",
        sa.Column("ballot_id", sa.String(length=200), nullable=False),
        sa.Column("voter", sa.String(length=200), nullable=False, comment="person:, position: or unit: with an id"),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seat_no", sa.Integer(), nullable=False, comment="place on the roll"),
        sa.Column("weight", sa.Integer(), nullable=False, comment="in thousandths"),
        sa.Column("has_veto", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="of the recusal or absence; erasable"),
        sa.Column("mandate_to", sa.String(length=200), nullable=True, comment="the person who may vote in their place"),
        sa.Column("mandate_document", sa.Text(), nullable=True, comment="where the written mandate is"),
        sa.CheckConstraint("state IN ('expected', 'recused', 'absent')", name=op.f("ck_ballot_voter_state_known")),
        sa.CheckConstraint("weight > 0", name=op.f("ck_ballot_voter_weight_above_zero")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.ballot_id"], name=op.f("fk_ballot_voter_ballot_id")),
        sa.PrimaryKeyConstraint("ballot_id", "voter", name=op.f("pk_ballot_voter")),
        sqlite_with_rowid=False,
    )
    away = sa.text("state <> 'expected'")
    op.create_index("ix_ballot_voter_away", "ballot_voter", ["ballot_id"], sqlite_where=away, postgresql_where=away)
    op.create_index("ix_ballot_voter_case", "ballot_voter", ["case_id"])
    op.create_index(
        "ix_ballot_voter_mandate",
        "ballot_voter",
        ["ballot_id", "mandate_to"],
        sqlite_where=sa.text("mandate_to IS NOT NULL"),
        postgresql_where=sa.text("mandate_to IS NOT NULL"),
    )

    op.create_table(
        "ballot_preparation",
        sa.Column("ballot_id", sa.String(length=200), nullable=False),
        sa.Column("round_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("voter", sa.String(length=200), nullable=False, comment="the unit whose answer it is"),
        sa.Column("choice", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("prepared_by", sa.String(length=200), nullable=False),
        sa.Column("prepared_at", types.UTCDateTime(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id", "voter"], ["ballot_voter.ballot_id", "ballot_voter.voter"], name="fk_ballot_preparation_voter"
        ),
        sa.PrimaryKeyConstraint("ballot_id", "round_no", "item", "voter", name=op.f("pk_ballot_preparation")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ballot_vote",
        sa.Column("ballot_id", sa.String(length=200), nullable=False),
        sa.Column("round_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False, comment="the clause; empty where nothing is split"),
        sa.Column("voter", sa.String(length=200), nullable=False),
        sa.Column("choice", sa.String(length=64), nullable=True, comment="none in a secret ballot"),
        sa.Column("reason", sa.Text(), nullable=True, comment="erasable, with the nonce"),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("has_veto", sa.Boolean(), nullable=False),
        sa.Column("cast_by", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.String(length=16), nullable=False),
        sa.Column("cast_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("text_version", sa.String(length=64), nullable=True),
        sa.Column("prepared_by", sa.String(length=200), nullable=True, comment="who of the unit prepared the answer"),
        sa.Column(
            "nonce",
            sa.String(length=64),
            nullable=True,
            comment="none once erased: the fingerprint can no longer be recomputed",
        ),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "capacity IN ('self', 'head', 'member', 'deputy', 'mandate')", name=op.f("ck_ballot_vote_capacity_known")
        ),
        sa.ForeignKeyConstraint(
            ["ballot_id", "voter"], ["ballot_voter.ballot_id", "ballot_voter.voter"], name="fk_ballot_vote_voter"
        ),
        sa.PrimaryKeyConstraint("ballot_id", "round_no", "item", "voter", name=op.f("pk_ballot_vote")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ballot_vote_cast", "ballot_vote", ["cast_at", "ballot_id"])
    op.create_index("ix_ballot_vote_tally", "ballot_vote", ["ballot_id", "round_no", "item", "choice", "weight"])
