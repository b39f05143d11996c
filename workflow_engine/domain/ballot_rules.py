"""The rules of a ballot as a model states them: extension properties of a user task, read and checked one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from workflow_engine.domain.durations import parse_duration

PREFIX = "ballot."
RESULT = "ballot"
"""The property that makes a user task a ballot; its value names the variable that takes the result."""
VOTER_KINDS = ("person", "position", "unit", "role")
COUNTS = ("yes", "no", "abstain")
UNIT_WEIGHT = 1000
"""Weights are whole thousandths, so that sums are exact."""
MOST_VOTERS = 10_000
MOST_ITEMS = 200
_NAME = re.compile(r"[^\W\d][\w-]{0,63}")
_SHARE = re.compile(r"(>=|>)\s*(\d{1,6})(?:\s*/\s*(\d{1,6}))?")


class BallotRuleError(ValueError):
    """A property that cannot be a rule: ``name`` says which, ``expected`` what it should be."""

    def __init__(self, name: str, expected: str, got: Any = None) -> None:
        shown = "" if got is None else f", but it is {str(got)[:60]!r}"
        super().__init__(f"Expected {name} to be {expected}{shown}.")
        self.name = name
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to vote, and what it counts as."""

    name: str
    counts: str


@dataclass(frozen=True, slots=True)
class Share:
    """``> 1/2``, ``>= 2/3`` of a base; or, for a quorum, ``>= 3`` voters (``denominator`` 0)."""

    strict: bool
    numerator: int
    denominator: int

    def is_met(self, have: int, base: int) -> bool:
        """Whether ``have`` of ``base`` is enough; nothing of nothing never is."""
        if have <= 0:
            return False
        left, right = (have * self.denominator, self.numerator * base) if self.denominator else (have, self.numerator)
        return left > right if self.strict else left >= right

    @property
    def is_majority(self) -> bool:
        """Whether it is more than one half: only then can a vote be tied."""
        return self.strict and self.denominator == 2 * self.numerator

    def __str__(self) -> str:
        if self.is_all:
            return "all"
        below = f"/{self.denominator}" if self.denominator else ""
        return f"{'>' if self.strict else '>='} {self.numerator}{below}"

    @property
    def is_all(self) -> bool:
        """Whether everybody of the base has to agree."""
        return not self.strict and self.denominator == self.numerator == 1


@dataclass(frozen=True, slots=True)
class Item:
    """One clause that is voted by itself; ``""`` stands for the whole where nothing is split."""

    item_id: str
    title: str = ""


