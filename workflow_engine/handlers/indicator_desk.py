"""The indicators' desk: the case of a month's publication writes to it by messages, and it writes back by messages.

``indicators.compute`` freezes what the month comes to, for its departments to look at; ``indicators.publish`` makes it
public, signed or not; ``indicators.correct`` computes again what somebody reported, ``indicators.refuse`` says why not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt, StartCase
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, RejectedError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_indicators import (
    IndicatorCommentAnswered,
    IndicatorCorrected,
    IndicatorsComputed,
    IndicatorsPublished,
    InputsEntered,
)
from workflow_engine.domain.indicator_tables import Computed, compute
from workflow_engine.domain.indicators import Indicator, is_period, months_before, rules_of
from workflow_engine.handlers.advancing import begin
from workflow_engine.handlers.cases import require_released
from workflow_engine.handlers.consultation_desk import write
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.indicator_inputs import entered
from workflow_engine.storage import indicator_reading
from workflow_engine.storage import indicators as store
from workflow_engine.storage.assigning import read_tree
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.indicators import KeptValue, Publication
from workflow_engine.storage.messages import Message

REPORTED = "indicator.error_reported"
STREAM = "area:indicators"
_PROPOSE = "indicators.propose"
PROPOSED = {"joint_decision": ("draft_title", "proposal_text"), "innovation_evaluation": ("idea_title", "idea_text")}
"""What a lasting red may lead to: process, and the variables that take title and text."""
_LONGEST_TITLE = 120
_MOST_MONTHS = 7
"""How far back months in a row are counted."""
MOST_BEHIND = 20_000
"""How many entries are counted on the spot where the worker has not caught up."""
_LONGEST_REASON = 2_000
Letter = Mapping[str, Any]
Did = tuple[list[Event], dict[str, Any]]


def take_indicator_letter(work: Handling, message: Message) -> Receipt | None:
    """Do what a case asks of the desk, and write back; None when the message is not for the desk.

    Raises:
        RejectedError: it cannot be done; the message goes on waiting, and its delivery is tried again or given up.
    """
    if message.name == _PROPOSE and message.origin_case_id is not None:
        return _propose(work, message)
    if message.name not in _ACTS or message.origin_case_id is None:
        return None
    act, reply = _ACTS[message.name]
    case = find_case(work.unit, message.origin_case_id, lock=False)
    if case is None:
        raise NotFoundError(f"Expected a case {message.origin_case_id} to write to the desk, but there is none.")
    letter = orjson.loads(message.payload)
    events, told = act(work, message.origin_case_id, letter) if not case.exercise else ([], _drill(message.name))
    receipt = work.record_in_stream(STREAM, events, {"message": message.name})
    if reply is not None:
        digest = sha256(message.message_id.encode()).hexdigest()
        write(work, message.origin_case_id, reply, f"{reply}:{digest}", told)
    return receipt


def computed_now(work: Handling, period: str, publication: Publication | None) -> tuple[list[Computed], int]:
    """Every value of the month as it comes out now, by its publication's tree of units; and how much was counted."""
    indicators = store.current(work.unit)
    _catch_up(work, indicators)
    reading = indicator_reading.serving(work.unit)
    months = months_before(period, max((one.smoothing for one in indicators), default=1))
    counts = {
        month: {} if reading is None else indicator_reading.read_cells(work.unit, reading.generation, month)
        for month in months
    }
    scopes = publication.scopes if publication is not None else store.read_scopes(work.unit)[0]
    values = compute(indicators, period, counts, store.read_inputs(work.unit, months), scopes)
    return values, 0 if reading is None else reading.log_index


