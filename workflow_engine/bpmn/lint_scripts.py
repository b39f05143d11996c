"""Scripts: refused at upload when the sandbox could not run them."""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_calls import walk
from workflow_engine.bpmn.model import Model


def check_scripts(document: Document, model: Model) -> None:
    """Adds everything that speaks against a script, with the line inside the script."""
    scripts = [
        (node.id, node.script.source)
        for process in model.processes
        for node in walk(process.scope)
        if node.script is not None and not node.script.is_expression
    ]
    if not scripts:
        return
    from workflow_engine.bpmn.scripts import check_script  # the sandbox is slow to load; most models have no scripts

    for node_id, source in scripts:
        for problem in check_script(source):
            place = f"Line {problem.line} of the script: " if problem.line else "The script: "
            add = document.findings.error if problem.severity == "error" else document.findings.warning
            add(problem.code, document.find(node_id), place + problem.message, problem.mend)