_CHOICES = (Choice("yes", "yes"), Choice("no", "no"), Choice("abstain", "abstain"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything that decides a ballot besides who votes and how."""

    result: str
    inner: str = "head"
    choices: tuple[Choice, ...] = _CHOICES
    reasons: frozenset[str] = frozenset({"no"})
    """Choices that need a reason."""
    lead: str | None = None
    co: tuple[str, ...] = ()
    chair: str | None = None
    chair_last: bool = False
    quorum: Share = Share(False, 1, 0)
    quorum_base: str = "all"
    threshold: Share = Share(True, 1, 2)
    threshold_base: str = "cast"
    veto: frozenset[str] = frozenset()
    tie: str = "rejected"
    early_end: bool = True
    silence: str = "absent"
    extension: str | None = None
    secrecy: str = "open"
    items: tuple[Item, ...] = (Item(""),)
    rounds: int = 1

    def choice(self, name: str) -> Choice | None:
        """The choice of this name."""
        return next((one for one in self.choices if one.name == name), None)

    def needs_reason(self, choice: Choice, voter: str) -> bool:
        """Whether the voter has to say why."""
        return choice.name in self.reasons or (choice.counts == "no" and voter in self.veto)

    @property
    def is_secret(self) -> bool:
        return self.secrecy == "secret"

    @property
    def is_split(self) -> bool:
        """Whether clauses are voted one by one."""
        return self.items[0].item_id != ""


# ------------------------------------------------------------------------------------------------ one property each
def voter_of(text: str, name: str = "ballot.voters") -> str:
    """A voter as ``kind:id``; a bare name is a person. Raises BallotRuleError."""
    text = text.strip()
    kind, colon, rest = text.partition(":")
    if kind not in VOTER_KINDS:
        kind, rest = "person", text
    elif not colon or not rest.strip():
        raise BallotRuleError(name, f"{kind}: with an id after the colon", text)
    voter = f"{kind}:{rest.strip()}"
    if len(voter) > 150 or not voter.isprintable() or not rest.strip():
        raise BallotRuleError(name, "voters such as person:ID, position:ID, unit:ID or role:NAME", text)
    return voter


def read_voters(value: Any, name: str = "ballot.voters") -> tuple[str, ...]:
    """Voters in their order, each once: a list, or names with commas between them."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise BallotRuleError(name, "a list of voters such as person:ID, position:ID, unit:ID or role:NAME", value)
    found = tuple(dict.fromkeys(voter_of(part, name) for part in parts if part.strip()))
    if len(found) > MOST_VOTERS:
        raise BallotRuleError(name, f"at most {MOST_VOTERS} voters", len(found))
    return found


def read_weights(value: Any) -> dict[str, int]:
    """Voter to weight in thousandths."""
    if not isinstance(value, Mapping):
        raise BallotRuleError("ballot.weights", "a context of voters and numbers", value)
    return {voter_of(str(voter), "ballot.weights"): _weight(weight) for voter, weight in value.items()}


def _weight(value: Any) -> int:
    try:
        exact = Decimal(str(value)) * UNIT_WEIGHT
    except InvalidOperation:
        exact = Decimal(0)
    if isinstance(value, bool) or not 0 < exact <= 10**9 or exact != exact.to_integral_value():
        raise BallotRuleError("ballot.weights", "numbers above 0 with at most three decimals", value)
    return int(exact)


def _variable(name: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not _NAME.fullmatch(value.strip()):
            raise BallotRuleError(name, "the name of a variable", value)
        return value.strip()

    return read


def _choices(value: Any) -> tuple[Choice, ...]:
    name = "ballot.choices"
    found: dict[str, Choice] = {}
    for part in _words(value, name):
        choice, _, counts = (half.strip() for half in part.partition("="))
        counts = counts or choice
        if not _NAME.fullmatch(choice) or counts not in COUNTS:
            raise BallotRuleError(name, "names, each = yes, no or abstain (agree=yes, object=no)", part)
        found[choice] = Choice(choice, counts)
    if not any(choice.counts == "yes" for choice in found.values()) or len(found) < 2:
        raise BallotRuleError(name, "at least two choices, one of which counts as yes", value)
    return tuple(found.values())


def _share(name: str, *, number: bool) -> Callable[[Any], Share]:
    forms = "> 1/2, >= 2/3" + (" or a number of voters such as >= 3" if number else " or all")

    def read(value: Any) -> Share:
        text = str(value).strip().lower()
        if text == "all":
            return Share(False, 1, 1)
        found = _SHARE.fullmatch(text)
        if found is None or (found[3] is None and not number):
            raise BallotRuleError(name, forms, value)
        share = Share(found[1] == ">", int(found[2]), int(found[3] or 0))
        above = share.numerator > share.denominator or (share.strict and share.numerator == share.denominator)
        if found[3] is not None and (share.denominator == 0 or above):
            raise BallotRuleError(name, f"a share that can be reached ({forms})", value)
        return share

    return read


def _one_of(name: str, *words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = str(value).strip()
        if text not in words:
            raise BallotRuleError(name, f"one of {', '.join(words)}", value)
        return text

    return read


def _flag(name: str) -> Callable[[Any], bool]:
    def read(value: Any) -> bool:
        text = str(value).strip().lower()
        if text not in ("true", "false"):
            raise BallotRuleError(name, "true or false", value)
        return text == "true"

    return read


def _rounds(value: Any) -> int:
    text = str(value).strip()
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 20:
        raise BallotRuleError("ballot.rounds", "a number from 1 to 20", value)
    return int(text)


def _items(value: Any) -> tuple[Item, ...]:
    name = "ballot.items"
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_ITEMS:
        raise BallotRuleError(name, f"a list of 1 to {MOST_ITEMS} texts, or of contexts with id and title", value)
    found: dict[str, Item] = {}
    for number, part in enumerate(value, 1):
        item = _item(part, number)
        if item.item_id in found:
            raise BallotRuleError(name, "items whose ids differ", item.item_id)
        found[item.item_id] = item
    return tuple(found.values())


def _item(part: Any, number: int) -> Item:
    if isinstance(part, str) and part.strip():
        return Item(str(number), part.strip())
    if isinstance(part, Mapping) and isinstance(part.get("title"), str):
        item_id = str(part.get("id") or number).strip()
        if item_id and len(item_id) <= 64 and item_id.isprintable():
            return Item(item_id, part["title"])
    raise BallotRuleError("ballot.items", "texts, or contexts with id and title", part)


def _extension(value: Any) -> str:
    text = str(value).strip()
    if text.startswith("="):
        return text  # asked for when it is needed, as the calendar is then
    try:
        parse_duration(text)
    except ValueError:
        raise BallotRuleError("ballot.extension", "an ISO 8601 duration such as P3D, or an instant", value) from None
    return text


def _words(value: Any, name: str) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise BallotRuleError(name, "names with commas between them", value)
    return [part.strip() for part in parts if part.strip()]


def _unit(name: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = str(value).strip()
        return voter_of(text if text.startswith("unit:") else f"unit:{text}", name)

    return read


def _units(value: Any) -> tuple[str, ...]:
    return tuple(_unit("ballot.co")(part) for part in _words(value, "ballot.co"))


_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    RESULT: ("result", _variable(RESULT)),
    "ballot.inner": ("inner", _one_of("ballot.inner", "head", "anyone")),
    "ballot.choices": ("choices", _choices),
    "ballot.reasons": ("reasons", lambda value: frozenset(_words(value, "ballot.reasons"))),
    "ballot.lead": ("lead", _unit("ballot.lead")),
    "ballot.co": ("co", _units),
    "ballot.chair": ("chair", lambda value: voter_of(str(value), "ballot.chair")),
    "ballot.chairLast": ("chair_last", _flag("ballot.chairLast")),
    "ballot.quorum": ("quorum", _share("ballot.quorum", number=True)),
    "ballot.quorumBase": ("quorum_base", _one_of("ballot.quorumBase", "all", "present")),
    "ballot.threshold": ("threshold", _share("ballot.threshold", number=False)),
    "ballot.thresholdBase": ("threshold_base", _one_of("ballot.thresholdBase", "all", "present", "cast")),
    "ballot.veto": ("veto", lambda value: frozenset(read_voters(value, "ballot.veto"))),
    "ballot.tie": ("tie", _one_of("ballot.tie", "chair", "rejected", "again")),
    "ballot.earlyEnd": ("early_end", _flag("ballot.earlyEnd")),
    "ballot.silence": ("silence", _one_of("ballot.silence", "no_objection", "absent", "extend")),
    "ballot.extension": ("extension", _extension),
    "ballot.secrecy": ("secrecy", _one_of("ballot.secrecy", "open", "after_close", "secret")),
    "ballot.items": ("items", _items),
    "ballot.rounds": ("rounds", _rounds),
}
_APART: dict[str, Callable[[Any], Any]] = {
    "ballot.voters": read_voters,
    "ballot.weights": read_weights,
    "ballot.text": lambda value: value,
}
"""Properties that are no rule of counting: who votes, and on what."""
PROPERTIES = (*_READERS, *_APART)
_EXPRESSIONS_ONLY = ("ballot.weights", "ballot.items", "ballot.text")


def check_property(name: str, value: str | None) -> None:
    """Raise BallotRuleError for a property that does not exist, or a literal (not None) that it cannot have."""
    if name not in PROPERTIES:
        raise BallotRuleError(name, f"one of {', '.join(PROPERTIES)}")
    if value is None:
        return
    if name in _EXPRESSIONS_ONLY:
        raise BallotRuleError(name, "a FEEL expression after a leading =", value)
    reader = _READERS[name][1] if name in _READERS else _APART[name]
    reader(value)


def read_rules(values: Mapping[str, Any]) -> Rules:
    """The rules that these properties state together; an absent or null one has its default.

    Raises:
        BallotRuleError: names the property and what it should be.
    """
    read: dict[str, Any] = {}
    for name, value in values.items():
        if value is None or value == "":
            continue
        if name not in PROPERTIES:
            raise BallotRuleError(name, f"one of {', '.join(PROPERTIES)}")
        if name in _READERS:
            field, reader = _READERS[name]
            read[field] = reader(value)
    if "result" not in read:
        raise BallotRuleError(RESULT, "the name of the variable that takes the result")
    if "reasons" not in read:
        choices = read.get("choices", _CHOICES)
        is_secret = read.get("secrecy") == "secret"  # a reason would tell who voted so
        read["reasons"] = frozenset() if is_secret else frozenset(one.name for one in choices if one.counts == "no")
    rules = Rules(**read)
    check_together(rules, frozenset(name for name, value in values.items() if value not in (None, "")))
    return rules


def check_together(rules: Rules, given: frozenset[str]) -> None:
    """Raise BallotRuleError where properties contradict each other."""
    if rules.chair is None:
        for name, wanted in (("ballot.tie", rules.tie == "chair"), ("ballot.chairLast", rules.chair_last)):
            if wanted:
                raise BallotRuleError("ballot.chair", f"given, because {name} speaks of the chair")
    if rules.silence == "extend" and rules.extension is None:
        raise BallotRuleError("ballot.extension", "given, because ballot.silence is extend")
    if rules.tie == "again" and rules.rounds < 2:
        raise BallotRuleError("ballot.rounds", "2 or more, because a tie is to be voted again")
    unknown = sorted(rules.reasons - {choice.name for choice in rules.choices})
    if unknown:
        raise BallotRuleError("ballot.reasons", "some of the choices", ", ".join(unknown))
    if rules.veto and not any(choice.counts == "no" for choice in rules.choices):
        raise BallotRuleError("ballot.choices", "with one that counts as no, because somebody has a veto")
    if rules.is_secret:
        for name in ("ballot.veto", "ballot.weights"):
            if name in given:
                raise BallotRuleError(name, "left out of a secret ballot: it would tell who voted how")
