"""Of the public door: the record: what it proves, and what is told, exported and analysed from it."""

from __future__ import annotations

from workflow_engine.audit.chain import Finding
from workflow_engine.domain.audit_commands import AddCosignature
from workflow_engine.domain.paths import SPANS
from workflow_engine.exporting import ExportFile, verifier_source
from workflow_engine.live import CaseChange
from workflow_engine.proving import CaseProof
from workflow_engine.queries.analysis_rows import (
    AnalysisScope,
    QuestionRow,
    SampleRow,
    StepFigures,
    VariantRow,
    Variants,
    VisitRow,
)
from workflow_engine.queries.log import CheckpointRow
from workflow_engine.retelling import Change, Retold, RetoldEntry
from workflow_engine.verifying import AuditReport

__all__ = [
    "SPANS",
    "AddCosignature",
    "AnalysisScope",
    "AuditReport",
    "CaseChange",
    "CaseProof",
    "Change",
    "CheckpointRow",
    "ExportFile",
    "Finding",
    "QuestionRow",
    "Retold",
    "RetoldEntry",
    "SampleRow",
    "StepFigures",
    "VariantRow",
    "Variants",
    "VisitRow",
    "verifier_source",
]
