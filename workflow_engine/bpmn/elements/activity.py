"""Activities: what all tasks, sub-processes and call activities share: boundary events and variable mappings."""

from __future__ import annotations

from workflow_engine.bpmn.elements.boundary import close_boundaries, open_boundaries
from workflow_engine.bpmn.elements.element import Element
from workflow_engine.bpmn.evaluation import mapped
from workflow_engine.bpmn.token import Token


class Activity(Element):
    """Listens for its boundary events, maps variables in, works, maps variables out.

    ``internal_data``: ``begun`` once the boundary is open, ``outer`` the variables before the input mappings.
    """

    def execute(self, token: Token) -> bool | None:
        if "begun" not in token.internal_data:
            token.internal_data["begun"] = True
            if self.container is None:
                open_boundaries(token)
                if token.id not in token.workflow.tasks:
                    return None
        if (self.node.inputs or self.node.outputs) and "outer" not in token.internal_data:
            outer = token.data
            context = token.workflow.top_workflow.context
            token.set_variables({**outer, **mapped(self.node.inputs, outer, context)})
            token.internal_data["outer"] = outer
        return self.work(token)

    def work(self, token: Token) -> bool | None:
        """Do what this kind of activity does: True when done, None when something outside has to happen first."""
        return True

    def _on_complete(self, token: Token) -> None:
        if "outer" in token.internal_data:
            self._map_out(token)
        if self.container is None:
            close_boundaries(token)
        super()._on_complete(token)

    def _map_out(self, token: Token) -> None:
        outer = token.internal_data["outer"]
        if self.node.outputs:
            context = token.workflow.top_workflow.context
            token.set_variables({**outer, **mapped(self.node.outputs, token.data, context)})
        else:
            local = {mapping.target.partition(".")[0] for mapping in self.node.inputs}
            kept = {name: value for name, value in token.data.items() if name not in local}
            token.set_variables({**kept, **{name: outer[name] for name in local if name in outer}})
        del token.internal_data["outer"]
