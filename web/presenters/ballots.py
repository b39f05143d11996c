"""Ballots on pages: lines of the agenda, and everything that the page of one shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from web.i18n import gettext as _
from web.presenters.decision_words import (
    CAPACITIES,
    SEAT_STATES,
    STATES,
    TONES,
    applied_in_words,
    choice_word,
    outcome_word,
    share_word,
    standing_rules,
    voter_name,
    voter_names,
)
from web.presenters.names import Names, in_language, names_of
from web.presenters.people import actor_name, know_everybody
from web.presenters.text_versions import Pair, compare, paragraphs
from web.presenters.times import Due, due_of
from workflow_engine import (
    Actor,
    BallotDetail,
    BallotRow,
    ItemStanding,
    PreparationRow,
    SeatRow,
    VoteRow,
    new_id,
)

RUNNING = ("open", "closed", "tied")
MANY = 20
"""Above so many voters everybody's name is fetched at once."""


@dataclass(frozen=True, slots=True)
class BallotLine:
    """One ballot in a list."""

    row: BallotRow
    title: str
    step: str
    process_name: str
    state: str
    """In a word: its outcome once it has one."""
    tone: str
    due: Due | None
    lead: str
    chair: str
    quorum: str
    waits_for: int
    """Voters still to be heard."""
    cast_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """One voter of the roll with what is known of their vote."""

    row: SeatRow
    name: str
    state: str
    """voted, expected, absent, recused."""
    state_word: str
    said: Sequence[Mapping[str, Any]]
    """``item``, ``choice``, ``counts``, ``reason``, ``at``, ``by``, ``capacity``, ``prepared_by`` of each vote."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One way to vote in a tally."""

    word: str
    counts: str
    heads: int
    share: int
    """Of all on the roll, in percent."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one item stands, as far as it may be shown."""

    row: ItemStanding
    bars: list[Bar] | None
    outcome: str | None
    outcome_word: str
    tone: str


def ballot_line(row: BallotRow, cast_at: datetime | None = None) -> BallotLine:
    """One row of a list."""
    names = names_of(row.definition_id)
    process_name = names.process()
    word = outcome_word(row.outcome) or _(STATES[row.state])
    return BallotLine(
        row=row,
        title=in_language(row.case_title) or process_name,
        step=names.element(row.element_id, row.name),
        process_name=process_name,
        state=word,
        tone=TONES[row.outcome] if row.outcome else {"open": "accent", "tied": "warn"}.get(row.state, ""),
        due=due_of(row.due_at, row.opened_at) if row.state == "open" else None,
        lead=voter_name(row.lead) if row.lead else "",
        chair=voter_name(row.chair) if row.chair else "",
        quorum=share_word(row.quorum),
        waits_for=max(0, row.voters - row.voted - row.absent),
        cast_at=cast_at,
    )


def ballot_page(detail: BallotDetail, actor: Actor) -> dict[str, Any]:
    """The template's values."""
    row = detail.ballot
    names = names_of(row.definition_id)
    ballot = str(detail.rules.get("ballot"))
    if len(detail.seats) > MANY:
        know_everybody()
    seats = seats_of(detail, names)
    running = row.state in RUNNING
    waiting = [(one.row.voter, one.name) for one in seats if one.state == "expected"]
    mine = {one.voter for one in detail.own if one.capacity in ("self", "head")}
    raw = _raw_text(detail)
    return {
        "detail": detail,
        "ballot": row,
        "line": ballot_line(row),
        "co": voter_names(_units(detail.rules.get("ballot.co"))),
        "is_running": running,
        "weighted": bool(detail.rules.get("ballot.weights")),
        "rules": standing_rules(detail.rules, names, (one.voter for one in detail.seats)),
        "items": [(one.item_id, one.title) for one in detail.standing if one.item_id],
        "standings": standings(detail, names),
        "seats": seats,
        "papers": _papers(detail, names),
        "result": result_of(detail, names),
        "text": _text(raw, detail.text_version) if raw else None,
        "raw_text": raw,
        "next_version": str(len(with_texts(detail)) + 1),
        "rounds": [_round(detail, number) for number in range(len(detail.rounds))],
        "own": [one for one in detail.own if one.own_votes],
        "choices": [{**one, "word": choice_word(names, ballot, one["name"])} for one in detail.choices],
        "needing_reason": _(", ").join(
            choice_word(names, ballot, one["name"]) for one in detail.choices if one["needs_reason"]
        ),
        "chair_waits": _before_chair(detail, seats),
        "may_step_aside": [one for one in waiting if one[0] in mine] if row.state == "open" else [],
        "waiting_voters": waiting if row.state == "open" else [],
        "absent_voters": [(one.row.voter, one.name) for one in seats if one.state == "absent"] if running else [],
        "conducts": running
        and (detail.may_amend or (detail.may_conduct and any(one.state in ("expected", "absent") for one in seats))),
        "key": new_id,
    }


