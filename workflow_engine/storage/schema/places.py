"""The map: outlines of places, and what is drawn beside them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, Index, String, Table, Text

from workflow_engine.domain.places import CRS, DRAWN, LEVELS
from workflow_engine.storage.schema.metadata import LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

place_shape = Table(
    "place_shape",
    METADATA,
    Column("place_code", String(64), primary_key=True),
    Column("level", String(16), nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("geometry", Text, nullable=False, comment="GeoJSON, longitude before latitude"),
    Column("west", Float, nullable=False),
    Column("south", Float, nullable=False),
    Column("east", Float, nullable=False),
    Column("north", Float, nullable=False),
    Column("crs", String(16), nullable=False),
    Column("source", String(LONG_ID), nullable=False, comment="the file it came from"),
    Column("changed_at", UTCDateTime, nullable=False),
    one_of("level", (*LEVELS, *DRAWN)),
    one_of("crs", CRS),
    CheckConstraint("west <= east AND south <= north", name="bounds"),
    CheckConstraint("name_zh <> '' AND name_en <> ''", name="named"),
    Index("ix_place_shape_level", "level", "place_code"),
)
