"""Activities: what all tasks, sub-processes and call activities share: boundary events and variable mappings."""

from __future__ import annotations

from workflow_engine.bpmn.elements.boundary import close_boundaries, open_boundaries
from workflow_engine.bpmn.elements.element import Element
from workflow_engine.bpmn.elements.mapping import map_in, map_out
from workflow_engine.bpmn.token import Token


class Activity(Element):
    """Listens for its boundary events, maps variables in, works, maps variables out.

    ``internal_data``: ``begun`` once the boundary is open; see ``mapping`` as well.
    """

    def execute(self, token: Token) -> bool | None:
        if "begun" not in token.internal_data:
            if self.container is None:
                open_boundaries(token)
                if token.id not in token.workflow.tasks:
                    return None
            token.internal_data["begun"] = True
        map_in(token)
        return self.work(token)

    def work(self, token: Token) -> bool | None:
        """Do what this kind of activity does: True when done, None when something outside has to happen first."""
        return True

    def _on_complete(self, token: Token) -> None:
        map_out(token)
        if self.container is None:
            close_boundaries(token)
        super()._on_complete(token)
