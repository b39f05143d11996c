"""The yardstick, as most people build it: stock SpiffWorkflow, the whole state as JSON at every step, a task table.

No history, no chain, no idempotency, no permissions, one process, no lock.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from uuid import UUID

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

SCHEMA = """
create table instance(id integer primary key, state text not null, document text not null);
create table task(id text primary key, instance integer not null, name text not null, state text not null);
create index task_open on task(instance, state);
"""


class Naive:
    """Load, complete, run, save everything; ``synchronous=FULL`` as the product has it."""

    def __init__(self, folder: Path) -> None:
        self.db = sqlite3.connect(folder / "naive.db", isolation_level=None)
        self.db.execute("pragma journal_mode=wal")
        self.db.execute("pragma synchronous=full")
        self.db.executescript(SCHEMA)
        self.serializer = BpmnWorkflowSerializer()
        self.specs: dict[str, Any] = {}

    def deploy(self, xml: bytes) -> str:
        parser = BpmnParser()
        root = etree.fromstring(xml)
        parser.add_bpmn_xml(root)
        process_id = str(root.find(".//{*}process").get("id"))
        self.specs[process_id] = parser.get_spec(process_id), parser.get_subprocess_specs(process_id)
        return process_id

    def start(self, process_id: str, variables: dict[str, Any]) -> int:
        spec, subprocesses = self.specs[process_id]
        workflow = BpmnWorkflow(spec, subprocesses)
        workflow.task_tree.data.update(variables)
        for task in workflow.get_tasks(state=TaskState.READY):
            task.data.update(variables)
        self._run(workflow)
        self.db.execute("begin immediate")
        document = self.serializer.serialize_json(workflow)
        instance = int(
            self.db.execute("insert into instance(state, document) values('active', ?)", (document,)).lastrowid or 0
        )
        self._sync_tasks(instance, workflow)
        self.db.execute("commit")
        return instance

    def open_tasks(self, instance: int) -> list[str]:
        rows = self.db.execute("select id from task where instance=? and state='open'", (instance,))
        return [row[0] for row in rows]

    def complete(self, instance: int, task_id: str, variables: dict[str, Any]) -> None:
        self.db.execute("begin immediate")
        (document,) = self.db.execute("select document from instance where id=?", (instance,)).fetchone()
        workflow = self.serializer.deserialize_json(document)
        task = workflow.get_task_from_id(UUID(task_id))
        task.data.update(variables)
        task.run()
        self._run(workflow)
        state = "completed" if workflow.is_completed() else "active"
        self.db.execute(
            "update instance set document=?, state=? where id=?",
            (self.serializer.serialize_json(workflow), state, instance),
        )
        self.db.execute("update task set state='done' where id=?", (task_id,))
        self._sync_tasks(instance, workflow)
        self.db.execute("commit")

    def poll(self) -> int:
        """Look for due timers the stock way: load every live instance and ask it."""
        rows = self.db.execute("select id, document from instance where state='active'").fetchall()
        waiting = 0
        for _, document in rows:
            workflow = self.serializer.deserialize_json(document)
            workflow.refresh_timers()
            waiting += len(workflow.waiting_events())
        return waiting

    def _run(self, workflow: BpmnWorkflow) -> None:
        workflow.refresh_timers()
        workflow.do_engine_steps()

    def _sync_tasks(self, instance: int, workflow: BpmnWorkflow) -> None:
        ready = workflow.get_tasks(state=TaskState.READY, manual=True)
        self.db.executemany(
            "insert into task values(?, ?, ?, 'open') on conflict do nothing",
            [(str(task.id), instance, task.task_spec.name) for task in ready],
        )

    def close(self) -> None:
        self.db.close()