def _before_chair(detail: BallotDetail, seats: Sequence[Seat]) -> int:
    """How many have to be heard before the chair may vote; 0 where the chair need not wait."""
    if str(detail.rules.get("ballot.chairLast")).lower() != "true":
        return 0
    return sum(1 for one in seats if one.state == "expected" and not one.row.is_chair)


def _units(value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value or []
    return [one if one.startswith("unit:") else f"unit:{one}" for part in parts if (one := str(part).strip())]


def standings(detail: BallotDetail, names: Names) -> list[Standing]:
    """The tally of every item; no bars where the secrecy hides them."""
    ballot = str(detail.rules.get("ballot"))
    whole = max(1, detail.ballot.voters)
    outcomes = {part["id"]: part["outcome"] for part in (detail.result or {}).get("items") or ()}
    if detail.result and not outcomes:
        outcomes = {"": detail.result["outcome"]}
    found = []
    for row in detail.standing:
        bars = None
        if row.choices is not None:
            bars = [
                Bar(choice_word(names, ballot, one["name"]), one["counts"], heads, round(100 * heads / whole))
                for one in detail.choices
                for heads in [row.choices.get(one["name"], 0)]
            ]
        outcome = outcomes.get(row.item_id)
        found.append(
            Standing(row, bars, outcome, outcome_word(outcome), TONES[outcome] if outcome else "")
        )
    return found


def seats_of(detail: BallotDetail, names: Names) -> list[Seat]:
    """The roll in its order."""
    ballot = str(detail.rules.get("ballot"))
    counts = {one["name"]: one["counts"] for one in detail.choices}
    by_voter: dict[str, list[VoteRow]] = {}
    for vote in detail.votes:
        by_voter.setdefault(vote.voter, []).append(vote)
    found = []
    for row in detail.seats:
        votes = by_voter.get(row.voter, [])
        state = "voted" if votes and row.state == "expected" else row.state
        word = _("voted") if state == "voted" else _(SEAT_STATES[row.state])
        if state == "expected" and detail.ballot.state in ("decided", "withdrawn"):
            word = _("silent")
        said = [
            {
                "item": vote.item, "choice": choice_word(names, ballot, vote.choice),
                "counts": counts.get(vote.choice or "", ""), "reason": vote.reason, "at": vote.cast_at,
                "by": actor_name(vote.cast_by) if row.voter != f"person:{vote.cast_by}" else "",
                "capacity": _(CAPACITIES[vote.capacity]) if vote.capacity in CAPACITIES else "",
                "prepared_by": actor_name(vote.prepared_by) if vote.prepared_by else "",
                "fingerprint": vote.fingerprint,
            }
            for vote in votes
        ]  # fmt: skip
        found.append(Seat(row, voter_name(row.voter), state, word, said))
    return found


def result_of(detail: BallotDetail, names: Names) -> dict[str, Any] | None:
    """The decision in words: outcome, every rule with its numbers, dissent, the chair's part."""
    result = detail.result
    if result is None:
        return None
    ballot = str(detail.rules.get("ballot"))
    titles = {one.item_id: one.title for one in detail.standing}
    applied: dict[str, list[Mapping[str, Any]]] = {}
    for rule in result.get("applied") or ():
        alone = {name: part for name, part in rule.items() if name != "item"}
        applied.setdefault(str(rule.get("item", "")), []).append(alone)
    return {
        "outcome": result["outcome"],
        "word": outcome_word(result["outcome"]),
        "tone": TONES[result["outcome"]],
        "applied": [(titles.get(item, ""), applied_in_words(rules)) for item, rules in applied.items()],
        "dissent": result.get("dissent") or 0,
        "dissenters": _dissenters(detail, names, ballot),
        "vetoed_by": voter_names(result.get("vetoed_by") or ()),
        "chair_departed": result.get("chair_departed"),
        "chair_reason": result.get("chair_reason"),
        "late": voter_names(result.get("late") or ()),
        "numbers": result,
        "choices": [(choice_word(names, ballot, name), count) for name, count in (result.get("choices") or {}).items()],
        "decided_at": detail.ballot.decided_at,
    }


def _raw_text(detail: BallotDetail) -> Mapping[str, Any]:
    """The text that is voted on now, as the case gave it; empty where none is."""
    return next((one.text for one in reversed(detail.rounds) if one.text is not None), {})


def compared(detail: BallotDetail, before: int, after: int) -> list[Pair]:
    """The texts of two rounds side by side."""
    bodies = {one.round_no: str((one.text or {}).get("body") or "") for one in detail.rounds}
    return compare(bodies.get(before, ""), bodies.get(after, ""))


def with_texts(detail: BallotDetail) -> list[int]:
    """Rounds whose texts differ from the one before; the first always."""
    found: list[int] = []
    known = None
    for one in detail.rounds:
        if one.text is not None and one.text_version != known:
            found.append(one.round_no)
            known = one.text_version
    return found


def opened_for(detail: BallotDetail) -> list[dict[str, Any]]:
    """What the viewer may cast now: a form for each voter they speak for, with what was prepared."""
    prepared: dict[str, dict[str, PreparationRow]] = {}
    for row in detail.preparations:
        prepared.setdefault(row.voter, {})[row.item] = row
    titles = {one.item_id: one.title for one in detail.standing}
    return [
        {
            "seat": own, "name": voter_name(own.voter), "capacity": own.capacity,
            "capacity_word": _(CAPACITIES[own.capacity]) if own.capacity in CAPACITIES else "",
            "items": [(item, titles.get(item, "")) for item in own.items_open],
            "prepared": prepared.get(own.voter, {}),
        }
        for own in detail.own
        if own.items_open
    ]  # fmt: skip


def _text(text: Mapping[str, Any], version: str | None) -> dict[str, Any]:
    return {
        "title": in_language(str(text.get("title") or "")), "paragraphs": paragraphs(str(text.get("body") or "")),
        "version": text.get("version"), "digest": version,
    }  # fmt: skip


def _round(detail: BallotDetail, number: int) -> dict[str, Any]:
    one = detail.rounds[number]
    why = {
        "opened": _("Opened"), "amended": _("The text was amended"), "tied": _("Votes were even; voted once more"),
    }  # fmt: skip
    return {
        "row": one, "why": why.get(one.why, one.why), "by": actor_name(one.opened_by),
        "votes": [vote for vote in detail.earlier_votes if vote.round_no == one.round_no],
    }  # fmt: skip


def _papers(detail: BallotDetail, names: Names) -> list[tuple[str, str | None, str, str]]:
    ballot = str(detail.rules.get("ballot"))
    titles = {one.item_id: one.title for one in detail.standing}
    return [
        (choice_word(names, ballot, one.choice), one.reason, titles.get(one.item, ""), one.fingerprint)
        for one in detail.papers
    ]


def _dissenters(detail: BallotDetail, names: Names, ballot: str) -> list[tuple[str, str, str | None]]:
    """(who, how, why) of everybody who spoke against what came out, where names may be shown."""
    result = detail.result or {}
    counts = {one["name"]: one["counts"] for one in detail.choices}
    items = result.get("items") or [{"id": "", "outcome": result.get("outcome")}]
    against = {part["id"]: "no" if part["outcome"] == "adopted" else "yes" for part in items}
    return [
        (voter_name(vote.voter), choice_word(names, ballot, vote.choice), vote.reason)
        for vote in detail.votes
        if vote.choice and counts.get(vote.choice) == against.get(vote.item)
    ]


def lines_of(rows: Iterable[BallotRow]) -> list[BallotLine]:
    """The rows of a list."""
    return [ballot_line(row) for row in rows]
