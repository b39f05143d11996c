"""``ballot list|show|vote``: ballots from the command line."""

from __future__ import annotations

from collections.abc import Iterator

import click

from workflow_engine import BallotDetail, CastVote, new_id
from workflow_engine.cli.asking import actor_for, opened, with_output, with_person
from workflow_engine.cli.output import Output, short_instant, table
from workflow_engine.domain.ballot_words import OUTCOMES, tell_rules

_COLUMNS = ("ballot_id", "name", "case_title", "state", "round_no", "voted", "voters", "due_at", "outcome")


@click.group()
def ballot() -> None:
    """Look at ballots and vote."""


@ballot.command("list")
@click.option("--which", type=click.Choice(["running", "mine", "ended"]), default="running", show_default=True)
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@with_person
@with_output
def list_ballots(output: Output, which: str, limit: int, person: str | None) -> None:
    """List ballots within reach: those that run, one's own, or those that ended."""
    with opened() as engine:
        rows = engine.queries.ballots.page(actor_for(engine, person), which, limit=limit).items
    output.tell({"ballots": rows}, table(_COLUMNS, ([getattr(row, name) for name in _COLUMNS] for row in rows)))


@ballot.command()
@click.argument("ballot_id")
@with_person
@with_output
def show(output: Output, ballot_id: str, person: str | None) -> None:
    """Show BALLOT_ID: who votes, how it stands, and once decided by which rules."""
    with opened() as engine:
        detail = engine.queries.ballots.get(ballot_id, actor_for(engine, person))
    output.tell(detail, _lines(detail))


@ballot.command()
@click.argument("ballot_id")
@click.option("--choice", required=True, help="One of the ballot's choices, such as yes, no, abstain.")
@click.option("--for", "voter", metavar="VOTER", help="The voter, where one may speak for several (unit:fire).")
@click.option("--reason", help="Why; some choices need it.")
@click.option("--item", default="", help="The clause, where clauses are voted one by one.")
@with_person
@with_output
def vote(
    output: Output, ballot_id: str, choice: str, voter: str | None, reason: str | None, item: str, person: str | None
) -> None:
    """Vote in BALLOT_ID for the person given by --as; prints the receipt's fingerprint."""
    command = CastVote(command_id=new_id(), ballot_id=ballot_id, choice=choice, voter=voter, reason=reason, item=item)
    with opened() as engine:
        receipt = engine.handle(command, actor_for(engine, person))
    told = {**receipt.result, "nonce": command.nonce}
    output.tell(told, [f"{told['voter']} has voted. Receipt: {told['fingerprint']}"])


def _lines(detail: BallotDetail) -> Iterator[str]:
    row = detail.ballot
    yield f"{row.name or row.element_id}: {row.state}, round {row.round_no}, {row.secrecy}"
    yield f"{row.voted} of {row.voters} have voted; due {short_instant(row.due_at) or 'never'}"
    for item in detail.standing:
        said = ", ".join(f"{name} {heads}" for name, heads in (item.choices or {}).items())
        yield f"{item.title or 'In all'}: {said or 'not shown'}; {item.open} open, {item.absent} absent"
    headers = ("voter", "weight", "state", "choice", "by", "capacity", "reason")
    votes = {(vote.voter, vote.item): vote for vote in detail.votes}
    items = [item.item_id for item in detail.standing]
    lines = []
    for seat in detail.seats:
        for item_id in items:
            vote = votes.get((seat.voter, item_id))
            how = None if vote is None else vote.choice or "voted"
            by = (None, None, seat.reason) if vote is None else (vote.cast_by, vote.capacity, vote.reason)
            lines.append((seat.voter, seat.weight, seat.state, how, *by))
    yield from table(headers, lines)
    if detail.result is not None:
        yield f"{OUTCOMES[str(detail.result['outcome'])]}."
        yield from tell_rules(detail.result["applied"])
