"""Commands that wait to write at the same time share one transaction and so one flush to the disk (SQLite only).

Whoever comes first leads: it does its own command, then those of all who queued meanwhile, each in a savepoint of its
own, and commits for everybody. Each gets its own answer, after the common commit. A command alone costs what it cost.
Commands of emergencies lead next, and nobody else is taken along with them, so that their answer waits for no others.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast

from workflow_engine.domain.errors import EngineError, UnavailableError
from workflow_engine.domain.lanes import EMERGENCY, LANES, ORDINARY, present_lane
from workflow_engine.storage.unit_of_work import LostRaceError, UnitOfWork

T = TypeVar("T")
Act = Callable[[UnitOfWork], Any]
MOST_TOGETHER = 32
"""So that the first one's answer does not wait long for the others."""


class _Waiting:
    """One command in the line and what became of it."""

    __slots__ = ("act", "answer", "lane", "leads", "woken")

    def __init__(self, act: Act) -> None:
        self.act = act
        self.lane = present_lane()
        self.answer: Any = None
        """What its handler gave, a refusal, or LostRaceError: it is to be done by itself."""
        self.leads = False
        self.woken = threading.Event()


class CommonCommits:
    """The line of those who wait; ``transact`` runs an act in a transaction and commits it."""

    def __init__(self, transact: Callable[[Act], Any], wait_seconds: float) -> None:
        self._transact = transact
        self._wait_seconds = wait_seconds
        self._mutex = threading.Lock()
        self._lines: dict[int, deque[_Waiting]] = {lane: deque() for lane in LANES}
        self._is_led = False

    def run(self, act: Callable[[UnitOfWork], T]) -> T:
        """Do ``act``, alone or among others, and give its answer once that is durable; raises what it raises.

        Raises:
            UnavailableError: nobody took it along within the time to wait; nothing was changed.
        """
        mine = _Waiting(act)
        with self._mutex:
            mine.leads = not self._is_led
            self._is_led = True
            if not mine.leads:
                self._lines[mine.lane].append(mine)
        if not mine.leads:
            self._wait(mine)
        if mine.leads:
            return cast(T, self._lead(mine))
        if isinstance(mine.answer, LostRaceError):
            return cast(T, self._transact(act))
        if isinstance(mine.answer, EngineError):
            raise mine.answer
        return cast(T, mine.answer)

    def _wait(self, mine: _Waiting) -> None:
        if mine.woken.wait(self._wait_seconds):
            return
        with self._mutex:
            if mine in (line := self._lines[mine.lane]):
                line.remove(mine)
                raise UnavailableError("Expected a turn to write, but too many others are waiting; try again.")
        mine.woken.wait()

    def _lead(self, mine: _Waiting) -> Any:
        others: list[_Waiting] = []
        try:
            return self._transact(lambda unit: self._perform(unit, mine, others))[0]
        except BaseException as error:
            for one in others:
                one.answer = LostRaceError("the common transaction failed")
            if not others or not isinstance(error, Exception):
                raise
        finally:
            self._hand_over()
            for one in others:
                one.woken.set()
        # Somebody's fault undid the work of all: each tries again, and meets only what is its own.
        return self._transact(mine.act)

    def _perform(self, unit: UnitOfWork, mine: _Waiting, others: list[_Waiting]) -> list[Any]:
        with self._mutex:  # Tried again from the start: those taken along wait again, in their order.
            for again in reversed(others):
                self._lines[again.lane].appendleft(again)
            others.clear()
        answers = [mine.act(unit)]
        while len(others) < MOST_TOGETHER and (one := self._next(mine, others)) is not None:
            one.answer = _apart(unit, one.act)
            answers.append(one.answer)
        return answers

    def _next(self, mine: _Waiting, others: list[_Waiting]) -> _Waiting | None:
        """Emergencies first; once one of them is among us, nobody else: it waits for the commit."""
        with self._mutex:
            is_hurried = any(one.lane == EMERGENCY for one in (mine, *others))
            line = self._lines[EMERGENCY] or (None if is_hurried else self._lines[ORDINARY])
            if not line:
                return None
            others.append(line.popleft())
            return others[-1]

    def _hand_over(self) -> None:
        with self._mutex:
            line = next((self._lines[lane] for lane in LANES if self._lines[lane]), None)
            if line is None:
                self._is_led = False
                return
            following = line.popleft()
        following.leads = True
        following.woken.set()


def _apart(unit: UnitOfWork, act: Act) -> Any:
    """The answer of one among others; a refusal is one too, and LostRaceError says that it is to be tried by itself."""
    unit.savepoint()
    try:
        answer = act(unit)
    except LostRaceError:
        raise
    except EngineError as refused:
        unit.undo()
        return refused
    except Exception as error:  # noqa: BLE001 - a fault of one is no fault of the others; by itself it raises again
        unit.undo()
        return LostRaceError(f"it failed among others ({error})")
    unit.keep()
    return answer
