"""A situation report put together from what the case knows, each value with its source. People change or confirm it.

What a person wrote in a report that was issued stands until a newer word comes from where the value is made. Nothing is
invented: a field that nothing speaks to stays empty. The few words that are added are in both of the city's languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workflow_engine.domain.report_facts import ReportFacts, Said, Source, Wanted, Warned, Work, is_of
from workflow_engine.domain.situation_reports import (
    ADDED_UP,
    CASUALTIES,
    FIELDS,
    LONGEST_TEXT,
    REPORT_TASKS,
    ReportField,
    read_value,
)

HORIZONS = (("needs_12h", 12), ("needs_24h", 24), ("needs_48h", 48), ("needs_72h", 72))
NEEDS = (*(key for key, _ in HORIZONS), "needs_beyond")
FALLBACK = {"evacuated": "pre_evacuated"}
"""What the first measures call the same thing."""
NARRATED = ("task_result", "pre_measures")
"""Answers that tell in words what a unit did and found."""
HEALTH, WEATHER, INFORMATION = "health", "weather", "information"
"""Trades whose words have their own places: who counts casualties, who reads instruments, who tells the public."""
COUNTED = {
    "casualties_words": {"deaths": "死亡 Deaths", "serious": "重伤 Seriously injured", "missing": "失踪 Missing",
                         "casualties_responders": "处置人员伤亡 Responders"},
    "loss_words": {"loss": "直接损失(元) Direct loss, yuan", "homes_out": "停供户数 Homes cut off"},
}  # fmt: skip
"""Counts that a report in words tells together."""
UNKNOWN = "未知 not known yet"
NEWS = frozenset({"significant_events", "actions_taken", *COUNTED})
"""Told anew in each report: what the last one said is not news."""
_MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Assembled:
    """One field as the case would fill it in."""

    field: ReportField
    value: Any = None
    sources: tuple[Source, ...] = ()
    unconfirmed: Any = None
    """A count of casualties that health has not confirmed; told, never taken."""
    unconfirmed_source: Source | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    at: datetime
    words: str
    source: Source


def assemble(facts: ReportFacts) -> dict[str, Assembled]:
    """Every field, in the order of the form."""
    said = [one for one in facts.said if one.element_id not in REPORT_TASKS]
    found: dict[str, Assembled] = {}
    for field in FIELDS:
        if field.id in CASUALTIES:
            found[field.id] = _casualties(field, facts, said)
        elif field.id in ADDED_UP:
            found[field.id] = _added_up(field, facts, said)
        else:
            found[field.id] = _latest(field, facts, said)
    for key, lines in _told(facts, said).items():
        found[key] = _text(found[key].field, facts, lines)
    for key, lines in _needs(facts).items():
        if facts.wanted:
            found[key] = _text(found[key].field, facts, lines)
    for key, counts in COUNTED.items():
        found[key] = _counted(found[key].field, [(words, found[count]) for count, words in counts.items()])
    return found


def _latest(field: ReportField, facts: ReportFacts, said: Iterable[Said]) -> Assembled:
    """The newest word: of a unit, or of the last report; at last what the alert said."""
    newest = max((one for one in said if _value(field, one) is not None), key=lambda one: one.at, default=None)
    earlier = facts.earlier
    if newest is not None and (earlier is None or field.id not in earlier.values or newest.at > earlier.at):
        return Assembled(field, _value(field, newest), (newest.source,))
    if earlier is not None and field.id in earlier.values and field.id not in NEWS:
        return Assembled(field, earlier.values[field.id], (earlier.source,))
    told = read_value(field, facts.told.get(field.id)) if facts.alert is not None else None
    return Assembled(field, told, (facts.alert,)) if told is not None and facts.alert is not None else Assembled(field)


def _counted(field: ReportField, counts: Iterable[tuple[str, Assembled]]) -> Assembled:
    """Once one of them is known, the others are told as not known: nobody takes silence for none."""
    told = list(counts)
    known = [one for _, one in told if one.value is not None]
    if not known:
        return Assembled(field)
    text = "; ".join(f"{words} {UNKNOWN if one.value is None else _number(one.value)}" for words, one in told)
    return Assembled(field, text, tuple(dict.fromkeys(one.sources[0] for one in known)))


def _casualties(field: ReportField, facts: ReportFacts, said: Sequence[Said]) -> Assembled:
    """Health's count; others' are told beside it until health has spoken."""
    counted = _latest(field, _without_alert(facts), [one for one in said if is_of(one.subject, HEALTH)])
    others = _latest(field, _without_earlier(facts), [one for one in said if not is_of(one.subject, HEALTH)])
    if others.value is None or others.value == counted.value or not _is_newer(others, counted):
        return counted
    return Assembled(field, counted.value, counted.sources, others.value, others.sources[0])


def _is_newer(others: Assembled, counted: Assembled) -> bool:
    """Whether it was said after what health counted; without instants, only while there is no count."""
    if not counted.sources:
        return True
    at, known = others.sources[0].at, counted.sources[0].at
    return at is not None and known is not None and at > known


def _added_up(field: ReportField, facts: ReportFacts, said: Iterable[Said]) -> Assembled:
    """The latest figure of each unit, added up; the last report's while nothing newer was said."""
    by_unit: dict[str, Said] = {}
    for one in sorted(said, key=lambda one: one.at):
        if _value(field, one) is not None:
            by_unit[one.subject] = one
    newest = max((one.at for one in by_unit.values()), default=None)
    earlier = facts.earlier
    if earlier is not None and field.id in earlier.values and (newest is None or newest <= earlier.at):
        return Assembled(field, earlier.values[field.id], (earlier.source,))
    if not by_unit:
        return Assembled(field)
    return Assembled(
        field, sum(_value(field, one) for one in by_unit.values()), tuple(one.source for one in by_unit.values())
    )


