"""Numbers of cases for people: by day and grid, counted without a gap and never given twice."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, String, Table

from workflow_engine.storage.schema.metadata import LONG_ID, METADATA

case_number_series = Table(
    "case_number_series",
    METADATA,
    Column("series", String(LONG_ID), primary_key=True, comment="such as 20261126-430182001001"),
    Column("last", Integer, nullable=False, comment="the number given last; raised in the transaction that gives it"),
    CheckConstraint("last >= 1", name="counts_from_one"),
)
