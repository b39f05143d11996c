"""What one command did to a case: the events, the tokens whose rows changed, the rows that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow_engine.domain.events import Event, MergeConflict
from workflow_engine.domain.variables import Conflict

if TYPE_CHECKING:
    from workflow_engine.bpmn.token import Token


class Recorder:
    """Collects while the engine runs; ``clear`` begins the next command."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.changed: dict[int, Token] = {}
        self.removed_slots: set[int] = set()
        self._unstored: set[int] = set()
        """Slots that were taken by this command and have no row yet."""

    def add(self, event: Event) -> None:
        self.events.append(event)

    def add_conflicts(self, token: Token, conflicts: list[Conflict]) -> None:
        """Keep both values of every variable that parallel branches wrote differently, by name."""
        if conflicts:
            found = sorted(conflicts, key=lambda conflict: str(conflict["path"]))
            paths = [str(conflict["path"]) for conflict in found]
            self.add(MergeConflict(token_id=token.id, element_id=token.element_id, paths=paths, conflicts=found))

    def touch(self, token: Token) -> None:
        """The token's row has to be written."""
        self.changed[token.id] = token

    def removed(self, token: Token) -> None:
        """The token left the tree; its slot is free for the next one."""
        self.changed.pop(token.id, None)
        if token.slot not in self._unstored:
            self.removed_slots.add(token.slot)

    def taken(self, slot: int) -> None:
        """A new token uses the slot; a row that lies there from before the command is overwritten."""
        if slot in self.removed_slots:
            self.removed_slots.discard(slot)
        else:
            self._unstored.add(slot)

    def clear(self) -> None:
        self.events = []
        self.changed = {}
        self.removed_slots = set()
        self._unstored = set()
