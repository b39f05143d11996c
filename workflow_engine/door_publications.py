"""The part of the public door that is about decisions made public."""

from __future__ import annotations

from workflow_engine.domain.publications import document_digest
from workflow_engine.queries.publications import PublishedDecision

__all__ = ["PublishedDecision", "document_digest"]
