"""Of the public door: models: their versions, changes, working copies and try-outs."""

from __future__ import annotations

from workflow_engine.bpmn.comparing import (
    ElementChange,
    FieldChange,
    FileChange,
    ModelDifference,
    RowChange,
    TableChange,
    ValueChange,
)
from workflow_engine.decision_stories import explain_decision
from workflow_engine.domain.model_commands import DiscardModelWork, KeepModelWork
from workflow_engine.dry_running import DryRun, MigrationRehearsal, MigrationTry
from workflow_engine.foreseeing import Foresight, NextTask
from workflow_engine.form_conditions import comparisons_in, condition_holds, names_in_condition
from workflow_engine.model_checks import ModelCheck, check_model, compare_models, is_model
from workflow_engine.queries.catalogue import CatalogueRow, StartPage
from workflow_engine.queries.model_rows import Impact, ModelWork, ModelWorkRow, Place
from workflow_engine.queries.modification import ElementPair, PlanBasis, Target, TokenPlace
from workflow_engine.tryouts import Trial, TryOuts

__all__ = [
    "CatalogueRow",
    "DiscardModelWork",
    "DryRun",
    "ElementChange",
    "ElementPair",
    "FieldChange",
    "FileChange",
    "Foresight",
    "Impact",
    "KeepModelWork",
    "MigrationRehearsal",
    "MigrationTry",
    "ModelCheck",
    "ModelDifference",
    "ModelWork",
    "ModelWorkRow",
    "NextTask",
    "Place",
    "PlanBasis",
    "RowChange",
    "StartPage",
    "TableChange",
    "Target",
    "TokenPlace",
    "Trial",
    "TryOuts",
    "ValueChange",
    "check_model",
    "compare_models",
    "comparisons_in",
    "condition_holds",
    "explain_decision",
    "is_model",
    "names_in_condition",
]
