"""What the shipped processes cover, from their own properties."""

from __future__ import annotations

from pathlib import Path

from workflow_engine.bpmn.intake import read_model
from workflow_engine.domain.coverage import ProcessScope, scope_from

SHIPPED = Path(__file__).parents[2] / "processes"


def shipped() -> list[ProcessScope]:
    scopes = []
    for file in sorted(SHIPPED.glob("*/*.bpmn")):
        model = read_model(file.read_bytes(), file_name=file.name).model
        assert model is not None, file
        scopes += [scope_from(process.id, process.properties) for process in model.processes if process.executable]
    return scopes


def test_every_shipped_process_says_what_it_covers() -> None:
    for scope in shipped():
        assert scope.subjects, scope.process_id
        assert scope.objects, scope.process_id
        assert scope.stages, scope.process_id
        assert scope.mechanisms, scope.process_id