def _value(field: ReportField, one: Said) -> Any:
    key = field.id if one.values.get(field.id) is not None else FALLBACK.get(field.id, field.id)
    return read_value(field, one.values.get(key))


def _told(facts: ReportFacts, said: Iterable[Said]) -> dict[str, list[_Line]]:
    """Texts made of what happened since the last report."""
    told = [(one, words) for one in said if (words := _narrated(one)) and facts.is_news(one.at)]
    weather = [one for one in told if is_of(one[0].subject, WEATHER)]
    news = [one for one in told if is_of(one[0].subject, INFORMATION)]
    done = [one for one in told if one not in weather and one not in news]
    events = [*_warnings(facts), *_asked(facts), *_levels(facts)]
    found = {
        "significant_events": events,
        "actions_taken": [_line(one, words) for one, words in done],
        "planned_actions": list(_open_work(facts)),
        "public_information": [*_in_force(facts), *(_line(one, words) for one, words in news)],
    }
    if weather:
        found["weather"] = [_line(one, words) for one, words in weather]
    return {key: lines for key, lines in found.items() if lines}


def _narrated(one: Said) -> str:
    return next((str(one.values[key]).strip() for key in NARRATED if one.values.get(key)), "")


def _line(one: Said, words: str) -> _Line:
    return _Line(one.at, f"{one.who or one.name}: {words}", one.source)


def _warnings(facts: ReportFacts) -> Iterator[_Line]:
    for one in facts.warned:
        if facts.is_news(one.at):
            yield _Line(one.at, f"发布预警 Warning issued: {one.title}", one.source)
        if one.ended_at is not None and one.ended_at <= facts.now and facts.is_news(one.ended_at):
            yield _Line(one.ended_at, f"预警结束 Warning ended: {one.title}", one.source)


def _in_force(facts: ReportFacts) -> Iterator[_Line]:
    held: Iterable[Warned] = (one for one in facts.warned if one.ended_at is None or one.ended_at > facts.now)
    for one in held:
        yield _Line(one.at, f"预警 Warning: {one.title}", one.source)


