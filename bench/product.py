"""The product with everything on: history, hash chain, inbox rows, idempotency, permissions."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from workflow_engine import (
    Actor,
    CompleteUserTask,
    DeployDefinition,
    Engine,
    ReleaseDefinition,
    Settings,
    StartCase,
    new_case_id,
    new_command_id,
    open_engine,
)

AUTHOR = Actor("user:author", is_system=True)
RELEASER = Actor("user:releaser", is_system=True)
WORKER = Actor("user:worker")


class Product:
    """The same verbs as the yardstick has, through the public door."""

    def __init__(self, url: str | Path, **settings: Any) -> None:
        logging.getLogger("workflow_engine").setLevel(logging.ERROR)
        database_url = f"sqlite:///{url / 'product.db'}" if isinstance(url, Path) else url
        self.settings = Settings(database_url=database_url, step_budget=10_000_000, **settings)
        self.engine: Engine = open_engine(self.settings, migrate=True)
        self._open: dict[str, list[str]] = {}
        self.engine.listen(self._note)

    def _note(self, committed: Any) -> None:
        """Keep the ids of the open tasks, as a client that shows them would."""
        case_id = committed.receipt.case_id
        for event in committed.events:
            kind = type(event).__name__
            if kind == "UserTaskCreated":
                self._open.setdefault(case_id, []).append(f"{case_id}.{event.token_id}")
            elif kind in ("UserTaskCompleted", "UserTaskCancelled"):
                self._open[case_id].remove(f"{case_id}.{event.token_id}")

    def deploy(self, xml: bytes) -> str:
        receipt = self.engine.handle(
            DeployDefinition(command_id=new_command_id(), files={"model.bpmn": xml}), AUTHOR
        )
        definition_id = receipt.result["definition_id"]
        self.engine.handle(ReleaseDefinition(command_id=new_command_id(), definition_id=definition_id), RELEASER)
        return str(receipt.result["process_id"])

    def start(self, process_id: str, variables: dict[str, Any]) -> str:
        case_id = new_case_id()
        command = StartCase(
            command_id=new_command_id(), case_id=case_id, process_id=process_id, variables=variables
        )
        self.engine.handle(command, WORKER)
        return case_id

    def open_tasks(self, case_id: str) -> list[str]:
        return list(self._open.get(case_id, ()))

    def complete(self, case_id: str, task_id: str, variables: dict[str, Any]) -> None:
        self.engine.handle(
            CompleteUserTask(command_id=new_command_id(), user_task_id=task_id, variables=variables), WORKER
        )

    def forget(self) -> None:
        """Make the next command find every case cold."""
        self.engine.forget_hot_copies()

    def close(self) -> None:
        self.engine.close()
