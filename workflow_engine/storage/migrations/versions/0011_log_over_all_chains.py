"""The log over all chains, its stored subtrees and its signed checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; what is recorded already is sequenced as soon as a sequencer runs."""
    op.create_table(
        "log_head",
        sa.Column("log_id", sa.Integer(), autoincrement=False, nullable=False, comment="there is one, numbered 1"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("edge", sa.Text(), nullable=False, comment="hashes of the full subtrees, the largest first"),
        sa.CheckConstraint("log_id = 1", name=op.f("ck_log_head_only_one")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_log_head_size_from_zero")),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_log_head")),
    )
    op.create_table(
        "log_leaf",
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False, comment="from 0, without gaps"),
        sa.Column("stream_id", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="of the entry: the leaf hash of RFC 6962"),
        sa.CheckConstraint("log_index >= 0", name=op.f("ck_log_leaf_index_from_zero")),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("stream_id", "seq", name=op.f("uq_log_leaf_stream_id_seq")),
    )
    op.create_table(
        "log_stream",
        sa.Column("stream_id", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="the last entry of the chain that has a leaf"),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_log_stream")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_node",
        sa.Column(
            "level", sa.Integer(), autoincrement=False, nullable=False, comment="8, 16, …: subtrees of 2^level leaves"
        ),
        sa.Column("node_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("level", "node_index", name=op.f("pk_log_node")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="signed note of C2SP"),
        sa.Column("verifier", sa.Text(), nullable=False, comment="public key, as it is handed to who verifies"),
        sa.Column("signed_at", types.UTCDateTime(length=27), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )


def downgrade() -> None:
    """Take them away; a log that is made again has another order, so its old checkpoints fit no more."""
    for name in ("log_checkpoint", "log_node", "log_stream", "log_leaf", "log_head"):
        op.drop_table(name)
