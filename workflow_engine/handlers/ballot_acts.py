"""What commands do to a ballot in memory; see ``acts``. Whether they may be used is settled before."""

from __future__ import annotations

from workflow_engine.bpmn import ballot_settling, balloting
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain import ballot_commands as b
from workflow_engine.domain.commands import Command
from workflow_engine.handlers.steps import Act, Step, step_of, token_of


def recuse(instance: Instance, context: RunContext, command: b.RecuseVoter, _actor_id: str) -> Step:
    """A voter steps aside."""
    number, voter = token_of(command.ballot_id), command.voter or ""
    return step_of(instance.act(context, lambda tree: balloting.recuse(tree, number, voter, command.reason)))


def mark_absent(instance: Instance, context: RunContext, command: b.MarkAbsent, _actor_id: str) -> Step:
    """A voter is away, or back."""
    number = token_of(command.ballot_id)
    return step_of(
        instance.act(
            context,
            lambda tree: balloting.mark_absent(tree, number, command.voter, command.absent, command.reason),
        )
    )


def give_mandate(instance: Instance, context: RunContext, command: b.GiveMandate, _actor_id: str) -> Step:
    """Somebody may vote for somebody."""
    number, voter = token_of(command.ballot_id), command.voter or ""
    return step_of(
        instance.act(
            context,
            lambda tree: balloting.give_mandate(tree, number, voter, command.to, command.document, command.reason),
        )
    )


def amend(instance: Instance, context: RunContext, command: b.AmendText, _actor_id: str) -> Step:
    """The next round, on another text."""
    number, seals = token_of(command.ballot_id), (command.votes_seal, command.papers_seal or None)
    return step_of(
        instance.act(
            context,
            lambda tree: balloting.amend(tree, number, dict(command.text), command.reason, command.votes, seals),
        )
    )


def settle(instance: Instance, context: RunContext, command: b.SettleBallot, actor_id: str) -> Step:
    """Count and decide."""
    number, seals = token_of(command.ballot_id), (command.votes_seal, command.papers_seal or None)
    return step_of(
        instance.act(
            context,
            lambda tree: ballot_settling.settle(
                tree, number, command.round_no, command.cast, command.turnout, seals, actor_id
            ),
        )
    )


def break_tie(instance: Instance, context: RunContext, command: b.BreakTie, actor_id: str) -> Step:
    """The chair's word."""
    number, seals = token_of(command.ballot_id), (command.votes_seal, command.papers_seal or None)
    return step_of(
        instance.act(
            context,
            lambda tree: ballot_settling.break_tie(
                tree, number, command.item, command.choice, command.reason, command.cast, command.turnout, seals,
                actor_id,
            ),
        )
    )  # fmt: skip


BALLOT_ACTS: dict[type[Command], Act] = {
    b.RecuseVoter: recuse,
    b.MarkAbsent: mark_absent,
    b.GiveMandate: give_mandate,
    b.AmendText: amend,
    b.SettleBallot: settle,
    b.BreakTie: break_tie,
}
