"""Event logs as XES (IEEE 1849-2016, revised 2023): what process mining tools read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import quoteattr

from workflow_engine.interchange.event_log import EXERCISE, CaseLog, LogEvent

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Identity" prefix="identity" uri="http://www.xes-standard.org/identity.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
<string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="Activity and lifecycle" keys="concept:name lifecycle:transition"/>
<string key="lifecycle:model" value="standard"/>
"""


def write_xes(cases: Iterable[CaseLog]) -> Iterator[bytes]:
    """The log, piece by piece: one trace per case."""
    yield _HEAD.encode()
    cases = list(cases)
    if any(case.exercise for case in cases):
        yield (_text("liandong:exercise", EXERCISE) + "\n").encode()
    for case in cases:
        parts = ["<trace>", _text("concept:name", case.case_id), _text("liandong:title", case.title)]
        if case.exercise:
            parts.append(_text("liandong:exercise", EXERCISE))
        parts += [_text("liandong:process", case.process_id), _text("liandong:state", case.state)]
        parts.extend(_event(event) for event in case.events)
        yield ("".join(parts) + "</trace>\n").encode()
    yield b"</log>\n"


def _event(event: LogEvent) -> str:
    at = event.at.isoformat(timespec="milliseconds")
    parts = [_text("concept:name", event.activity), f'<date key="time:timestamp" value={quoteattr(at)}/>']
    parts += [_text("lifecycle:transition", event.lifecycle), _text("org:resource", event.actor)]
    parts += [_text("liandong:id", event.event_id), _text("liandong:event", event.kind)]
    if event.groups:
        parts.append(_text("org:group", ", ".join(event.groups)))
    if event.outcome:
        parts.append(_text("liandong:outcome", event.outcome))
    return "<event>" + "".join(parts) + "</event>"


def _text(key: str, value: str) -> str:
    clean = "".join(character for character in value if character in "\t\n\r" or " " <= character not in "\ufffe\uffff")
    return f"<string key={quoteattr(key)} value={quoteattr(clean)}/>"