def corrected(work: Handling, period: str, indicator_id: str, reason: str) -> IndicatorCorrected | None:
    """Publish further revisions where the values come out otherwise now; None where nothing differs.

    Raises:
        NotFoundError: the month, or the indicator in it, is not published.
    """
    publication = store.find_publication(work.unit, period) if is_period(period) else None
    kept = {value.scope: value for value in store.read_values(work.unit, period) if value.indicator_id == indicator_id}
    if publication is None or publication.state != "published" or not kept:
        raise NotFoundError(f"Expected to correct {indicator_id[:64]} of {period[:7]}, but it is not published.")
    found, size = computed_now(work, period, publication)
    now = [one for one in found if one.indicator_id == indicator_id]
    changed = [one for one in now if one.scope not in kept or _differs(one, kept[one.scope])]
    if not changed:
        return None
    rows = [
        _row(work, one, size, state="corrected", reason=reason, revision=_next(kept.get(one.scope))) for one in changed
    ]
    store.replace_values(work.unit, period, indicator_id, rows)
    return IndicatorCorrected(
        period=period, indicator_id=indicator_id, method_version=changed[0].method_version, reason=reason,
        log_size=size,
        changes=[[one.scope, _shown(kept.get(one.scope)), None if one.hidden else one.figure.value] for one in changed],
    )  # fmt: skip


def _compute(work: Handling, case_id: str, letter: Letter) -> Did:
    period = str(letter.get("period") or "") or _month_before(work)
    if not is_period(period):
        raise RejectedError(f"Expected a month such as 2026-10 to compute, but got {period[:20]!r}.")
    before = store.find_publication(work.unit, period)
    rows = [row for row in _list(letter.get("inputs")) if isinstance(row, Mapping) and row.get("value") is not None]
    events: list[Event] = []
    if rows:
        events.append(InputsEntered(rows=entered(work, [{**row, "period": period} for row in rows])))
    if before is not None and before.state == "published":
        raise InvalidStateError(f"Expected to compute {period}, but it is published already.", state=before.state)
    _, units = store.read_scopes(work.unit)
    values, size = computed_now(work, period, None)
    if before is None:
        row = {
            "period": period, "case_id": case_id, "state": "computed", "units": units, "log_size": size,
            "computed_at": work.now, "published_at": None,
        }  # fmt: skip
        store.begin_publication(work.unit, row)
    else:
        store.compute_again(work.unit, period, case_id, units, size, work.now)
    made = [_row(work, one, size, state="provisional") for one in values]
    store.add_values(work.unit, made)
    event = IndicatorsComputed(
        period=period, origin_case_id=case_id, figures=len(made), log_size=size, digest=_digest(made)
    )
    return [*events, event], {"month": {"period": period, "values": len(made), "owners": _owners(work, values)}}


def _publish(work: Handling, case_id: str, letter: Letter) -> Did:
    period = _own_period(work, case_id, letter)
    signed = {str(owner) for owner in _list(letter.get("signed"))}
    withheld = {
        str(one.get("indicator")): str(one.get("reason") or "").strip()[:_LONGEST_REASON]
        for one in _list(letter.get("withheld"))
        if isinstance(one, Mapping) and str(one.get("reason") or "").strip()
    }
    indicators = {one.indicator_id: one for one in store.current(work.unit)}
    values = store.read_values(work.unit, period)
    states: dict[str, str] = {}
    for indicator_id in {value.indicator_id for value in values}:
        owner = indicators[indicator_id].owner if indicator_id in indicators else ""
        state = "withheld" if indicator_id in withheld else "signed" if owner in signed else "unsigned"
        states[indicator_id] = state
        store.mark_values(work.unit, period, indicator_id, state, withheld.get(indicator_id, ""))
    if not store.publish(work.unit, period, work.now):
        raise InvalidStateError(f"Expected to publish {period}, but it is published already.", state="published")
    names = sorted(states)
    by_state = {word: [name for name in names if states[name] == word] for word in ("signed", "unsigned")}
    event = IndicatorsPublished(
        period=period, **by_state, withheld={name: withheld[name] for name in sorted(withheld) if name in states},
        digest=_digest([_public(value) for value in values if states[value.indicator_id] != "withheld"]),
    )  # fmt: skip
    red = _red(work, period, [value for value in values if states[value.indicator_id] != "withheld"], indicators)
    told = {"period": period, "page": f"/portal/indicators?period={period}", "red": red, "red_count": len(red)}
    return [event], {"published": told}


def _correct(work: Handling, case_id: str, letter: Letter) -> Did:
    period = _own_period(work, case_id, letter)
    reason = str(letter.get("reason") or "").strip()[:_LONGEST_REASON]
    if not reason:
        raise RejectedError("Expected a correction to give its reason.")
    event = corrected(work, period, str(letter.get("indicator_id") or ""), reason)
    changed = 0 if event is None else len(event.changes)
    events: list[Event] = [] if event is None else [event]
    if changed:
        events += _settled(work, letter, "corrected", reason)
    return events, {"correction": {"changed": changed}}


