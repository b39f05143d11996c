"""What a rehearsal answers, in sentences: how it goes as planned, and what another plan or one more team changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_engine.interchange.rehearsal_words import Words

Told = Mapping[str, Any]
_WHOLE_POINTS = 0.01


@dataclass(frozen=True, slots=True)
class Answers:
    """The sentence that matters most, and what else is to be said."""

    first: str
    others: tuple[str, ...]


def answers(result: Told, words: Words) -> Answers:
    """The answers of a result: what helps most first, then what harms, how it goes as planned, what changes nothing."""
    said = [*_of_plans(result, words), *_of_tries(result, words)]
    better = sorted((one for one in said if one[1] > 0), key=lambda one: -one[1])
    worse = sorted((one for one in said if one[1] < 0), key=lambda one: one[1])
    sure = [text for text, _change in (*better, *worse)]
    nothing = [text for text, change in said if not change]
    guessed = [words("a.guessed")] if result["plan"]["guessed"] else []
    told = [*sure, *_as_planned(result, words), *nothing, *guessed, *_how_much(result, words)]
    return Answers(told[0], tuple(told[1:]))


def _as_planned(result: Told, words: Words) -> Iterator[str]:
    """What is asked for first, and the deadlines, in one sentence; the other limits in a second."""
    plan = result["plan"]
    stones = [_share(words, words.in_time(one), one["within"]) for one in plan["milestones"] if one["within"]]
    kept = plan["deadlines"]["share"]
    first = [*stones[:1], *([] if kept is None else [_share(words, words("a.kept"), kept)])]
    yield words("a.planned", parts=words("a.comma").join(first)) if first else words("a.no_limits")
    if len(stones) > 1:
        yield words("a.also", parts=words("a.comma").join(stones[1:]))


def _share(words: Words, what: str, told: Told) -> str:
    return words("a.share", share=_percent(told["mean"], told), what=what, range=_half(words, told))


def _of_plans(result: Told, words: Words) -> Iterator[tuple[str, float]]:
    """The other plan against this one; with by how much a share is higher then, 0 where nothing is sure."""
    contrast = result["contrast"]
    if contrast is None:
        return
    asked = [one for one in contrast["differences"] if one["measure"] in contrast["asked"]]
    when = words("a.other_plan", second=words.half(contrast["second"]), first=words.half(contrast["first"]))
    found = _most(asked)
    if found is not None:
        yield _changed(result, words, when, found), found["difference"]["mean"]
    elif asked:
        yield words("a.same_plans", second=words.half(contrast["second"]), first=words.half(contrast["first"])), 0.0


def _of_tries(result: Told, words: Words) -> Iterator[tuple[str, float]]:
    """One more and one fewer in each team."""
    names = {team["id"]: words.name(team["name"], team["id"]) for team in result["plan"]["teams"]}
    same, few = [], False
    for one in result["what_if"]:
        name = names.get(one["team"], one["team"])
        unchanged = True
        for key in ("1", "-1"):
            told = one["more"][key]
            few = few or told["few"]
            found = _most([each for each in told["differences"] if each["measure"] in _asked(result)])
            if found is not None:
                when = words("a.more" if key == "1" else "a.fewer", team=name, **unit_of(told, words))
                yield _changed(result, words, when, found), found["difference"]["mean"]
                unchanged = False
        if unchanged:
            same.append(name)
    if same:
        key = "a.same_few" if few else "a.same_teams"
        yield words(key, teams=words("a.comma").join(same)), 0.0


def unit_of(told: Told, words: Words) -> dict[str, str]:
    """What one more is: a person, or a crew of several; on every shift, where there are shifts."""
    unit = words("a.person") if told["crew_size"] == 1 else words("a.crew", size=told["crew_size"])
    return {"unit": unit, "shift": words("a.shift") if told["shifts"] > 1 else ""}


def _how_much(result: Told, words: Words) -> Iterator[str]:
    """That it was ended before all were played, and what that means."""
    plan, asked, points = result["plan"], result["asked"], 100 * result["precision"]
    if points and plan["cases"] < asked["cases"]:
        yield words("a.stopped", played=plan["cases"], asked=asked["cases"], points=f"{points:g}")


def _asked(result: Told) -> Sequence[str]:
    limits = [f"within.{one['id']}" for one in result["plan"]["milestones"] if one["within_seconds"] is not None]
    return [*limits, "deadlines"]


def strongest(result: Told, differences: Sequence[Told]) -> Told | None:
    """What is asked for and changes most: of what is more than chance, else of all."""
    asked = [one for one in differences if one["measure"] in _asked(result)]
    return _most(asked) or max(asked, key=_size, default=None)


def _most(differences: Sequence[Told]) -> Told | None:
    """What changes most of all that is more than chance."""
    return max((one for one in differences if one["significant"]), key=_size, default=None)


def _size(one: Told) -> float:
    return abs(float(one["difference"]["mean"]))


def _changed(result: Told, words: Words, when: str, one: Told) -> str:
    of = one["measure"].partition(".")[2]
    stone = next((each for each in result["plan"]["milestones"] if each["id"] == of), None)
    what = words("a.kept") if stone is None else words.in_time(stone)
    difference = one["difference"]
    before, after = _percent(one["first"], difference, one), _percent(one["second"], difference, one)
    return words("a.changed", when=when, before=before, after=after, what=what, range=_half(words, difference))


def _percent(value: float, told: Told, change: Told | None = None) -> str:
    """In whole percent, or to a tenth where that is needed to see the change, or its range."""
    fine = change is not None and _size(change) < _WHOLE_POINTS
    fine = fine or (told["low"] is not None and 0 < told["high"] - told["low"] < 2 * _WHOLE_POINTS)
    return f"{100 * value:.1f}\u00a0%" if fine and 0 < value < 1 else f"{100 * value:.0f}\u00a0%"


def _half(words: Words, told: Told) -> str:
    if told["low"] is None:
        return words("a.no_range")
    half = 100 * (told["high"] - told["low"]) / 2
    return words("a.range", points=f"{half:.1f}" if half < 1 else f"{half:.0f}")
