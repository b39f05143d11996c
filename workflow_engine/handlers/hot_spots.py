"""Counting reports by place and day, finding where they are more than usual, and what people make of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from workflow_engine.domain.commands import Receipt, StartCase
from workflow_engine.domain.durations import parse_instant
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, RejectedError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_hot_spots import HotSpotCooled, HotSpotDismissed, HotSpotFound
from workflow_engine.domain.hot_spot_commands import CountHotSpots, DismissHotSpot, RaiseTopic
from workflow_engine.domain.hot_spots import (
    FEWEST_DAYS,
    LONGEST_REASON,
    LONGEST_TITLE,
    PARAMETERS,
    PROCESS,
    RULE,
    STATES,
    Rule,
    find_heat,
    has_cooled,
    is_hot,
)
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.profile import Profile
from workflow_engine.handlers.advancing import begin
from workflow_engine.handlers.cases import require_released
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import hot_spots as store
from workflow_engine.storage import service_categories, setting_versions
from workflow_engine.storage.assigning import read_tree
from workflow_engine.storage.hot_spots import Progress, Spot
from workflow_engine.storage.setting_versions import PROFILE

STREAM = "area:hot_spots"
MOST_DAYS = 31
"""In one command: SQLite lets nobody else write meanwhile."""


def count_hot_spots(work: Handling, command: CountHotSpots) -> Receipt:
    """Counting is repeatable: whoever dies on the way begins again where all was counted."""
    require_permission(work.actor, "case.operate", "count hot spots")
    if len(command.days) > MOST_DAYS:
        raise RejectedError(f"Expected at most {MOST_DAYS} days at once, but got {len(command.days)}.")
    profile = Profile.read(setting_versions.newest(work.unit, PROFILE).content)
    zone = ZoneInfo(profile.time_zone)
    for day in command.days:
        store.count_day(work.unit, date.fromisoformat(day), zone)
    result = {"days": len(command.days)}
    if command.counted_to is None:
        return Receipt(command_id=command.command_id, result=result)
    today = work.now.astimezone(zone).date()
    events = _judge(work, rule_of(profile), today)
    counted_to = parse_instant(command.counted_to)
    store.keep_progress(work.unit, Progress(counted_to, command.counted_id, command.seen_id, today.isoformat()))
    if events:
        return work.record_in_stream(STREAM, events, result)
    return Receipt(command_id=command.command_id, result=result)


def rule_of(profile: Profile) -> Rule:
    """As the city sets it."""
    told = {name: entry["value"] for name, entry in profile.parameters.items()}
    values = {field: told[name] for field, name in PARAMETERS.items() if name in told}
    return replace(RULE, **{field: type(getattr(RULE, field))(value) for field, value in values.items()})


def _judge(work: Handling, rule: Rule, today: date) -> list[Event]:
    since = today - timedelta(days=rule.window_days - 1)
    first = store.first_day(work.unit)
    known = 0 if first is None else min(rule.baseline_days, (since - first).days)
    if known < FEWEST_DAYS:
        return []
    counts = store.counts_between(work.unit, since - timedelta(days=known), today)
    found = find_heat(rule, counts, since.isoformat(), known)
    window, current = (since.isoformat(), today.isoformat()), store.list_current(work.unit)
    events: list[Event] = []
    for key, one in found.items():
        if key in current:
            if not has_cooled(rule, one):
                store.see_again(work.unit, current[key], window, one)
        elif is_hot(rule, one):
            hot_spot_id = sha256(work.envelope.salt + "/".join(key).encode()).hexdigest()[:32]
            store.add(work.unit, hot_spot_id, key, work.now, window, one)
            events.append(
                HotSpotFound(
                    hot_spot_id=hot_spot_id, place_code=key[0], category=key[1], since=window[0], until=window[1],
                    count=one.count, usual=f"{one.usual:.4g}", chance=f"{one.chance:.3g}",
                )
            )  # fmt: skip
    for key, spot in current.items():
        if key not in found or has_cooled(rule, found[key]):
            count = found[key].count if key in found else 0
            store.cool(work.unit, spot.hot_spot_id, count, work.now)
            events.append(HotSpotCooled(hot_spot_id=spot.hot_spot_id, count=count))
    return events


def raise_topic(work: Handling, command: RaiseTopic) -> Receipt:
    """Start the topic's case with the numbers that speak for it; one hot spot becomes one topic."""
    require_permission(work.actor, "hot_spot.decide", "raise a topic")
    title, why = command.title.strip(), command.why.strip()
    problems: dict[str, str] = {}
    if not 0 < len(title) <= LONGEST_TITLE:
        problems["title"] = f"Expected 1 to {LONGEST_TITLE} characters."
    if not 0 < len(why) <= LONGEST_REASON:
        problems["why"] = f"Expected 1 to {LONGEST_REASON} characters."
    tree = read_tree(work.unit)
    if command.owner not in tree:
        problems["owner"] = "Expected a unit that there is."
    if problems:
        raise InvalidVariablesError("Expected a topic that can be raised.", problems)
    spot = _require_spot(work, command.hot_spot_id, "topic", "raise a topic")
    bound = require_released(work, PROCESS, None)
    start = StartCase(
        command_id=command.command_id, case_id=command.case_id, process_id=PROCESS, title=title,
        business_key=command.hot_spot_id, variables={"topic": _topic(work, command, spot, title, why)},
    )  # fmt: skip
    receipt = begin(
        work, command.case_id, bound, start, business_key=start.business_key, title=title, exercise=False
    )  # fmt: skip
    store.decide(work.unit, command.hot_spot_id, "topic", work.actor.actor_id, work.now, case_id=command.case_id)
    return receipt


def _topic(work: Handling, command: RaiseTopic, spot: Spot, title: str, why: str) -> dict[str, Any]:
    days = (date.fromisoformat(spot.until) - date.fromisoformat(spot.since)).days + 1
    _, catalogue = service_categories.in_force(work.unit, work.now)
    category = catalogue.categories.get(spot.category)
    return {
        "title": title, "why": why, "owner": command.owner, "hot_spot": command.hot_spot_id,
        "place_code": spot.place_code, "place_name": store.place_name(work.unit, spot.place_code),
        "category": spot.category, "category_name": spot.category if category is None else category.name_zh,
        "since": spot.since, "until": spot.until, "days": days, "count": spot.count, "usual": round(spot.usual, 1),
    }  # fmt: skip


def dismiss_hot_spot(work: Handling, command: DismissHotSpot) -> Receipt:
    """Keep the reason."""
    require_permission(work.actor, "hot_spot.decide", "dismiss a hot spot")
    reason = command.reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        problem = {"reason": f"Expected 1 to {LONGEST_REASON} characters."}
        raise InvalidVariablesError("Expected a reason why it needs no topic.", problem)
    _require_spot(work, command.hot_spot_id, "dismissed", "dismiss a hot spot")
    store.decide(work.unit, command.hot_spot_id, "dismissed", work.actor.actor_id, work.now, reason=reason)
    event = HotSpotDismissed(hot_spot_id=command.hot_spot_id, reason=reason)
    return work.record_in_stream(STREAM, [event], {"hot_spot_id": command.hot_spot_id})


def _require_spot(work: Handling, hot_spot_id: str, state: str, what: str) -> Spot:
    spot = store.find_locked(work.unit, hot_spot_id)
    if spot is None:
        raise NotFoundError(f"Expected to {what}, but there is no hot spot {hot_spot_id[:64]!r}.")
    if state not in STATES[spot.state]:
        raise InvalidStateError(f"Expected to {what}, but it is {spot.state} already.", state=spot.state)
    return spot
