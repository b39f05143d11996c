"""Virtual time over the real engine: what lies ahead in one queue, and commands with everything that follows."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import VirtualClock
from workflow_engine.domain.commands import Command
from workflow_engine.domain.errors import NotPermittedError, RejectedError
from workflow_engine.engine import Committed, Engine
from workflow_engine.rehearsal.chances import Luck
from workflow_engine.rehearsal.following import Played

MOST_COMMANDS = 2_000
"""In one case; one that needs more goes round in circles and is left."""

Act = Callable[[], None]


class Stage:
    """The clock, what lies ahead of it, and the way to the engine."""

    def __init__(self, engine: Engine, clock: VirtualClock, luck: Luck, absorb: Callable[[list[Committed]], None]):
        self._engine = engine
        self._clock = clock
        self._luck = luck
        self._absorb = absorb
        self._ahead: list[tuple[datetime, int, Act]] = []
        self._order = 0
        self._commands = 0
        self._committed: list[Committed] = []
        self.remarks: Counter[str] = Counter()
        engine.listen(self._committed.append)

    @property
    def now(self) -> datetime:
        """The instant at which the clock stands."""
        return self._clock.now()

    def at(self, instant: datetime, act: Act) -> None:
        """Let something happen then; what was planned first for an instant happens first."""
        self._order += 1
        heapq.heappush(self._ahead, (instant, self._order, act))

    def after(self, seconds: float, act: Act) -> None:
        """Let something happen so much later."""
        self.at(self.now + timedelta(seconds=seconds), act)

    def run(self, until: datetime) -> None:
        """Let time pass until nothing more lies ahead, or until then."""
        while self._ahead and self._ahead[0][0] <= until:
            instant, _order, act = heapq.heappop(self._ahead)
            if instant > self._clock.now():
                self._clock.set(instant)
            act()

    def next_id(self, what: str) -> str:
        """For the next command; the same each time the season is played."""
        self._commands += 1
        return self._luck.identifier(what, self._commands)

    def try_to(self, case: Played, command: Command, actor: Actor) -> bool:
        """Handle one command and everything that follows from it; False: it was refused, which is remarked on."""
        try:
            return self.do(case, command, actor)
        except NotPermittedError as refused:
            self.remark(f"{command.NAME} was refused: {refused.message[:200]}")
            return False

    def do(self, case: Played, command: Command, actor: Actor) -> bool:
        """As ``try_to``, but raises NotPermittedError: somebody else may be asked."""
        if case.state != "active":
            return False
        case.commands += 1
        if case.commands > MOST_COMMANDS:
            case.state = "circling"
            self.remark(f"left after {MOST_COMMANDS} commands: the case goes round in circles")
            return False
        try:
            self._engine.handle(command, actor)
        except NotPermittedError:
            raise
        except RejectedError as refused:
            self.remark(f"{command.NAME} was refused: {refused.message[:200]}")
            return False
        finally:
            batch, self._committed[:] = list(self._committed), []
            self._absorb(batch)
        return True

    def remark(self, text: str) -> None:
        """Note something that whoever reads the results should know; how often is counted."""
        self.remarks[text] += 1
