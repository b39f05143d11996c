"""Who will get the next task, in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.i18n import gettext as _
from web.presenters.names import names_of
from web.presenters.people import actor_name
from web.presenters.sentences_assignment import subject_words
from web.presenters.strategies import strategy_words
from web.presenters.times import Due, due_of
from workflow_engine import Foresight, NextTask


@dataclass(frozen=True, slots=True)
class ForeseenTask:
    """A task to come: what, whose, until when; several alike count as one line."""

    name: str
    whom: str
    due: Due | None
    count: int = 1
    how: str = ""
    """How the model chose them, in words."""
    instead: str = ""
    """That it fell to them, and from whom, in words."""


@dataclass(frozen=True, slots=True)
class ForesightLines:
    """What comes next."""

    tasks: list[ForeseenTask]
    waits_for: list[str]
    ends: bool
    stops_at: str | None
    refused: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing in particular comes next."""
        return not (self.tasks or self.waits_for or self.ends or self.stops_at is not None or self.refused)


def foresight_lines(foresight: Foresight) -> ForesightLines:
    """The same in the visitor's language."""
    names = names_of(foresight.definition_id)
    counted: dict[tuple[str, str], ForeseenTask] = {}
    for task in foresight.tasks:
        if task.assignee:
            whom = actor_name(task.assignee)
        else:
            people = [actor_name(person) for person in task.candidate_users]
            whom = ", ".join([*people, *map(subject_words, task.candidate_groups)]) or _("everybody")
        name = names.element(task.element_id, task.name)
        known = counted.get((name, whom))
        counted[name, whom] = ForeseenTask(
            name, whom, due_of(task.due_at), known.count + 1 if known else 1, strategy_words(task.strategy),
            _instead(task),
        )  # fmt: skip
    return ForesightLines(
        tasks=list(counted.values()),
        waits_for=[names.element(element_id) for element_id in foresight.waits_for],
        ends=foresight.ends,
        stops_at=None if foresight.stops_at is None else names.element(foresight.stops_at, _("the case")),
        refused=foresight.refused is not None,
    )


def _instead(task: NextTask) -> str:
    if task.because is None:
        return ""
    named = ", ".join(map(subject_words, task.fell_from))
    if not named:
        return _("The model names nobody, so it falls to them.")
    if task.because == "barred":
        return _("It falls to them, because %(named)s may not do it.", named=named)
    return _("It falls to them, because there is nobody in %(named)s.", named=named)
