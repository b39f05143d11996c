"""Which verbs a model allows on a user task, as the extension property ``verbs``; and whom its two-person rules bar.

Without the property every verb of ``EVERYDAY`` is allowed; an empty one allows none. Who operates cases may use them
all, whatever the model says.
"""

from __future__ import annotations

from workflow_engine.bpmn.four_eyes import is_barred
from workflow_engine.bpmn.model import Node
from workflow_engine.bpmn.token import Token

VERBS = "verbs"
EVERYDAY = frozenset({"transfer", "delegate", "sign", "return", "take_back", "copy", "urge"})


def allowed_verbs(node: Node) -> frozenset[str]:
    """The verbs that the model allows at this node; words it does not know are left out."""
    given = [value for key, value in node.properties if key == VERBS]
    if not given:
        return EVERYDAY
    return EVERYDAY & frozenset(" ".join(given).replace(",", " ").split())


def may_complete(token: Token, person: str) -> bool:
    """Whether the model's two-person rules let this person complete the task at this token."""
    others = token.workflow.top_workflow.header.get("also", {})
    return not is_barred(token.task_spec.node, token.data, person, others)
