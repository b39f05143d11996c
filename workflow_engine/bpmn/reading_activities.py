"""What each kind of activity does: people's tasks, scripts, jobs, decisions, calls and messages."""

from __future__ import annotations

from typing import Any

from workflow_engine.bpmn.dialects import camunda, zeebe
from workflow_engine.bpmn.dialects.camunda_jobs import read_job
from workflow_engine.bpmn.dialects.plain import read_resources
from workflow_engine.bpmn.intake_document import LIANDONG, Document
from workflow_engine.bpmn.model import Job, Script, UserTask
from workflow_engine.bpmn.reading_events import EventReader
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, child_text, is_bpmn

SCRIPT_FORMATS = {
    "": "python",
    "python": "python",
    "python3": "python",
    "py": "python",
    "text/x-python": "python",
    "text/python": "python",
    "application/x-python": "python",
    "feel": "feel",
    "text/x-feel": "feel",
    "application/feel": "feel",
    "juel": "feel",
}
"""Script formats that run, and what they are run as."""


class ActivityReader:
    """Reads the parts of a node that depend on what kind of activity it is."""

    def __init__(self, document: Document, words: Words, events: EventReader) -> None:
        self._document = document
        self._words = words
        self._events = events

    def read(self, node: Element) -> dict[str, Any]:
        """The fields of ``model.Node`` that the kind of activity fills."""
        if is_bpmn(node, "userTask", "manualTask"):
            return {"user_task": self._user_task(node)}
        if is_bpmn(node, "scriptTask"):
            return self._script_task(node)
        if is_bpmn(node, "serviceTask"):
            return self._service_task(node)
        if is_bpmn(node, "businessRuleTask"):
            return self._business_rule_task(node)
        if is_bpmn(node, "callActivity"):
            return self._call_activity(node)
        if is_bpmn(node, "sendTask", "receiveTask"):
            return self._message_task(node)
        return {}

    def _user_task(self, node: Element) -> UserTask | None:
        document, words = self._document, self._words
        task = (zeebe.read_zeebe_user_task if zeebe.is_zeebe(node) else camunda.read_user_task)(document, words, node)
        resources = read_resources(document, words, node)
        task = UserTask(
            name=words.holes(node, node.get("name"), "name") if is_bpmn(node, "userTask") else None,
            assignee=task.assignee or resources.assignee,
            candidate_users=task.candidate_users or resources.candidate_users,
            candidate_groups=task.candidate_groups or resources.candidate_groups,
            form_key=task.form_key,
            fields=task.fields,
            due=task.due,
            follow_up=task.follow_up,
            priority=task.priority,
        )
        return None if is_bpmn(node, "manualTask") and task == UserTask() else task

    def _script_task(self, node: Element) -> dict[str, Any]:
        document = self._document
        script = zeebe.read_zeebe_script(document, self._words, node)
        job = None if script else zeebe.read_zeebe_job(document, self._words, node)
        if script is not None or job is not None:
            return {"script": script} if script else {"kind": "serviceTask", "job": job}
        if document.vendor(node, "resource") is not None:
            document.findings.error(
                "script_resource", node, "The script is kept in another file.", "Write the script into the model."
            )
            return {}
        source = child_text(node, "script")
        given = document.get(node, "scriptFormat") or ""
        result = document.vendor(node, "resultVariable")
        run_as = SCRIPT_FORMATS.get(given.lower())
        if run_as is None:
            document.findings.error(
                "script_format", node, f"Scripts in “{given}” cannot run here.",
                "Write the script in Python (scriptFormat=\"python\") or as a FEEL expression (scriptFormat=\"feel\").",
            )  # fmt: skip
            return {}
        if source is None:
            document.findings.error("script_missing", node, "The script task has no script.", "Write the script.")
            return {}
        if run_as == "feel" or (source.startswith("${") and source.endswith("}")):
            feel = self._words.expression(node, source, "script", given or None)
            if feel is None:
                return {}
            return {"script": Script(source=feel, format="feel", result_variable=result, is_expression=True)}
        source = _script_text(node) or source
        return {"script": Script(source=source, format="python", result_variable=result)}

    def _job(self, node: Element) -> Job | None:
        topic = self._document.get(node, "topic", LIANDONG)
        if topic is not None:
            retries = self._document.get(node, "retries", LIANDONG) or "3"
            return Job(topic=topic, retries=int(retries) if retries.isdigit() else 3)
        return zeebe.read_zeebe_job(self._document, self._words, node) or read_job(self._document, self._words, node)

    def _service_task(self, node: Element) -> dict[str, Any]:
        job = self._job(node)
        if job is not None:
            return {"job": job}
        operation = self._document.get(node, "operationRef")
        found = self._document.find(operation, "operation")
        topic = operation if found is None else (found.get("name") or operation)
        return {"job": self._named_by_id(node, "service task") if topic is None else Job(topic=topic)}

    def _business_rule_task(self, node: Element) -> dict[str, Any]:
        document, words = self._document, self._words
        decision = zeebe.read_zeebe_decision(document, words, node) or camunda.read_decision(document, words, node)
        if decision is not None:
            return {"decision": decision}
        return {"job": self._job(node) or self._named_by_id(node, "business rule task")}

    def _named_by_id(self, node: Element, kind: str) -> Job:
        """Drawn without saying who works: a worker may still fetch it under its id."""
        topic = node.get("id") or kind
        self._document.findings.warning(
            "job_without_topic", node, f"The {kind} does not say who does the work; its id is used as the topic.",
            f"Give it a topic or a decision, or let the worker fetch “{topic}”.",
        )  # fmt: skip
        return Job(topic=topic)

    def _call_activity(self, node: Element) -> dict[str, Any]:
        document, words = self._document, self._words
        called = zeebe.read_zeebe_called_element(document, words, node) or camunda.read_called_element(
            document, words, node
        )
        if called is None and not document.findings.has_errors_at(node):
            document.findings.error(
                "called_element_missing", node, "The call activity does not say which process it calls.",
                "Give it a calledElement.",
            )  # fmt: skip
        return {} if called is None else {"called": called}

    def _message_task(self, node: Element) -> dict[str, Any]:
        throws = is_bpmn(node, "sendTask")
        event = self._events.message(node, self._document.get(node, "messageRef"), throws=throws)
        fields: dict[str, Any] = {} if event is None else {"events": (event,)}
        job = self._job(node) if throws else None
        if job is not None:
            fields["job"] = job
        if throws and not fields:
            self._document.findings.warning(
                "message_missing", node, "The send task names no message; it passes through without sending.",
                "Give it a messageRef.",
            )  # fmt: skip
        return fields


def _script_text(node: Element) -> str | None:
    """The script as written, without the indentation that the XML gave it."""
    for item in node:
        if is_bpmn(item, "script"):
            lines = "".join(item.itertext()).strip("\n").rstrip().splitlines()
            indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
            cut = min(indents, default=0)
            if lines and indents and len(lines[0]) - len(lines[0].lstrip()) < cut:
                cut = 0
            return "\n".join(line[cut:] if line.strip() else "" for line in lines).strip("\n") or None
    return None
