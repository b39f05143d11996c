"""The read side: frozen rows out of one snapshot, never a write."""

from __future__ import annotations

from workflow_engine.queries.door import Queries

__all__ = ["Queries"]
