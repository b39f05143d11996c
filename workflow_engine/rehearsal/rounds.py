"""How many seasons are played: a first round of everything, then more of what cannot be said well enough yet.

Whether to go on is decided between rounds, from all that was seen up to then, so that it is the same however many
processes share the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workflow_engine.rehearsal.confidence import Estimate, estimate, paired
from workflow_engine.rehearsal.measuring import Seen, measures, questions
from workflow_engine.rehearsal.plan import Plan

ROUND = 5
"""Seasons of a round; fewer give no range worth reading."""

Key = tuple[str | int, ...]
"""``("plan",)``, ``("against",)``, or ``("try", team, more)``."""


@dataclass(slots=True)
class Arm:
    """One thing that is played: a plan, or a plan with one team changed."""

    key: Key
    plan: Plan
    most: int
    """Seasons at most."""
    seen: list[Seen] = field(default_factory=list)
    figures: list[Mapping[str, float | None]] = field(default_factory=list)

    def add(self, seasons: Iterable[Seen]) -> None:
        """What was seen of further seasons, in their order."""
        for seen in seasons:
            self.seen.append(seen)
            self.figures.append(measures(self.plan, seen))


class Rounds:
    """What is to be played next; ``precision`` is half the width that a range of shares may have (0: play all)."""

    def __init__(self, arms: Sequence[Arm], precision: float) -> None:
        self.arms = {arm.key: arm for arm in arms}
        self._base = arms[0]
        self._precision = precision

    def next(self) -> list[tuple[Arm, range]]:
        """The seasons of the next round; empty: enough was played."""
        wanted = {key: self._goal(arm) for key, arm in self.arms.items()}
        others = [goal for key, goal in wanted.items() if key != self._base.key]
        if ("against",) in self.arms:  # The difference is what is asked for: the plan itself only keeps pace.
            wanted[self._base.key] = max(others)
        else:
            wanted[self._base.key] = max(wanted[self._base.key], *others, 0)
        ahead = ((arm, range(len(arm.seen), wanted[key])) for key, arm in self.arms.items())
        return [(arm, seasons) for arm, seasons in ahead if seasons]

    def ahead(self) -> int:
        """Seasons that may still have to be played."""
        return sum(arm.most - len(arm.seen) for arm in self.arms.values() if self._goal(arm) > len(arm.seen))

    def _goal(self, arm: Arm) -> int:
        """Up to which season it is played for its own sake."""
        played = len(arm.seen)
        if played and (played >= arm.most or self._is_narrow(arm)):
            return played
        return min(arm.most, played + ROUND) if self._precision else arm.most

    def _is_narrow(self, arm: Arm) -> bool:
        if not self._precision or len(arm.seen) < ROUND:
            return False
        return all(_half(one) <= self._precision for one in self._ranges(arm))

    def _ranges(self, arm: Arm) -> Iterator[Estimate | None]:
        """Of everything that is asked: of the plan its figures, of the others their differences from it."""
        for name in questions(arm.plan):
            ours = [one.get(name) for one in arm.figures]
            if arm is self._base:
                yield estimate([value for value in ours if value is not None])
            else:
                theirs = [one.get(name) for one in self._base.figures[: len(ours)]]
                found = paired(theirs, ours)
                yield None if found is None else found.estimate


def _half(found: Estimate | None) -> float:
    return 0.0 if found is None or found.low is None else found.mean - found.low
