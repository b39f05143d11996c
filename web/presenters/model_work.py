"""What the pages of a working copy show, and what a file looks like that begins empty."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import url_for

from web.context import engine
from web.i18n import current_language, pgettext
from web.i18n import gettext as _
from web.presenters.assignment_form import assignment_form_words
from web.presenters.ballot_form import ballot_form_words
from web.presenters.diagram import diagram_with_problems
from web.presenters.model_changes import names_of_files
from web.presenters.model_page import notes_by_kind
from web.presenters.names import in_language
from web.presenters.task_work import VERBS
from workflow_engine import Actor, check_model, is_model, new_id

_BLANK_MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  id="Definitions_1" targetNamespace="urn:liandong:processes"
  expressionLanguage="https://www.omg.org/spec/DMN/20191111/FEEL/">
  <bpmn:process id="{process_id}" name="{name}" isExecutable="true">
    <bpmn:startEvent id="started" name="{start}"><bpmn:outgoing>to_task</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="first_task" name="{task}" camunda:candidateGroups="administrators">
      <bpmn:incoming>to_task</bpmn:incoming><bpmn:outgoing>to_end</bpmn:outgoing></bpmn:userTask>
    <bpmn:endEvent id="ended"><bpmn:incoming>to_end</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="to_task" sourceRef="started" targetRef="first_task" />
    <bpmn:sequenceFlow id="to_end" sourceRef="first_task" targetRef="ended" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="Diagram_1"><bpmndi:BPMNPlane id="Plane_1" bpmnElement="{process_id}">
    <bpmndi:BPMNShape id="started_shape" bpmnElement="started"><dc:Bounds x="160" y="140" width="36" height="36" />
      <bpmndi:BPMNLabel><dc:Bounds x="155" y="183" width="46" height="14" /></bpmndi:BPMNLabel></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="first_shape" bpmnElement="first_task"><dc:Bounds x="260" y="118" width="100" height="80" />
      </bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="ended_shape" bpmnElement="ended"><dc:Bounds x="430" y="140" width="36" height="36" />
      </bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="to_task_edge" bpmnElement="to_task"><di:waypoint x="196" y="158" />
      <di:waypoint x="260" y="158" /></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="to_end_edge" bpmnElement="to_end"><di:waypoint x="360" y="158" />
      <di:waypoint x="430" y="158" /></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""
_BLANK_TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"
  id="Definitions_{decision_id}" name="{name}" namespace="urn:liandong:decisions">
  <decision id="{decision_id}" name="{name}">
    <variable id="{decision_id}_variable" name="{decision_id}" />
    <decisionTable id="{decision_id}_table" hitPolicy="FIRST">
      <input id="{decision_id}_input" label="{input}"><inputExpression id="{decision_id}_expression" typeRef="string">
        <text>input</text></inputExpression></input>
      <output id="{decision_id}_output" label="{output}" name="result" typeRef="string" />
      <rule id="{decision_id}_rule"><inputEntry id="{decision_id}_test"><text>-</text></inputEntry>
        <outputEntry id="{decision_id}_value"><text>"result"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI><dmndi:DMNDiagram id="Diagram_{decision_id}">
    <dmndi:DMNShape id="Shape_{decision_id}" dmnElementRef="{decision_id}">
      <dc:Bounds height="80" width="180" x="160" y="100" /></dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI>
</definitions>
"""


def _model() -> dict[str, bytes]:
    process_id = f"process_{new_id()[:8]}"
    text = _BLANK_MODEL.format(
        process_id=process_id, name=_("New process"), start=_("Started"), task=_("First task"),
    )  # fmt: skip
    return {f"{process_id}.bpmn": text.encode()}


def _table() -> dict[str, bytes]:
    decision_id = f"decision_{new_id()[:8]}"
    text = _BLANK_TABLE.format(decision_id=decision_id, name=_("New decision"), input=_("Input"), output=_("Result"))
    return {f"{decision_id}.dmn": text.encode()}


def _form() -> dict[str, bytes]:
    form_id = f"form_{new_id()[:8]}"
    field = {"type": "textfield", "key": "note", "label": pgettext("remark", "Note"), "id": "note_1"}
    schema = {"type": "default", "schemaVersion": 17, "id": form_id, "components": [field]}
    return {f"{form_id}.json": json.dumps(schema, ensure_ascii=False, indent=2).encode()}


BLANKS: Mapping[str, Callable[[], dict[str, bytes]]] = {"bpmn": _model, "dmn": _table, "form": _form}
"""Files to begin with, by kind."""


