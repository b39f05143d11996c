"""What the clients know: every command sent, what was answered, and what was left without an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.models import JOINS, ONCE_PER_CASE


@dataclass(slots=True)
class Sent:
    """One command under its key, however often it was sent."""

    key: str
    name: str
    fields: dict[str, Any]
    actor: str | None = None
    sent: int = 0
    receipts: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    unclear: int = 0
    """How often the answer was "I do not know" (database gone, a crash inside)."""
    last: dict[str, Any] = field(default_factory=dict)
    """The latest answer."""

    @property
    def status(self) -> str:
        """``acknowledged``, ``refused``, or ``ambiguous`` as long as nobody knows."""
        if self.receipts:
            return "acknowledged"
        return "refused" if self.refusals else "ambiguous"

    def note(self, answer: Mapping[str, Any]) -> None:
        """Take in one answer."""
        self.last = dict(answer)
        if "value" in answer:
            self.receipts.append(answer["value"])
        elif answer["error"] in ("unavailable", "crash"):
            self.unclear += 1
        else:
            self.refusals.append(answer["error"])


class Ledger:
    """All commands of a test by key, in the order in which they were first sent."""

    def __init__(self, *, closed: bool = True) -> None:
        self._sent: dict[str, Sent] = {}
        self._closed = closed
        """Whether nobody else changes anything in this database."""

    def __iter__(self) -> Iterator[Sent]:
        return iter(self._sent.values())

    def __len__(self) -> int:
        return len(self._sent)

    def begin(self, key: str, name: str, fields: Mapping[str, Any], actor: str | None = None) -> Sent:
        """Note a command before it is sent."""
        sent = self._sent.setdefault(key, Sent(key, name, dict(fields), actor))
        sent.sent += 1
        return sent

    def count(self, status: str) -> int:
        """How many keys have this status."""
        return sum(sent.status == status for sent in self)

    def write(self, path: Path, *, settled: bool = False, final: bool = False) -> Path:
        """As JSON lines for the checker, after a line of rules.

        ``settled``: nothing waits to be delivered; ``final``: every command was answered in the end.
        """
        rules = {"closed": self._closed, "settled": settled, "final": final, "once": ONCE_PER_CASE, "joins": JOINS}
        with path.open("w", encoding="utf-8") as out:
            out.write(json.dumps(rules) + "\n")
            for sent in self:
                line = {
                    "key": sent.key, "name": sent.name, "fields": sent.fields, "status": sent.status,
                    "receipts": sent.receipts, "refusals": sent.refusals, "unclear": sent.unclear,
                }  # fmt: skip
                out.write(json.dumps(line) + "\n")
        return path
