"""One person who sends commands one by one, and races between workers over the same thing."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.ledger import Ledger
from tests.faults.load import new_key
from tests.faults.processes import Answer, Worker

_START_GUN_SECONDS = 0.02


@dataclass(frozen=True)
class Call:
    """One command of a race."""

    worker: Worker
    name: str
    fields: dict[str, Any]
    key: str
    actor: str | None = None


@dataclass
class Person:
    """Sends commands and keeps the ledger."""

    seed: int
    ledger: Ledger = field(default_factory=Ledger)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def key(self) -> str:
        """A new command id, case id or message id."""
        return new_key(self.chance)

    def send(self, worker: Worker, name: str, key: str, /, actor: str | None = None, **fields: Any) -> Answer:
        """Send a command under this key; the answer. Raises WorkerDiedError."""
        sent = self.ledger.begin(key, name, fields, actor)
        answer = worker.ask("command", name=name, fields={"command_id": key, **fields}, actor=actor)
        sent.note(answer)
        return answer

    def do(self, worker: Worker, name: str, /, key: str = "", actor: str | None = None, **fields: Any) -> Answer:
        """The receipt of a command that is to succeed."""
        answer = self.send(worker, name, key or self.key(), actor=actor, **fields)
        assert "error" not in answer, answer
        receipt: Answer = answer["value"]
        return receipt

    def start(self, worker: Worker, process_id: str, **variables: Any) -> str:
        """A new case; its id."""
        case_id = self.key()
        self.do(worker, "case.start", case_id=case_id, process_id=process_id, variables=variables)
        return case_id

    def call(
        self, worker: Worker, name: str, /, key: str = "", actor: str | None = None, **fields: Any
    ) -> Call:
        """A command for ``race``."""
        return Call(worker, name, fields, key or self.key(), actor)

    def race(self, *calls: Call, ticking: Sequence[Worker] = ()) -> list[Answer]:
        """Send all at the same instant and wait for all; the answers to the commands, then to the ticks."""
        at = time.monotonic() + _START_GUN_SECONDS
        sent = [self.ledger.begin(call.key, call.name, call.fields, call.actor) for call in calls]
        numbers = [
            call.worker.send(
                "command", name=call.name, fields={"command_id": call.key, **call.fields}, actor=call.actor, at=at
            )
            for call in calls
        ]
        ticks = [worker.send("tick", at=at) for worker in ticking]
        answers = [call.worker.answer_to(number) for call, number in zip(calls, numbers, strict=True)]
        for line, answer in zip(sent, answers, strict=True):
            line.note(answer)
        return answers + [worker.answer_to(number) for worker, number in zip(ticking, ticks, strict=True)]


def task_of(worker: Worker, case_id: str, element_id: str) -> str:
    """The id of the one open task at this element."""
    (found,) = [task for task, element, _ in worker.do("tasks", case_id=case_id) if element == element_id]
    assert isinstance(found, str)
    return found


def elements_of(worker: Worker, case_id: str) -> list[str]:
    """Where a case has open tasks."""
    return sorted(element for _, element, _ in worker.do("tasks", case_id=case_id))


def done(answers: Sequence[Answer]) -> list[Answer]:
    """The receipts among the answers."""
    return [answer["value"] for answer in answers if "value" in answer]


def refusals(answers: Sequence[Answer]) -> list[str]:
    """The codes of the refusals among the answers."""
    return [answer["error"] for answer in answers if "error" in answer]
