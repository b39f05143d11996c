"""To whom a ballot appears among their tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workflow_engine.domain.ballot_counting import EXPECTED
from workflow_engine.domain.organisation import head_group

RUNNING = ("open", "closed", "tied")
"""States of a ballot that is neither decided nor withdrawn."""


def subjects(voters: Sequence[str], chair: str | None) -> list[str]:
    """Under which names a ballot is offered: people, positions, and units with their heads."""
    everybody = voters if chair is None else [*voters, chair]
    return list(dict.fromkeys(subject for voter in everybody for subject in subjects_of_voter(voter)))


def subjects_of_voter(voter: str) -> list[str]:
    """Who sees a voter's ballot among their tasks; of a unit its members too, who prepare the answer."""
    kind, _, name = voter.partition(":")
    if kind == "person":
        return [name]
    return [head_group(name), voter] if kind == "unit" else [voter]


def wanted_subjects(found: Mapping[str, Any], seats: Iterable[Mapping[str, Any]], done: set[str]) -> set[str]:
    """To whom a ballot in this state is offered: whoever can still vote; the chair, who conducts or breaks a tie.

    ``done``: voters who have voted on everything in this round.
    """
    chair = found["chair"]
    if found["state"] == "closed":
        return set()
    if found["state"] == "tied":
        return set(subjects_of_voter(chair))
    seats = list(seats)
    waiting = [seat for seat in seats if seat["state"] == EXPECTED and seat["voter"] not in done]
    wanted = set(subjects([seat["voter"] for seat in waiting], None))
    wanted.update(seat["mandate_to"] for seat in waiting if seat["mandate_to"])
    if chair is not None and all(seat["voter"] != chair for seat in seats):
        wanted.update(subjects_of_voter(chair))
    return wanted
