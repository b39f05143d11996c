"""Makes an empty database ready for the tests: the schema, and every process deployed and released."""

from __future__ import annotations

from tests.faults import models
from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.actors import OPERATOR, Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import DeployDefinition, ReleaseDefinition
from workflow_engine.settings import Settings

_DEPLOYER = Actor("system:rig", is_system=True)


def prepare(url: str) -> None:
    """Bring the schema and release every process of ``models``."""
    engine = open_engine(Settings(database_url=url), migrate=True)
    for name, content in models.ALL.items():
        files = {f"{name}.bpmn": content}
        deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), _DEPLOYER)
        definition_id = str(deployed.result["definition_id"])
        engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=definition_id), OPERATOR)
    engine.close()
