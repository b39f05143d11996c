"""Single votes in a sentence, and what a decision was made of; see ``sentences_ballots`` for the rest."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from web.i18n import gettext as _
from web.presenters.decision_words import applied_in_words, choice_word, voter_name, voter_names
from web.presenters.people import actor_name
from web.presenters.telling import Body, Teller, say, strong
from workflow_engine import ReplayVoteRow

MOST_VOTES = 15


def vote_sentence(vote: ReplayVoteRow, teller: Teller) -> Markup:
    """A vote coming in, with what of it everybody may know."""
    voter, choice = strong(voter_name(vote.voter)), choice_word(teller.names, "choice", vote.choice)
    told = (
        say(_("%(voter)s voted: %(choice)s"), voter=voter, choice=strong(choice))
        if choice
        else say(_("%(voter)s has voted"), voter=voter)
    )
    if vote.item:
        told += say(_(" (clause %(item)s)"), item=vote.item)
    if vote.voter != f"person:{vote.cast_by}":
        told += say(_(", cast by %(who)s"), who=actor_name(vote.cast_by))
    return told


def grounds(event: Body, teller: Teller) -> str:
    """Every rule that was applied with its numbers, and who said what where that is public among those at work."""
    lines = applied_in_words(event.get("applied") or ())
    result = event.get("result")
    if not isinstance(result, Mapping):
        return " ".join(lines)
    for vote in list(result.get("votes") or ())[:MOST_VOTES]:
        if vote.get("choice"):
            reason = _(". ") + str(vote["reason"]).rstrip(".。") if vote.get("reason") else ""
            said = choice_word(teller.names, "choice", vote["choice"]) + reason
            lines.append(voter_name(vote["voter"]) + _(": ") + said + _("."))
    if late := result.get("late"):
        lines.append(_("Said nothing: %(voters)s.", voters=voter_names(late)))
    return " ".join(lines)
