"""The course of an emergency in words: what happened, the newest first, and what was reported upwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from web.i18n import current_language, marked, ngettext
from web.i18n import gettext as _
from web.presenters.names import in_language
from web.presenters.people import actor_name
from web.presenters.times import clock_time
from workflow_engine import EmergencyView, TimelineEntry

OUTCOMES = {
    "terminated": marked("danger lifted"), "downgraded_closed": marked("lowered and closed"),
    "false_alarm": marked("false alarm"), "handed_up": marked("handed to the superior"),
    "merged": marked("merged with another"),
}  # fmt: skip
HAPPENED = {
    "received": marked("Alert received"), "graded": marked("Graded: level %(what)s"),
    "level": marked("Level is now %(what)s"), "called": marked("Called: %(what)s"),
    "acknowledged": marked("Acknowledged: %(what)s"), "reported": marked("Done: %(what)s"),
    "updated": marked("The alert was updated"), "cancelled": marked("The alert was called off"),
    "sent": marked("Report no. %(what)s went up"), "arrived": marked("Report no. %(what)s has arrived"),
    "warning": marked("The public was warned: %(what)s"), "lifted": marked("The warning was lifted: %(what)s"),
    "hand_over": marked("Command handed over: %(what)s"),
    "concluded": marked("Response ended: %(what)s"),
}  # fmt: skip
WHY = {
    "activated": marked("activated"), "raised": marked("level raised"), "lowered": marked("level lowered"),
    "shift": marked("change of shift"), "handed_up": marked("handed to the superior"),
    "ended": marked("response ended"),
}  # fmt: skip
_GATHERED = ("called", "acknowledged", "reported")


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the course of events."""

    at: datetime
    kind: str
    words: str
    who: str | None


@dataclass(frozen=True, slots=True)
class ToldReport:
    """A report to the superior; ``late`` in seconds, ``way``: whether it went up and arrived."""

    at: datetime
    kind: str
    number: int | None
    late: float
    way: str


def outcome_words(outcome: str | None) -> str:
    """How it ended."""
    return _(OUTCOMES.get(outcome or "", outcome or ""))


def why_words(why: str) -> str:
    """Why command was handed over."""
    return _(WHY.get(why, why))


def told(entries: Iterable[TimelineEntry], names: Mapping[str, str]) -> Iterator[Told]:
    """The newest first; units that were called at the same moment stand in one line."""
    gathered: dict[tuple[datetime, str], list[str]] = {}
    for entry in entries:
        if entry.kind in _GATHERED:
            gathered.setdefault((entry.at, entry.kind), []).append(names.get(entry.words, entry.words))
    for entry in entries:
        if entry.kind in _GATHERED:
            units = gathered.pop((entry.at, entry.kind), None)
            if units is None:
                continue
            what = _list(units)
        else:
            what = _what(entry)
        words = what if entry.kind == "done" else _(HAPPENED[entry.kind], what=what)
        yield Told(entry.at, entry.kind, words, actor_name(entry.who) if entry.who else None)


def reports_told(view: EmergencyView) -> list[ToldReport]:
    """What went up, the newest last."""
    return sorted(_reports(view), key=lambda one: one.at)


def _reports(view: EmergencyView) -> Iterator[ToldReport]:
    """The numbered documents; of what a case says it reported, only what no document stands for."""
    for issued in view.issued:
        way = (
            _("received %(time)s", time=clock_time(issued.received_at)) if issued.received_at
            else _("went up %(time)s, not confirmed yet", time=clock_time(issued.sent_at)) if issued.sent_at
            else _("not sent yet")
        )  # fmt: skip
        yield ToldReport(issued.issued_at, issued.kind, issued.number, _late(issued.issued_at, issued.due_at), way)
    numbered = {issued.kind for issued in view.issued}
    for filed in view.reports.filed:
        if filed.kind not in numbered:
            yield ToldReport(filed.at, filed.kind, None, _late(filed.at, filed.due_at), "")


def _late(at: datetime, due_at: datetime | None) -> float:
    return 0.0 if due_at is None else max(0.0, (at - due_at).total_seconds())


def _what(entry: TimelineEntry) -> str:
    if entry.kind == "concluded":
        return outcome_words(entry.words)
    if entry.kind == "hand_over":
        return why_words(entry.words)
    return in_language(entry.words)


def _list(names: list[str]) -> str:
    shown = names[:4]
    more = len(names) - len(shown)
    listed = ("、" if current_language().key == "zh" else ", ").join(shown)
    return listed if not more else listed + " " + ngettext("and %(num)d more", "and %(num)d more", more)
