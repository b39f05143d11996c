"""A decided ballot on paper: minutes and decision sheet, signed by the fingerprint of its entry in the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web import city
from web.context import engine
from web.i18n import gettext as _
from web.presenters.ballots import Seat, ballot_page
from web.presenters.people import actor_name
from web.presenters.times import now
from workflow_engine import Actor, BallotDetail, HistoryRow


@dataclass(frozen=True, slots=True)
class Seal:
    """The entry of the record that holds the decision."""

    seq: int
    hash: str
    votes_seal: str
    papers_seal: str | None


def papers_page(detail: BallotDetail, actor: Actor) -> dict[str, Any]:
    """The template's values; before the decision a draft without a seal."""
    page = ballot_page(detail, actor)
    seats: list[Seat] = page["seats"]
    return {
        "page": page,
        "ballot": detail.ballot,
        "line": page["line"],
        "organ": city.city_name(),
        "present": _named(seats, "voted"),
        "silent": _named(seats, "expected"),
        "absent": _named(seats, "absent"),
        "recused": [(seat.name, seat.row.reason) for seat in seats if seat.state == "recused"],
        "mandates": [
            (seat.name, actor_name(seat.row.mandate_to), seat.row.mandate_document)
            for seat in seats
            if seat.row.mandate_to
        ],
        "speeches": _speeches(seats),
        "seal": _seal(detail, engine().queries.get_history(detail.ballot.case_id, actor)),
        "printed_at": now(),
        "printed_by": actor_name(actor.actor_id),
    }


def _named(seats: Sequence[Seat], state: str) -> str:
    return _(", ").join(seat.name for seat in seats if seat.state == state)


def _speeches(seats: Sequence[Seat]) -> list[tuple[str, Mapping[str, Any]]]:
    """(who, vote) of everybody who gave a reason that may be shown."""
    return [(seat.name, said) for seat in seats for said in seat.said if said["reason"]]


def _seal(detail: BallotDetail, history: Sequence[HistoryRow]) -> Seal | None:
    token_id = int(detail.ballot.ballot_id.rpartition(".")[2])
    for row in reversed(history):
        for event in row.events:
            if event.get("event") == "ballot.decided" and event.get("token_id") == token_id:
                return Seal(row.seq, row.hash, detail.votes_seal or "", detail.papers_seal)
    return None