def _refuse(work: Handling, case_id: str, letter: Letter) -> Did:
    reason = str(letter.get("reason") or "").strip()[:_LONGEST_REASON]
    if not reason:
        raise RejectedError("Expected a refusal to give its reason.")
    return _settled(work, letter, "refused", reason), {}


def _propose(work: Handling, message: Message) -> Receipt:
    """Start the case of a decision or of an innovation that is to mend what stays red."""
    letter = orjson.loads(message.payload)
    process_id, title = str(letter.get("process") or ""), str(letter.get("title") or "").strip()[:_LONGEST_TITLE]
    if process_id not in PROPOSED or not title:
        raise RejectedError(f"Expected a proposal with a title, for one of {', '.join(PROPOSED)}.")
    case_id = sha256(f"proposal\x1f{message.message_id}".encode()).hexdigest()[:32]
    text = str(letter.get("text") or title)
    start = StartCase(
        command_id=work.envelope.command.command_id, case_id=case_id, process_id=process_id, title=title,
        business_key=message.origin_case_id, variables=dict.fromkeys(PROPOSED[process_id], text) | {
            PROPOSED[process_id][0]: title,
        },
    )  # fmt: skip
    bound = require_released(work, process_id, None)
    return begin(work, case_id, bound, start, business_key=start.business_key, title=title, exercise=False)


def _settled(work: Handling, letter: Letter, state: str, answer: str) -> list[Event]:
    comment_id = str(letter.get("comment_id") or "")
    found = store.find_said(work.unit, comment_id)
    if found is None or found.state not in ("waiting", "shown"):
        return []
    store.settle_said(work.unit, comment_id, state, answer, work.now)
    return [IndicatorCommentAnswered(comment_id=comment_id, state=state, answer=answer)]


def _own_period(work: Handling, case_id: str, letter: Letter) -> str:
    period = str(letter.get("period") or "")
    found = store.find_publication(work.unit, period) if is_period(period) else None
    if found is None or found.case_id != case_id:
        raise NotFoundError(f"Expected a month that case {case_id} computed, but {period[:20]!r} is none.")
    return period


def _catch_up(work: Handling, indicators: list[Indicator]) -> None:
    """Count what the worker has not come to. Raises RejectedError where that is too much: it is tried again later."""
    rules, zone = rules_of(indicators), store.zone_of(work.unit)
    done = 0
    while rules and (followed := indicator_reading.follow(work.unit, rules, zone, 500)).behind:
        done += followed.entries
        if done >= MOST_BEHIND:
            raise RejectedError(f"Expected everything recorded to be counted, but {followed.behind} entries are left.")


def _month_before(work: Handling) -> str:
    local = work.now.astimezone(store.zone_of(work.unit))
    return months_before(f"{local.year:04d}-{local.month:02d}", 2)[0]


def _row(
    work: Handling, one: Computed, size: int, *, state: str, reason: str = "", revision: int = 1
) -> dict[str, Any]:
    return {
        "period": one.period, "indicator_id": one.indicator_id, "scope": one.scope, "revision": revision,
        "method_version": one.method_version, "level": one.level, "numerator": one.figure.numerator,
        "denominator": one.figure.denominator, "value": one.figure.value, "smoothed": one.smoothed,
        "hidden": one.hidden, "state": state, "reason": reason, "log_size": size, "made_at": work.now, "newest": True,
    }  # fmt: skip


def _next(kept: KeptValue | None) -> int:
    """A scope that had no value has had the first revision of nothing."""
    return 2 if kept is None else kept.revision + 1


def _differs(one: Computed, kept: KeptValue) -> bool:
    now = (one.figure.numerator, one.figure.denominator, one.figure.value, one.smoothed, one.hidden)
    return now != (kept.numerator, kept.denominator, kept.value, kept.smoothed, kept.hidden)


def _shown(kept: KeptValue | None) -> float | None:
    return None if kept is None or kept.hidden else kept.value


