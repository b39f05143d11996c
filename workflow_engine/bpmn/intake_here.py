"""Intake in this process: parse, read, lint. Only for trusted bytes and for the limited child process."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import msgspec

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.intake_findings import Findings
from workflow_engine.bpmn.intake_limits import IntakeLimits
from workflow_engine.bpmn.intake_result import IntakeResult
from workflow_engine.bpmn.lint import lint_document
from workflow_engine.bpmn.lint_schema import check_schema
from workflow_engine.bpmn.reading import read_document
from workflow_engine.bpmn.reading_nodes import FLOW_NODES, UNSUPPORTED_NODES
from workflow_engine.bpmn.xml import XmlRefusedError, is_bpmn, parse_xml


def read_model_here(
    xml: bytes,
    file_name: str = "model.bpmn",
    *,
    limits: IntakeLimits | None = None,
    known_processes: Collection[str] | None = None,
) -> IntakeResult:
    """Reads and checks one file in this process; never raises for what the file holds."""
    limits = limits or IntakeLimits()
    findings = Findings(file_name)
    try:
        parsed = parse_xml(xml, max_bytes=limits.max_bytes)
    except XmlRefusedError as exc:
        return IntakeResult(None, (replace(exc.problem, file=file_name),))
    document = Document(parsed, findings)
    check_schema(document)
    if parsed.rewritten_namespace is not None:
        findings.note("rewritten", document.root, "namespace of BPMN 2.0", before=parsed.rewritten_namespace)
    if not _small_enough(document, limits):
        return IntakeResult(None, findings.problems())
    model = read_document(document)
    lint_document(document, model, known_processes=known_processes)
    model = msgspec.structs.replace(model, notes=findings.notes)
    return IntakeResult(None if findings.has_errors else model, findings.problems(), findings.notes)


def _small_enough(document: Document, limits: IntakeLimits) -> bool:
    count = sum(1 for element in document.elements if is_bpmn(element, *FLOW_NODES, *UNSUPPORTED_NODES))
    if count <= limits.max_nodes:
        return True
    document.findings.error(
        "too_many_nodes", document.root,
        f"The model has {count:,} flow nodes; at most {limits.max_nodes:,} are accepted.",
        "Split it into processes that call each other.",
    )  # fmt: skip
    return False
