"""An exercise: a script of what comes from outside, its own clock, what is expected by when, who is only simulated.

The clock counts seconds of the script while the exercise runs; at a pace of 10 it counts ten of them in a second. The
script, as plain data: ``{"injects": [{"number", "at", "kind", "told", "content"}], "answers": {element: [{"after",
"form", "as"}]}, "expected": [{"done", "by", "told"}]}``, with ``at``, ``after`` and ``by`` in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Json = Mapping[str, Any]

EXERCISE = {
    "planned": frozenset({"running", "ended"}),
    "running": frozenset({"paused", "ended"}),
    "paused": frozenset({"running", "ended"}),
    "ended": frozenset(),
}
"""States of an exercise and the only moves between them."""
INJECT = {
    "waiting": frozenset({"given", "skipped", "failed"}),
    "given": frozenset(), "skipped": frozenset(), "failed": frozenset({"given", "skipped"}),
}  # fmt: skip
"""States of an inject; one that failed may be given again."""
INJECT_KINDS = ("start", "alert", "message", "signal", "service_request")
EVERYBODY = "*"
"""Among the simulated groups: every participant."""
SLOWEST, FASTEST = 1, 60
LONGEST_TITLE, LONGEST_TEXT, LONGEST_TOLD = 120, 4_000, 500
MOST_INJECTS, MOST_ANSWERS, MOST_EXPECTED = 200, 200, 100
LONGEST_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Answer:
    """How a simulated participant completes a task: after this time, with this form, by somebody or this one."""

    after: int
    form: Json
    who: str | None


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody should have completed a task of this element by then."""

    element_id: str
    by: int
    told: str


@dataclass(frozen=True, slots=True)
class Running:
    """When an exercise ran: spans of the city's time, the last one open while it runs."""

    pace: int
    spans: tuple[tuple[datetime, datetime | None], ...]

    @classmethod
    def read(cls, pace: int, spans: Iterable[Sequence[str | None]]) -> Running:
        """From its stored form."""
        return cls(
            pace,
            tuple(
                (datetime.fromisoformat(str(start)), None if end is None else datetime.fromisoformat(end))
                for start, end in spans
            ),
        )

    def store(self) -> list[list[str | None]]:
        """The stored form."""
        return [[start.isoformat(), None if end is None else end.isoformat()] for start, end in self.spans]

    def begun(self, now: datetime) -> Running:
        """Going on from now."""
        return Running(self.pace, (*self.spans, (now, None)))

    def stopped(self, now: datetime) -> Running:
        """Standing still from now on."""
        if not self.spans or self.spans[-1][1] is not None:
            return self
        return Running(self.pace, (*self.spans[:-1], (self.spans[-1][0], max(now, self.spans[-1][0]))))

    def seconds(self, now: datetime) -> float:
        """Of the script, at this instant."""
        passed = timedelta()
        for start, end in self.spans:
            until = now if end is None else min(end, now)
            passed += max(until - start, timedelta())
        return passed.total_seconds() * self.pace


def answers_of(script: Json) -> dict[str, list[Answer]]:
    """How simulated participants answer, by element: the first time, the second time …"""
    return {
        element: [Answer(int(one.get("after", 0)), one.get("form", {}), one.get("as")) for one in ways]
        for element, ways in script.get("answers", {}).items()
    }


def expected_of(script: Json) -> list[Expected]:
    """What should be done by when."""
    return [Expected(one["done"], int(one["by"]), str(one.get("told", ""))) for one in script.get("expected", ())]


def problems_of(script: Json) -> dict[str, str]:
    """What is wrong with a script, by where; nothing when it can be played."""
    found: dict[str, str] = {}
    injects = script.get("injects")
    if not isinstance(injects, list) or not 0 < len(injects) <= MOST_INJECTS:
        return {"injects": f"Expected 1 to {MOST_INJECTS} injects."}
    before = 0
    for place, one in enumerate(injects):
        where = f"injects[{place}]"
        if not isinstance(one, Mapping) or one.get("kind") not in INJECT_KINDS or one.get("number") != place:
            found[where] = f"Expected the inject number {place}, of a kind of {', '.join(INJECT_KINDS)}."
        elif not isinstance(one.get("at"), int) or not before <= one["at"] <= LONGEST_SECONDS:
            found[where] = "Expected a time in seconds, not before the inject above it, nor after 90 days."
        elif not isinstance(one.get("content"), Mapping) or len(str(one.get("told", ""))) > LONGEST_TOLD:
            found[where] = f"Expected content, and at most {LONGEST_TOLD} characters about it."
        else:
            before = one["at"]
    found.update(_wrong_answers(script.get("answers", {})))
    found.update(_wrong_expected(script.get("expected", [])))
    return found


def _wrong_answers(answers: Any) -> dict[str, str]:
    if not isinstance(answers, Mapping) or len(answers) > MOST_ANSWERS:
        return {"answers": f"Expected at most {MOST_ANSWERS} elements with their answers."}
    return {
        f"answers[{element}]": "Expected a list of answers with a form, and seconds after which it comes."
        for element, ways in answers.items()
        if not isinstance(ways, list) or not ways or not all(_is_answer(one) for one in ways)
    }


def _is_answer(one: Any) -> bool:
    return (
        isinstance(one, Mapping) and isinstance(one.get("form", {}), Mapping)
        and isinstance(one.get("after", 0), int) and 0 <= one.get("after", 0) <= LONGEST_SECONDS
    )  # fmt: skip


def _wrong_expected(expected: Any) -> dict[str, str]:
    if not isinstance(expected, list) or len(expected) > MOST_EXPECTED:
        return {"expected": f"Expected a list of at most {MOST_EXPECTED} things that should be done."}
    return {
        f"expected[{place}]": "Expected the element of a task, and seconds by which it should be done."
        for place, one in enumerate(expected)
        if not isinstance(one, Mapping) or not isinstance(one.get("done"), str) or not isinstance(one.get("by"), int)
    }


def played_alert(alert: Json, tag: str, now: datetime, sent_before: Mapping[str, str], *, status: str) -> Json:
    """The alert as it comes now: with an identifier and an instant of its own, so that it may come again.

    ``sent_before``: identifier in the script to the instant at which that alert came this time; references to it are
    brought to what it is called now. Its times keep their distance to when it is sent.
    """
    sent = datetime.fromisoformat(alert["sent"])
    at = now.astimezone(sent.tzinfo or UTC).replace(microsecond=0)
    moved = at - sent
    references = [
        {**one, "identifier": f"{one['identifier']}-{tag}", "sent": sent_before[one["identifier"]]}
        if one["identifier"] in sent_before else one
        for one in alert.get("references") or ()
    ]  # fmt: skip
    infos = [{**info, **_moved(info, moved)} for info in alert.get("infos") or ()]
    return {
        **alert, "identifier": f"{alert['identifier']}-{tag}", "sent": at.isoformat(), "status": status,
        "references": references, "infos": infos,
    }  # fmt: skip


def _moved(info: Json, by: timedelta) -> dict[str, str]:
    return {
        name: (datetime.fromisoformat(info[name]) + by).isoformat()
        for name in ("effective", "onset", "expires")
        if info.get(name)
    }