def work_page(work_id: str, actor: Actor) -> dict[str, Any]:
    """The working copy checked as a deployment would, problems pinned on its diagram."""
    work = engine().queries.models.get_work(work_id, actor)
    check = check_model(work.files, engine().queries.assigning.problems_in_city)
    names = names_of_files(work.files)
    has_model = any(is_model(name, content) for name, content in work.files.items())
    url = url_for("models_work.xml", work_id=work_id, revision=work.revision)
    return {
        "work": replace(work, base_name=in_language(work.base_name)),
        "check": check,
        "names": names,
        "problems": check.problems,
        "errors": sum(problem.severity == "error" for problem in check.problems),
        "notes": notes_by_kind(check.notes, names),
        "diagram": diagram_with_problems(url, check.problems) if has_model else None,
        "files": sorted((name, len(content), kind_of(name, content)) for name, content in work.files.items()),
        "command_id": new_id(),
    }


def editor_page(work_id: str, name: str, content: bytes, actor: Actor) -> dict[str, Any]:
    """One file with what its editor needs."""
    work = engine().queries.models.get_work(work_id, actor)
    kind = kind_of(name, content)
    forms = sorted({form for file, text in work.files.items() if (form := _form_id(file, text))})
    return {
        "work": work,
        "name": name,
        "kind": kind,
        "content": content.decode("utf-8", "replace"),
        "forms": json.dumps(forms),
        "groups": json.dumps([group.group_id for group in engine().queries.list_groups()]),
        "words": json.dumps(_editor_words(), ensure_ascii=False),
        "catalogue": _CATALOGUES.get(current_language().key),
        "command_id": new_id(),
    }


_CATALOGUES = {"zh": "words/editors.zh-CN.json"}
"""Words of the editors themselves, which their authors wrote in English, by language."""


def kind_of(name: str, content: bytes) -> str:
    """``bpmn``, ``dmn``, ``form``, or ``text`` for what has no editor of its own."""
    if is_model(name, content):
        return "bpmn"
    if name.lower().endswith(".dmn"):
        return "dmn"
    return "form" if _form_id(name, content) else "text"


def _form_id(name: str, content: bytes) -> str | None:
    if not name.lower().endswith((".json", ".form")):
        return None
    try:
        schema = json.loads(content)
    except ValueError:
        return None
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        return None
    return str(schema.get("id") or name.rpartition(".")[0])


def _editor_words() -> dict[str, str]:
    return {
        "saved": _("Saved."),
        "saving": _("Saving …"),
        "unsaved": _("Not saved yet"),
        "checking": _("Checking …"),
        "good": _("Nothing to complain about."),
        "stale": _("This file was changed elsewhere since you opened it. Load the page again; copy your source first."),
        "failed": _("It could not be saved. Nothing is lost while this page is open: try again."),
        "unreadable": _("The editor cannot show this file. Its source can be mended below."),
        "error": _("Error"),
        "warning": _("Warning"),
        "info": _("Note"),
        "group": _("Liandong"),
        "candidateGroups": _("Offered to groups"),
        "candidateGroupsHint": _("Names of roles and units, separated by commas, or a FEEL expression after ="),
        "assignee": _("Assigned to"),
        "assigneeHint": _("A person's id, or a FEEL expression after ="),
        "formKey": _("Form"),
        "dueDate": _("Due"),
        "dueDateHint": _("A duration from its start, such as P2D, or a FEEL expression after ="),
        "priority": _("Priority"),
        "completedBy": _("Note who completes it in"),
        "completedByHint": _("Name of a variable, for a two-person rule"),
        "notCompletedBy": _("Not by who stands in"),
        "notCompletedByHint": _("Names of such variables: who stands in one may not complete this task"),
        "decisionRef": _("Decision"),
        "resultVariable": _("Result variable"),
        "calledElement": _("Called process"),
        "condition": _("Condition (FEEL)"),
        "retention": _("Ended cases are kept"),
        "retentionHint": _("As a duration, such as P3650D"),
        "lane": _("Queue"),
        "laneHint": _("“emergency” puts its timers and jobs before all others"),
        "startedBy": _("Note who starts a case in"),
        "startedByHint": _("Name of a variable; checks may name it under “Not by who stands in”"),
        "topic": _("Topic of the worker"),
        **{f"verb_{verb}": _("Allowed: %(verb)s", verb=_(label)) for verb, (label, _does) in VERBS.items()},
        "none": _("none"),
        **ballot_form_words(),
        **assignment_form_words(),
    }
