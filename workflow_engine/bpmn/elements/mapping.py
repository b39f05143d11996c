"""Input and output mappings: the variables an element has for itself while it works.

``internal_data``: ``outer``, the variables before the input mappings, until the output mappings are made.
"""

from __future__ import annotations

from workflow_engine.bpmn.evaluation import mapped
from workflow_engine.bpmn.four_eyes import signed_by
from workflow_engine.bpmn.token import Token
from workflow_engine.bpmn.views import without_own


def map_in(token: Token) -> None:
    """Give the token its own variables, once; does nothing where the model maps nothing."""
    node, outer = token.task_spec.node, token.data
    if (node.inputs or node.outputs) and "outer" not in token.internal_data:
        token.set_variables({**outer, **mapped(node.inputs, outer, token.workflow.top_workflow.context)})
        token.internal_data["outer"] = outer


def map_out(token: Token) -> None:
    """What leaves: the outputs that are declared, else everything but the token's own variables.

    Who completed a task leaves it whatever is declared: a two-person rule must not be lost to a mapping.
    """
    node, outer = token.task_spec.node, token.internal_data.get("outer")
    if outer is None:
        return
    if node.outputs:
        variables = {**outer, **mapped(node.outputs, token.data, token.workflow.top_workflow.context)}
        variables |= signed_by(node, token.data)
    else:
        variables = without_own(token, token.data)
    del token.internal_data["outer"]
    token.set_variables(variables)
