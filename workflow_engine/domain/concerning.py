"""Which case a commit outside the cases concerns: the event names it, or it names the thing that belongs to one.

A booking, a warning that is lifted or an exercise that pauses changes no case, yet pages that show the case show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workflow_engine.domain.events import Event

OF_CASE = ("origin_case_id", "emergency_id")
"""Where events of these areas name the case itself."""
THINGS: Mapping[str, str] = {
    "resource": "request_id", "warning": "warning_id", "situation_report": "report_id", "exercise": "exercise_id",
    "briefing": "briefing_id", "replan": "replan_id",
}  # fmt: skip
"""By the first word of an event's kind: where it names the thing that belongs to a case."""


def concerned(events: Iterable[Event]) -> frozenset[str]:
    """Ids of cases, and things as ``request_id:…``; nothing for events inside a case, which is told by its own id."""
    found = set()
    for event in events:
        key = THINGS.get(event.KIND.partition(".")[0])
        if key is None:
            continue
        case_id = next((value for name in OF_CASE if (value := getattr(event, name, None))), None)
        thing = getattr(event, key, None)
        if case_id is not None:
            found.add(str(case_id))
        elif thing is not None:
            found.add(f"{key}:{thing}")
    return frozenset(found)
