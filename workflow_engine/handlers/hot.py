"""Cases kept in memory between commands. A copy counts only if it is of the row's version, so it may always be lost."""

from __future__ import annotations

import threading
from collections import OrderedDict

from workflow_engine.bpmn.runtime import Instance


class HotCopies:
    """The least recently used leave; whoever takes a copy owns it until it is put back after the commit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._copies: OrderedDict[str, Instance] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, case_id: str, version: int) -> Instance | None:
        """The copy of this version, out of the store; None when there is none, or only one of another version."""
        with self._lock:
            found = self._copies.pop(case_id, None)
        return found if found is not None and found.version == version else None

    def put(self, instance: Instance) -> None:
        """Keep a copy whose last change is committed."""
        if self._most <= 0:
            return
        with self._lock:
            kept = self._copies.get(instance.case_id)
            if kept is not None and kept.version > instance.version:
                return
            self._copies[instance.case_id] = instance
            self._copies.move_to_end(instance.case_id)
            while len(self._copies) > self._most:
                self._copies.popitem(last=False)

    def clear(self) -> None:
        """Forget all: the next command of each case loads it cold."""
        with self._lock:
            self._copies.clear()
