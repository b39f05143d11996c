"""The check at upload: everything that is wrong, that would run differently from the standard, or that was not used.

Errors refuse the model, warnings inform. All rules always run, so that one upload shows all there is to mend.
"""

from __future__ import annotations

from collections.abc import Collection

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_assignment import check_assignment
from workflow_engine.bpmn.lint_ballots import check_ballots
from workflow_engine.bpmn.lint_calls import check_calls
from workflow_engine.bpmn.lint_constructs import check_constructs
from workflow_engine.bpmn.lint_events import check_events
from workflow_engine.bpmn.lint_flows import check_flows
from workflow_engine.bpmn.lint_gateways import check_gateways
from workflow_engine.bpmn.lint_graph import check_graph
from workflow_engine.bpmn.lint_pools import check_pools
from workflow_engine.bpmn.lint_references import check_references
from workflow_engine.bpmn.lint_scopes import ScopeView, view_scopes
from workflow_engine.bpmn.lint_scripts import check_scripts
from workflow_engine.bpmn.lint_unused import list_unused
from workflow_engine.bpmn.model import Model

_RULES = (check_constructs, check_flows, check_events, check_gateways, check_graph)


def lint_document(document: Document, model: Model, *, known_processes: Collection[str] | None = None) -> None:
    """Adds every problem and note to the document's findings.

    ``known_processes`` are the ids of processes that exist beside this file; None leaves calls to them unchecked.
    """
    scopes: list[ScopeView] = view_scopes(document)
    for scope in scopes:
        for rule in _RULES:
            rule(document, scope)
    check_pools(document)
    check_references(document)
    check_calls(document, model, known_processes)
    check_scripts(document, model)
    check_assignment(document, model)
    check_ballots(document, model)
    list_unused(document)
