"""Sentences about ballots: what was put to the vote, who stepped aside or was away, and what came of it."""

from __future__ import annotations

from markupsafe import Markup

from web.i18n import gettext as _
from web.presenters.ballot_words import outcome_in_words
from web.presenters.sentences_votes import grounds
from web.presenters.task_work import subject_name
from web.presenters.telling import Body, Sentence, Teller, because, say, strong
from web.presenters.times import clock_time, instant


def voter_name(voter: str) -> str:
    """The name of a voter: a person's, a unit's or a position's."""
    return subject_name(voter.removeprefix("person:"))


def _voter(command: Body) -> Markup:
    return strong(voter_name(str(command.get("voter") or "")))


def _recuse(command: Body, teller: Teller) -> Markup:
    told = say(
        _("%(voter)s steps aside at %(task)s, noted by %(who)s"), who=strong(teller.actor), voter=_voter(command),
        task=teller.element(command),
    )  # fmt: skip
    return because(told, command.get("reason"))


def _absent(command: Body, teller: Teller) -> Markup:
    said = (
        _("%(who)s marked %(voter)s as absent at %(task)s")
        if command.get("absent", True)
        else _("%(who)s marked %(voter)s as present at %(task)s")
    )
    told = say(said, who=strong(teller.actor), voter=_voter(command), task=teller.element(command))
    return because(told, command.get("reason"))


def _mandate(command: Body, teller: Teller) -> Markup:
    values = {"voter": _voter(command), "task": teller.element(command), "document": str(command.get("document", ""))}
    if command.get("to") is None:
        told = say(_("Nobody votes in place of %(voter)s any more at %(task)s (%(document)s)"), **values)
    else:
        whom = strong(subject_name(str(command["to"])))
        told = say(_("%(whom)s may vote in place of %(voter)s at %(task)s (%(document)s)"), whom=whom, **values)
    return because(told, command.get("reason"))


def _amend(command: Body, teller: Teller) -> Markup:
    told = say(
        _("%(who)s put an amended text to the vote at %(task)s"), who=strong(teller.actor), task=teller.element(command)
    )
    return because(told, command.get("reason"))


def _break_tie(command: Body, teller: Teller) -> Markup:
    said = (
        _("%(who)s, in the chair, decided for it at %(task)s")
        if command.get("choice") == "yes"
        else _("%(who)s, in the chair, decided against it at %(task)s")
    )
    told = say(said, who=strong(teller.actor), task=teller.element(command))
    return because(told, command.get("reason"))


def _settle(command: Body, teller: Teller) -> Markup:
    return say(_("The votes on %(task)s were counted"), task=teller.element(command))


ASKED: dict[str, Sentence] = {
    "ballot.recuse": _recuse,
    "ballot.mark_absent": _absent,
    "ballot.give_mandate": _mandate,
    "ballot.amend": _amend,
    "ballot.break_tie": _break_tie,
    "ballot.settle": _settle,
}


def _opened(event: Body, teller: Teller) -> Markup:
    count = len(event.get("roll") or ())
    return say(_("%(task)s is put to the vote of %(count)s"), task=teller.element(event), count=count)


def _round(event: Body, teller: Teller) -> Markup:
    return say(
        _("Round %(number)s of %(task)s begins; %(votes)s votes cast before no longer count"),
        number=event.get("round_no"), task=teller.element(event), votes=event.get("votes"),
    )  # fmt: skip


def _closed(event: Body, teller: Teller) -> Markup:
    return say(_("Nobody votes on %(task)s any more"), task=teller.element(event))


def _extended(event: Body, teller: Teller) -> Markup | None:
    until = instant(event.get("due_at"))
    if until is None:
        return None
    return say(
        _("%(silent)s were silent; %(task)s is open until %(until)s"), silent=event.get("silent"),
        task=teller.element(event), until=strong(clock_time(until)),
    )  # fmt: skip


def _tied(event: Body, teller: Teller) -> Markup:
    chair = strong(voter_name(str(event.get("chair") or "")))
    return say(_("Votes on %(task)s are even; %(chair)s has to decide"), task=teller.element(event), chair=chair)


def _decided(event: Body, teller: Teller) -> Markup:
    told = say(
        _("%(task)s: %(outcome)s, with %(voted)s votes of %(voters)s voters"), task=teller.element(event),
        outcome=strong(outcome_in_words(str(event.get("outcome")))), voted=event.get("voted"),
        voters=event.get("voters"),
    )  # fmt: skip
    return because(told, grounds(event, teller))


def _withdrawn(event: Body, teller: Teller) -> Markup:
    return say(_("The vote on %(task)s is off; what was cast stays on record"), task=teller.element(event))


HAPPENED: dict[str, Sentence] = {
    "ballot.opened": _opened,
    "ballot.round_opened": _round,
    "ballot.closed": _closed,
    "ballot.extended": _extended,
    "ballot.tied": _tied,
    "ballot.decided": _decided,
    "ballot.withdrawn": _withdrawn,
}
