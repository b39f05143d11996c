"""Scripts: refused at upload when the sandbox could not run them."""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_calls import walk
from workflow_engine.bpmn.model import Model


def check_scripts(document: Document, model: Model) -> None:
    """Adds a problem for each thing in a script that is not in the sandbox's Python."""
    try:
        from workflow_engine.bpmn.scripts import check_script
    except ImportError:
        return
    for process in model.processes:
        for node in walk(process.scope):
            if node.script is None or node.script.is_expression:
                continue
            for text in check_script(node.script.source):
                document.findings.error(
                    "script", document.find(node.id), f"The script cannot run: {text}", "Correct the script."
                )