def _public(value: KeptValue) -> dict[str, Any]:
    return {
        "indicator_id": value.indicator_id, "scope": value.scope, "method_version": value.method_version,
        "value": _shown(value), "numerator": None if value.hidden else value.numerator,
        "denominator": None if value.hidden else value.denominator,
    }  # fmt: skip


def _digest(rows: Iterable[Mapping[str, Any]]) -> str:
    names = ("indicator_id", "scope", "method_version", "numerator", "denominator", "value")
    told = sorted([row[name] for name in names] for row in rows)
    return sha256(orjson.dumps(told)).hexdigest()


def _owners(work: Handling, values: list[Computed]) -> list[dict[str, Any]]:
    """Who is to sign which indicators: the unit that does this for the city."""
    tree, root = read_tree(work.unit), store.read_scopes(work.unit)[0].root
    indicators = {one.indicator_id: one for one in store.current(work.unit)}
    found: dict[str, list[str]] = {}
    for indicator_id in sorted({value.indicator_id for value in values}):
        found.setdefault(indicators[indicator_id].owner, []).append(indicator_id)
    return [
        {
            "owner": owner, "unit": tree.unit_for(owner, root) or root, "indicators": ids,
            "names": "、".join(indicators[each].name["zh_CN"] for each in ids),
            "names_en": ", ".join(indicators[each].name["en"] for each in ids),
        }
        for owner, ids in sorted(found.items())
    ]  # fmt: skip


def _red(
    work: Handling, period: str, values: list[KeptValue], indicators: Mapping[str, Indicator]
) -> list[dict[str, Any]]:
    """City-wide values beyond their bound, by the unit that answers for them: how far, and for how many months."""
    root = store.read_scopes(work.unit)[0].root
    earlier = [
        {one.indicator_id: one for one in store.read_values(work.unit, month) if one.scope == root}
        for month in months_before(period, _MOST_MONTHS)[-2::-1]
    ]
    found: dict[str, list[Red]] = {}
    for value in values:
        one = indicators.get(value.indicator_id)
        if one is None or value.scope != root or value.hidden or one.judged(value.value) != "bad":
            continue
        months = 1
        for month in earlier:
            kept = month.get(value.indicator_id)
            if kept is None or kept.hidden or one.judged(kept.value) != "bad":
                break
            months += 1
        red = Red(one, value.value or 0.0, months)
        found.setdefault(read_tree(work.unit).unit_for(one.owner, root) or root, []).append(red)
    return [_told(unit, reds) for unit, reds in sorted(found.items())]


@dataclass(frozen=True, slots=True)
class Red:
    """A value beyond its bound."""

    indicator: Indicator
    value: float
    months: int

    @property
    def excess(self) -> float:
        """How many times worse than its bound; 2 where that cannot be said."""
        bound, value = self.indicator.thresholds["bad"], self.value
        worse, better = (value, bound) if self.indicator.direction == "lower" else (bound, value)
        return round(worse / better, 2) if better > 0 and worse > 0 else 2.0

    def words(self, language: str) -> str:
        return f"{self.indicator.name[language]} {self.value:g} ({self.indicator.thresholds['bad']:g})"


def _told(unit: str, reds: list[Red]) -> dict[str, Any]:
    return {
        "unit": unit, "indicators": [red.indicator.indicator_id for red in reds],
        "months": max(red.months for red in reds), "excess": max(red.excess for red in reds),
        "words": "；".join(red.words("zh_CN") for red in reds), "words_en": "; ".join(red.words("en") for red in reds),
    }  # fmt: skip


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _drill(name: str) -> dict[str, Any]:
    """What an exercise is told: nothing of it is kept."""
    empty: dict[str, dict[str, Any]] = {
        "indicators.compute": {"month": {"period": "", "values": 0, "owners": []}},
        "indicators.publish": {"published": {"period": "", "page": "", "red": [], "red_count": 0}},
        "indicators.correct": {"correction": {"changed": 0}},
    }
    return empty.get(name, {})


_ACTS: dict[str, tuple[Callable[[Handling, str, Letter], Did], str | None]] = {
    "indicators.compute": (_compute, "indicators.computed"),
    "indicators.publish": (_publish, "indicators.published"),
    "indicators.correct": (_correct, "indicators.corrected"),
    "indicators.refuse": (_refuse, None),
}
"""What a case may write to the desk: what is done then, and the message that comes back."""
