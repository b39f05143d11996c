"""Ballots in plain words: by which rules is voted, how each way to vote is called, who votes, and what came out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from web.i18n import gettext as _
from web.i18n import marked, ngettext
from web.presenters.ballot_words import outcome_in_words, rules_in_words
from web.presenters.names import Names
from web.presenters.people import actor_name, find_group_name, group_name
from web.words import in_words

STATES = {
    "open": marked("Voting"),
    "closed": marked("Being counted"),
    "tied": marked("Waits for the chair"),
    "decided": marked("Decided"),
    "withdrawn": marked("Called off"),
}
SECRECY = {
    "open": marked("Open: everybody who sees the case sees each vote as it is cast."),
    "after_close": marked("Votes are shown once the vote is over; until then only who has voted."),
    "secret": marked("Secret: who has voted is shown, how never. Choices lie apart from names."),
}
CHOICES = {
    "yes": marked("Yes"),
    "no": marked("No"),
    "abstain": marked("Abstain"),
    "agree": marked("Agree"),
    "comments": marked("Agree with comments"),
    "object": marked("Objection"),
    "oppose": marked("Against"),
}
"""Common ways to vote; a process may give its own words under ``value.<ballot>.<choice>`` or
``value.choice.<choice>``."""
CAPACITIES = {
    "head": marked("as head of the unit"),
    "member": marked("for the unit"),
    "deputy": marked("as deputy"),
    "mandate": marked("by written mandate"),
}
SEAT_STATES = {"expected": marked("expected"), "recused": marked("recused"), "absent": marked("absent")}
TONES = {"adopted": "good", "rejected": "stop", "vetoed": "stop", "tied": "warn", "no_quorum": "warn"}
_SHARE = re.compile(r"(>=|>) (\d+)(?:/(\d+))?")


def outcome_word(outcome: str | None) -> str:
    """What came out, in a word; empty where nothing has."""
    return outcome_in_words(outcome) if outcome in TONES else ""


def voter_name(voter: str | None) -> str:
    """A person, position, unit or role on the roll by name."""
    kind, _colon, name = (voter or "").partition(":")
    if kind == "person":
        return actor_name(name)
    return find_group_name(str(voter)) or group_name(str(voter))


def stated_voter(text: str) -> str:
    """A voter as a model states them: a bare name is a person."""
    return text if text.partition(":")[0] in ("person", "position", "unit", "role") else f"person:{text}"


def voter_names(voters: Iterable[str]) -> str:
    """Several of them on one line."""
    return _(", ").join(voter_name(voter) for voter in voters)


def choice_word(names: Names, ballot: str, choice: str | None) -> str:
    """How a way to vote is called."""
    if not choice:
        return ""
    for variable in (ballot, "choice"):
        given = names.value(variable, choice)
        if given != choice:
            return given
    return _(CHOICES[choice]) if choice in CHOICES else in_words(choice)


def share_word(share: str) -> str:
    """``> 1/2`` as more than half."""
    found = _SHARE.fullmatch(share.strip())
    if found is None:
        return _("all")
    sign, upper, lower = found.groups()
    if lower is None:
        number = int(upper) + (sign == ">")
        return ngettext("at least %(num)d voter", "at least %(num)d voters", number)
    part = _("half") if (upper, lower) == ("1", "2") else f"{upper}/{lower}"
    return _("more than %(part)s", part=part) if sign == ">" else _("at least %(part)s", part=part)


def standing_rules(rules: Mapping[str, Any], names: Names, voters: Iterable[str]) -> list[str]:
    """What decides this ballot, a sentence each; ``rules`` are the properties as the model states them."""
    ballot = str(rules.get("ballot"))

    def given(name: str, otherwise: str) -> str:
        return str(rules.get(f"ballot.{name}") or otherwise)

    told = [_quorum(given("quorum", ">= 1"), given("quorumBase", "all"))]
    told.append(_threshold(given("threshold", "> 1/2"), given("thresholdBase", "cast")))
    if veto := rules.get("ballot.veto"):
        holders = voter_names(map(stated_voter, _listed(veto)))
        told.append(_("%(who)s may veto, with a reason; that decides at once.", who=holders))
    if rules.get("ballot.weights"):
        told.append(_("Votes have weights: see the roll."))
    chair = rules.get("ballot.chair")
    if chair and given("chairLast", "false").lower() == "true":
        told.append(_("%(who)s chairs, and votes after all others.", who=voter_name(stated_voter(str(chair)))))
    elif chair:
        told.append(_("%(who)s chairs.", who=voter_name(stated_voter(str(chair)))))
    if given("threshold", "> 1/2") == "> 1/2":  # only then can votes be even
        told.append(_(TIE[given("tie", "rejected")]))
    told.append(_(SILENCE[given("silence", "absent")]))
    if given("earlyEnd", "true").lower() == "true":
        told.append(_("The vote ends as soon as the result can no longer change."))
    told.append(_(SECRECY[given("secrecy", "open")]))
    if any(one.startswith("unit:") for one in voters):
        inner = given("inner", "head")
        told.append(
            _("A unit has one vote; anybody of the unit may cast it.")
            if inner == "anyone"
            else _("A unit has one vote: its people prepare the answer, its head casts it.")
        )
    if (rounds := int(given("rounds", "1"))) > 1:
        told.append(_("At most %(rounds)d rounds; an amended text begins a new one.", rounds=rounds))
    reasons = _listed(rules.get("ballot.reasons") or ())
    if reasons:
        words = _(", ").join(choice_word(names, ballot, one) for one in reasons)
        told.append(_("A reason is needed for: %(choices)s.", choices=words))
    return told


TIE = {
    "chair": marked("Where votes are even, the chair decides, with a reason."),
    "rejected": marked("Where votes are even, it is not carried."),
    "again": marked("Where votes are even, it is voted once more."),
}
SILENCE = {
    "no_objection": marked("Who says nothing until the deadline counts as having no objection."),
    "absent": marked("Who says nothing until the deadline counts as absent."),
    "extend": marked("If somebody has said nothing at the deadline, it is extended once."),
}
BASES = {
    "all": marked("of all on the roll"),
    "present": marked("of those present"),
    "cast": marked("of the votes for and against"),
}


def applied_in_words(applied: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every rule that was applied to a result, a sentence each with its numbers."""
    return rules_in_words(list(applied), voter_name)


def _quorum(share: str, base: str) -> str:
    if _SHARE.fullmatch(share) and "/" not in share:
        return _("Quorum: %(share)s have to vote.", share=share_word(share))
    return _("Quorum: %(share)s %(base)s have to vote.", share=share_word(share), base=_(BASES[base]))


def _threshold(share: str, base: str) -> str:
    return _("Carried with %(share)s %(base)s in favour.", share=share_word(share), base=_(BASES[base]))


def _listed(value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value
    return [str(part).strip() for part in parts if str(part).strip()]
