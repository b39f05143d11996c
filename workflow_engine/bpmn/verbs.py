"""Which verbs a model allows on a user task, as the extension property ``verbs``.

Without the property every verb of ``EVERYDAY`` is allowed; an empty one allows none. Who operates cases may use them
all, whatever the model says.
"""

from __future__ import annotations

from workflow_engine.bpmn.model import Node

VERBS = "verbs"
EVERYDAY = frozenset({"transfer", "delegate", "sign", "return", "take_back", "copy", "urge", "stop_clock"})


def allowed_verbs(node: Node) -> frozenset[str]:
    """The verbs that the model allows at this node; words it does not know are left out."""
    given = [value for key, value in node.properties if key == VERBS]
    if not given:
        return EVERYDAY
    return EVERYDAY & frozenset(" ".join(given).replace(",", " ").split())
