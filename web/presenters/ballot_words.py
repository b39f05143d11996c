"""The rules that decided a ballot, told in the visitor's words (``workflow_engine.domain.ballot_words``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from web.i18n import gettext as _
from web.i18n import marked
from workflow_engine import BALLOT_OUTCOMES, BALLOT_REASONS, tell_rules

MARKED = (
    marked("all on the roll"),
    marked("those present"),
    marked("votes for and against"),
    marked("more than %(share)s"),
    marked("at least %(share)s"),
    marked("Carried"),
    marked("Not carried"),
    marked("Even votes"),
    marked("No quorum"),
    marked("Vetoed"),
    marked("Enough voted for it."),
    marked("Too few voted for it."),
    marked("As many voted for it as against it, and nothing breaks the tie."),
    marked("Too few took part."),
    marked("Somebody who may say no alone said no."),
    marked("Votes were even, and the chair decided."),
    marked(
        "Of %(voters)s voters, %(voted)s voted, %(silent)s were silent, %(absent)s were absent and "
        "%(recused)s stepped aside."
    ),
    marked("A veto decides at once: %(vetoed_by)s."),
    marked("Silence until the deadline means no objection: %(silent)s count as in favour."),
    marked("Whoever is silent until the deadline counts as absent: %(silent)s."),
    marked("Whoever is silent after the extension counts as absent: %(silent)s."),
    marked("Quorum: %(needed)s of %(base)s had to take part; %(have)s of %(of)s did."),
    marked("Quorum: %(needed)s of %(base)s had to take part; only %(have)s of %(of)s did."),
    marked("Quorum: %(needed)s voters had to take part; %(have)s did."),
    marked("Quorum: %(needed)s voters had to take part; only %(have)s did."),
    marked("Majority: %(needed)s of %(base)s had to be in favour; %(have)s of %(of)s were."),
    marked("Majority: %(needed)s of %(base)s had to be in favour; only %(have)s of %(of)s were."),
    marked("Votes are even, which rejects."),
    marked("Votes are even, and the last round is over."),
    marked("Votes are even, and the chair did not decide."),
    marked("Votes are even; the chair decided for it."),
    marked("Votes are even; the chair decided against it."),
    marked("all"),
)
"""Every template of the engine's, so that translators see them."""


def rules_in_words(applied: list[Mapping[str, Any]], name_of: Callable[[str], str]) -> list[str]:
    """Each rule that was applied as a sentence; ``name_of`` gives a voter's name."""
    return tell_rules(applied, _, name_of)


def outcome_in_words(outcome: str) -> str:
    """What came out, as a heading."""
    return _(BALLOT_OUTCOMES[outcome])


def reason_in_words(reason: str) -> str:
    """Why it came out so, as one sentence."""
    return _(BALLOT_REASONS[reason])
