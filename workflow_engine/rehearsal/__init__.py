"""Plays cases on the real engine with a clock that only moves when told: scenarios that people can read are tests."""

from __future__ import annotations

from workflow_engine.rehearsal.runner import EngineFactory, run_scenario
from workflow_engine.rehearsal.scenario import Scenario, ScenarioError, Step, read_scenario, read_script
from workflow_engine.rehearsal.telling import Line, ScenarioResult

__all__ = [
    "EngineFactory", "Line", "Scenario", "ScenarioError", "ScenarioResult", "Step", "read_scenario",
    "read_script", "run_scenario",
]  # fmt: skip
