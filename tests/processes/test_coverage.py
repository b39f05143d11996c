"""What the shipped processes cover, from their own properties: no cell of the city's model is empty.

The tables name, for each cell, the processes that serve it. Those of them that are shipped have to say so themselves.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from workflow_engine.bpmn.intake import read_model
from workflow_engine.domain.coverage import AXES, ProcessScope, cells, gaps, scope_from

SHIPPED = Path(__file__).parents[2] / "processes"
JOINT, COSIGN, PUBLIC, INNOVATION, PROJECT, EMERGENCY, HOTLINE, INDICATORS, GRID, RESOURCES = (
    "joint_decision", "dept_cosign", "public_participation", "innovation_evaluation", "smart_project",
    "emergency_response", "hotline_request", "indicator_publication", "grid_case", "resource_allocation",
)  # fmt: skip
OBJECT_STAGE = {
    ("people", "creation"): {PUBLIC, PROJECT}, ("people", "development"): {PUBLIC, INNOVATION},
    ("governance", "creation"): {JOINT, COSIGN},
    ("governance", "development"): {HOTLINE, GRID, INDICATORS, RESOURCES},
    ("industry", "creation"): {PROJECT, JOINT},
    ("industry", "development"): {INNOVATION, HOTLINE, RESOURCES},
    ("environment", "creation"): {JOINT, PUBLIC, PROJECT},
    ("environment", "development"): {EMERGENCY, GRID, INDICATORS}, ("livelihood", "creation"): {JOINT, PROJECT},
    ("livelihood", "development"): {EMERGENCY, HOTLINE, INDICATORS},
    ("infrastructure", "creation"): {PROJECT, RESOURCES},
    ("infrastructure", "development"): {EMERGENCY, GRID}, ("planning", "creation"): {PROJECT, JOINT, PUBLIC},
    ("planning", "development"): {INNOVATION, JOINT, INDICATORS},
}  # fmt: skip
OBJECT_SUBJECT = {
    ("people", "government"): {PUBLIC, PROJECT}, ("people", "enterprise"): {INNOVATION},
    ("people", "society"): {PUBLIC, EMERGENCY}, ("governance", "government"): {JOINT, COSIGN, HOTLINE, RESOURCES},
    ("governance", "enterprise"): {INNOVATION, INDICATORS}, ("governance", "society"): {HOTLINE, INDICATORS},
    ("industry", "government"): {JOINT, PROJECT},
    ("industry", "enterprise"): {INNOVATION, PROJECT}, ("environment", "government"): {JOINT, RESOURCES},
    ("environment", "society"): {PUBLIC}, ("livelihood", "government"): {EMERGENCY, HOTLINE},
    ("livelihood", "enterprise"): {EMERGENCY, HOTLINE}, ("livelihood", "society"): {HOTLINE},
    ("infrastructure", "government"): {PROJECT},
    ("infrastructure", "enterprise"): {PROJECT, GRID, RESOURCES}, ("infrastructure", "society"): {PUBLIC, HOTLINE},
    ("planning", "government"): {PROJECT, JOINT}, ("planning", "enterprise"): {PUBLIC},
    ("planning", "society"): {PUBLIC},
}  # fmt: skip
DRIVES = {
    "decision": {JOINT, COSIGN, PUBLIC}, "evaluation": {INNOVATION}, "operation": {PROJECT, HOTLINE, GRID, RESOURCES},
    "emergency": {EMERGENCY},
    "supervision": {"inspection_question", "after_action", INDICATORS},
    "government": {JOINT, COSIGN, EMERGENCY}, "enterprise": {PROJECT},
    "society": {PUBLIC, HOTLINE},
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> list[ProcessScope]:
    scopes = []
    for file in sorted(SHIPPED.glob("*/*.bpmn")):
        model = read_model(file.read_bytes(), file_name=file.name).model
        assert model is not None, file
        scopes += [scope_from(process.id, process.properties) for process in model.processes if process.executable]
    return scopes


def test_every_shipped_process_says_what_it_covers(shipped: list[ProcessScope]) -> None:
    silent = {(one.process_id, axis) for one in shipped for axis in AXES if not one.on(axis)}
    assert silent == set()


def test_no_cell_is_empty_and_everything_has_a_driver(shipped: list[ProcessScope]) -> None:
    assert gaps(shipped) == []


def test_each_process_stands_where_the_tables_name_it(shipped: list[ProcessScope]) -> None:
    by_stage, by_subject = cells(shipped, "objects", "stages"), cells(shipped, "objects", "subjects")
    missing = []
    for table, found in ((OBJECT_STAGE, by_stage), (OBJECT_SUBJECT, by_subject)):
        for cell, named in table.items():
            there = {entry.process_id for entry in found[cell]}
            missing += [(cell, name) for name in sorted(named - there)]
    assert missing == []
    for word, named in DRIVES.items():
        axis = "mechanisms" if word in AXES["mechanisms"] else "subjects"
        assert named <= {one.process_id for one in shipped if one.leads(axis, word)}, word
