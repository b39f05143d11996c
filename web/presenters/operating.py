"""Words and figures for those who operate cases: what a batch does, what a plan changes, what a migration meets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.case_lines import CaseLine, case_line
from web.presenters.names import Names, names_of
from web.presenters.sentences import HAPPENED
from web.presenters.telling import Teller
from workflow_engine import BatchRow, CauseRow, DryRun, MigrationRehearsal, TokenPlace

OPERATIONS = {
    "retry": marked("Try again"),
    "cancel": marked("Cancel cases"),
    "suspend": marked("Suspend cases"),
    "resume": marked("Let cases go on"),
    "migrate": marked("Migrate cases"),
    "assign": marked("Assign tasks"),
}
BATCH_STATES = {
    "running": marked("under way"),
    "paused": marked("paused"),
    "finished": marked("done"),
    "stopped": marked("stopped"),
}
ITEM_STATES = {
    "pending": marked("waits"),
    "done": marked("done"),
    "failed": marked("refused"),
    "skipped": marked("left out"),
}
BLOCKERS = {
    "missing": (
        marked("The new version has no such element"),
        marked("Choose an element for it in the table, or move the token first."),
    ),
    "nested": (
        marked("In the new version it lies in another sub-process"),
        marked("Move the token to a place that both versions have, then migrate."),
    ),
    "kind": (
        marked("In the new version it is something else"),
        marked("Move the token to a place that both versions have, then migrate."),
    ),
    "loop": (
        marked("Its instances have begun, and the new version counts others"),
        marked("Wait until they are done, or move the whole activity."),
    ),
    "job": (
        marked("Its work has been handed out under another topic"),
        marked("Wait until the service answers, or move the token."),
    ),
    "events": (
        marked("It waits for something that the new version does not wait for"),
        marked("Move the token to a place that both versions have, then migrate."),
    ),
    "join": (
        marked("It came by a flow that the new version does not have"),
        marked("Move the token to behind the join, then migrate."),
    ),
    "two_persons": (
        marked("A second person is to check a first one whom nobody knows"),
        marked("Move the token to before the first person's task."),
    ),
    "suspended": (marked("The case is suspended"), marked("Let it go on first, then migrate.")),
    "": (marked("The case refuses as a whole"), marked("Look at the case.")),
}
"""What keeps a case from migrating, and what helps, by the problem's code."""


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One cause in the list."""

    row: CauseRow
    place: str
    process: str


def cause_line(row: CauseRow) -> CauseLine:
    """With names in the visitor's language."""
    names = names_of(row.definition_id)
    place = names.element(row.element_id) if row.element_id else _("the case as a whole")
    return CauseLine(row, place, names.process(row.process_name))


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch in the list and at the head of its page."""

    row: BatchRow
    title: str
    state: str
    settled: int


def batch_line(row: BatchRow) -> BatchLine:
    """With words for its operation and state."""
    return BatchLine(row, _(OPERATIONS[row.operation]), _(BATCH_STATES[row.state]), row.done + row.failed)


def item_state(state: str) -> str:
    """The word for what became of one item."""
    return _(ITEM_STATES[state])


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A token in the plan: its number and where it is."""

    token_id: int
    name: str
    place: TokenPlace
    why_bound: str


def place_lines(places: Iterable[TokenPlace], names: Names) -> list[PlaceLine]:
    """Tokens with the names of their elements."""
    lines = []
    for place in places:
        name = names.element(place.element_id)
        if place.inside_of:
            name = _("%(name)s, in %(outer)s", name=name, outer=names.element(place.inside_of))
        bound = _("goes with another token") if place.bound else ""
        lines.append(PlaceLine(place.token_id, name, place, bound))
    return lines


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a dry run found: what goes, what comes, which values change, what is told in the record."""

    run: DryRun
    withdrawn: list[PlaceLine]
    placed: list[PlaceLine]
    staying: list[PlaceLine]
    changes: list[Change]
    sentences: list[Markup]
    kinds: list[str]
    """The exact events, by their tags and elements, in their order."""
    ends: bool
    incidents: int


def difference_of(run: DryRun, names: Names) -> Difference:
    """The dry run, put into words."""
    before = {place.token_id: place for place in run.places_before}
    after = {place.token_id: place for place in run.places_after}
    teller = Teller(names)
    told = [HAPPENED[str(event["event"])](event, teller) for event in run.events if event["event"] in HAPPENED]
    return Difference(
        run=run,
        withdrawn=place_lines((place for key, place in before.items() if key not in after), names),
        placed=place_lines((place for key, place in after.items() if key not in before), names),
        staying=place_lines((place for key, place in after.items() if key in before), names),
        changes=changes_of(run.variables_before, run.variables_after, names),
        sentences=[sentence for sentence in told if sentence is not None],
        kinds=[" ".join(filter(None, (str(e["event"]), str(e.get("element_id") or "")))) for e in run.events],
        ends=run.state != "active",
        incidents=sum(event["event"] == "incident.opened" for event in run.events),
    )


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> list[Change]:
    """Every value that is not the same, as JSON."""
    return [
        Change(names.variable(name), _json(before, name), _json(after, name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name) or (name in before) != (name in after)
    ]


def _json(values: Mapping[str, Any], name: str) -> str:
    return json.dumps(values[name], ensure_ascii=False, indent=1) if name in values else "–"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason against migrating, and the cases it concerns."""

    title: str
    mend: str
    place: str
    element_id: str | None
    detail: str
    cases: list[CaseLine]


@dataclass(frozen=True, slots=True)
class RehearsalPage:
    """A migration that was tried on copies."""

    count: int
    tried: int
    able: list[tuple[CaseLine, Difference]]
    blockers: list[Blocker]


def rehearsal_page(rehearsal: MigrationRehearsal, old: Names, new: Names) -> RehearsalPage:
    """Which cases can, and every reason against the others, each once."""
    able = [(case_line(one.case), difference_of(one.done, new)) for one in rehearsal.tries if one.done is not None]
    found: dict[tuple[str, str | None, str], list[CaseLine]] = {}
    for one in rehearsal.tries:
        reasons: Sequence[tuple[str, str | None, str]] = [
            (problem.code, problem.element_id, problem.message.partition(": ")[2]) for problem in one.problems
        ]
        if one.refusal is not None:
            suspended = one.case.state == "suspended"
            reasons = [("suspended", None, "") if suspended else ("", None, one.refusal)]
        for reason in dict.fromkeys(reasons):
            found.setdefault(reason, []).append(case_line(one.case))
    blockers = [
        Blocker(
            _(BLOCKERS[code][0]), _(BLOCKERS[code][1]), old.element(element_id) if element_id else "", element_id,
            detail, cases,
        )
        for (code, element_id, detail), cases in found.items()
    ]  # fmt: skip
    return RehearsalPage(rehearsal.count, len(rehearsal.tries), able, blockers)