def _asked(facts: ReportFacts) -> Iterator[_Line]:
    """Requests from the area as one line: what they say is not the report's to repeat."""
    news = [one for one in facts.asked if facts.is_news(one.at)]
    for one in news[:1]:
        numbers = ", ".join(other.number for other in news[:8])
        more = f" (+{len(news) - 8})" if len(news) > 8 else ""
        at = max(other.at for other in news)
        yield _Line(at, f"区域内诉求 Requests from the area {len(news)}: {numbers}{more}", one.source)


def _levels(facts: ReportFacts) -> Iterator[_Line]:
    level = facts.told.get("level")
    if not isinstance(level, dict):
        return
    try:
        since = datetime.fromisoformat(str(level.get("since")))
    except ValueError:
        return
    if since.tzinfo is not None and since <= facts.now and facts.is_news(since):
        words = f"响应级别 Level {level.get('roman', '')}: {level.get('reason') or ''}".rstrip(": ")
        yield _Line(since, words, facts.case)


def _open_work(facts: ReportFacts) -> Iterator[_Line]:
    """What units still have to do."""
    for one in sorted(facts.work, key=_by_time):
        if one.is_open_at(facts.now) and one.element_id not in REPORT_TASKS and one.subject.startswith("unit:"):
            due = f" ({_clock(one.due_at, facts)})" if one.due_at is not None else ""
            source = Source("open_task", one.user_task_id, one.who or one.name, one.created_at)
            yield _Line(one.due_at or one.created_at, f"{one.who}: {one.name}{due}", source)


def _by_time(one: Work) -> tuple[datetime, str]:
    return one.due_at or one.created_at, one.user_task_id


def _needs(facts: ReportFacts) -> dict[str, list[_Line]]:
    """What is still missing, by when it is needed; without a time, at once."""
    found: dict[str, list[_Line]] = {key: [] for key in NEEDS}
    for one in facts.wanted:
        if one.missing > 0:
            found[_horizon(one, facts.now)].append(_Line(one.at, _amount(one, facts), one.source))
    return found


def _horizon(one: Wanted, now: datetime) -> str:
    left = timedelta() if one.needed_by is None else one.needed_by - now
    return next((key for key, hours in HORIZONS if left <= timedelta(hours=hours)), "needs_beyond")


def _amount(one: Wanted, facts: ReportFacts) -> str:
    by = f", {_clock(one.needed_by, facts)}" if one.needed_by is not None else ""
    return f"{one.what} {_number(one.missing)} {one.unit}".rstrip() + f" / {_number(one.quantity)}{by}"


def _number(value: float) -> str:
    return f"{value:g}"


def _text(field: ReportField, facts: ReportFacts, lines: Sequence[_Line]) -> Assembled:
    """Lines in the order of time, each with the time in front."""
    ordered = sorted(lines, key=lambda line: line.at)[-_MOST_LINES:]
    prefix = field.id not in ("planned_actions", *NEEDS)
    words = [f"{_clock(line.at, facts)} {line.words}" if prefix else line.words for line in ordered]
    sources = tuple(dict.fromkeys(line.source for line in ordered))
    return Assembled(field, "\n".join(words)[:LONGEST_TEXT] or None, sources)


def _clock(at: datetime | None, facts: ReportFacts) -> str:
    if at is None:
        return ""
    here, now = at.astimezone(facts.zone), facts.now.astimezone(facts.zone)
    return here.strftime("%H:%M" if here.date() == now.date() else "%m-%d %H:%M")


def _without_alert(facts: ReportFacts) -> ReportFacts:
    return ReportFacts(facts.now, facts.zone, facts.case, earlier=facts.earlier)


def _without_earlier(facts: ReportFacts) -> ReportFacts:
    return ReportFacts(facts.now, facts.zone, facts.case, alert=facts.alert, told=facts.told)
