"""Clients that do what people do: start cases, take and complete tasks, bring messages, and ask again when in doubt."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Any

from tests.faults.ledger import Ledger, Sent
from tests.faults.processes import Answer, Worker

_LIMIT = 3
_CASES = 3
MOST_DOUBTS = 2000
"""A command refused this often will not be done any more, and waiting for it would have no end."""


def new_key(chance: random.Random) -> str:
    """A fresh command id or case id."""
    return f"{chance.getrandbits(96):024x}"


@dataclass
class Client:
    """One person at work on a few cases; has one request under way at a time."""

    number: int
    chance: random.Random
    ledger: Ledger
    cases: list[str] = field(default_factory=list)
    case_id: str = ""
    tasks: list[list[Any]] = field(default_factory=list)
    open: Sent | None = None
    """The command without an answer; sent again before anything else is done."""
    waiting_for: str = ""
    tries: int = 0
    most_tries: int = 4
    acknowledged: list[Sent] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    _asked_at: float = 0.0
    _under_way: Sent | None = None

    def send_next(self, worker: Worker) -> int:
        """Send the next request; returns its number."""
        self._asked_at = time.monotonic()
        sent = self.open or self._next_command()
        self._under_way = sent
        if sent is None:
            self.waiting_for = "tasks"
            return worker.send("tasks", case_id=self.case_id)
        self.waiting_for = "command"
        self.ledger.begin(sent.key, sent.name, sent.fields, sent.actor)
        return worker.send("command", name=sent.name, fields={"command_id": sent.key, **sent.fields}, actor=sent.actor)

    def take(self, answer: Answer) -> None:
        """Take in the answer to what was sent last."""
        if self.waiting_for == "tasks":
            self.waiting_for = ""
            if "value" in answer:
                self.tasks = answer["value"]
            if "value" in answer and not self.tasks:
                self.cases.remove(self.case_id)
            return
        self.waiting_for = ""
        sent = self._under_way
        assert sent is not None
        self.latencies.append(time.monotonic() - self._asked_at)
        sent.note(answer)
        if sent.status == "ambiguous" and self.tries < self.most_tries:
            self.tries += 1
            self.open = sent
            return
        self.open, self.tries, self.tasks = None, 0, []
        if sent.status == "acknowledged" and (not self.acknowledged or sent is not self.acknowledged[-1]):
            self.acknowledged.append(sent)

    def lose(self) -> bool:
        """The worker has died; True when a command is left without an answer."""
        was_command = self.waiting_for == "command"
        if was_command:
            self.open, self.tries = self._under_way, 0
        self.waiting_for, self.tasks = "", []
        return was_command

    # ---- inside
    def _next_command(self) -> Sent | None:
        """None: look first what is to be done."""
        if len(self.cases) < _CASES:
            self.case_id = new_key(self.chance)
            self.cases.append(self.case_id)
            variables = {"rounds": 0, "limit": _LIMIT, "client": self.number}
            fields = {"case_id": self.case_id, "process_id": "work", "variables": variables}
            return self._new("case.start", fields)
        if not self.tasks:
            self.case_id = self.chance.choice(self.cases)
            return None
        if self.acknowledged and self.chance.random() < 0.1:  # Ask again for something done long ago.
            return self.chance.choice(self.acknowledged)
        if self.chance.random() < 0.1:
            return self._aside()
        return self._with_task()

    def _aside(self) -> Sent:
        what = self.chance.choice(("variables", "message"))
        if what == "variables":
            fields: dict[str, Any] = {"case_id": self.case_id, "variables": {"note": self.chance.random() * 10**6}}
            return self._new("case.change_variables", fields)
        fields = {
            "name": "faults.report", "message_id": new_key(self.chance), "payload": {"from": self.number},
            "new_case_id": new_key(self.chance),
        }  # fmt: skip
        return self._new("message.publish", fields)

    def _with_task(self) -> Sent:
        task_id, element, assignee = self.chance.choice(self.tasks)
        fields = {"user_task_id": task_id}
        if element == "B" and assignee is None and self.chance.random() < 0.3:
            return self._new("user_task.claim", fields, "user:b")
        if element == "B" and assignee is not None and self.chance.random() < 0.3:
            return self._new("user_task.release", {**fields, "reason": "not mine"}, assignee)
        values = {element: new_key(self.chance), "amount": self.chance.randrange(10**6), "rate": self.chance.random()}
        return self._new("user_task.complete", {**fields, "variables": values}, assignee)

    def _new(self, name: str, fields: dict[str, Any], actor: str | None = None) -> Sent:
        sent = self.ledger.begin(new_key(self.chance), name, fields, actor)
        sent.sent = 0
        return sent


class Load:
    """Several clients against one worker after the other."""

    def __init__(self, seed: int, clients: int = 1) -> None:
        self.ledger = Ledger()
        self.chance = random.Random(seed)
        self.clients = [
            Client(number, random.Random(self.chance.random()), self.ledger) for number in range(clients)
        ]
        self.left_open = 0
        """Commands that were without an answer when their worker died."""

    def work(self, worker: Worker, *, most: int, kill_after_seconds: float | None = None) -> bool:
        """Send up to ``most`` requests, one per client at a time; True when the worker died, or was killed, first.

        With ``kill_after_seconds`` the worker is killed then, wherever it is; what it had answered still counts.
        """
        deadline = None if kill_after_seconds is None else time.monotonic() + kill_after_seconds
        under_way: dict[int, Client] = {}
        idle = list(self.clients)
        sent = 0
        while idle or under_way:
            while idle and sent < most:
                client = idle.pop()
                under_way[client.send_next(worker)] = client
                sent += 1
            if not under_way:
                return False
            try:
                left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
                answer = worker.receive() if left is None else worker.receive(left)
            except TimeoutError:
                if deadline is None:
                    raise
                worker.kill()
                deadline = None
                continue
            if answer is None:
                self.left_open += sum(client.lose() for client in under_way.values())
                return True
            client = under_way.pop(answer["number"])
            client.take(answer)
            idle.append(client)
        return False

    def settle_doubts(self, worker: Worker) -> bool:
        """Send again what has no answer yet; True when the worker died over it."""
        for _ in range(MOST_DOUBTS):
            doubtful = [client for client in self.clients if client.open is not None]
            if not doubtful:
                return False
            for client in doubtful:
                number = client.send_next(worker)
                answer = worker.receive()
                if answer is None:
                    self.left_open += client.lose()
                    return True
                assert answer["number"] == number, answer
                client.take(answer)
        raise AssertionError(f"no clear answer after {MOST_DOUBTS} tries: {doubtful}")
