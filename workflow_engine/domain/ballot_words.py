"""The rules that decided a ballot, in words: one English sentence for each, which is also its key for translation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

BASES = {
    "all": "all on the roll",
    "present": "those present",
    "cast": "votes for and against",
}
SHARES = {
    ">": "more than %(share)s",
    ">=": "at least %(share)s",
}
OUTCOMES = {
    "adopted": "Carried",
    "rejected": "Not carried",
    "tied": "Even votes",
    "no_quorum": "No quorum",
    "vetoed": "Vetoed",
}
REASONS = {
    "threshold_met": "Enough voted for it.",
    "threshold_missed": "Too few voted for it.",
    "even_votes": "As many voted for it as against it, and nothing breaks the tie.",
    "quorum_missed": "Too few took part.",
    "veto": "Somebody who may say no alone said no.",
    "chair_decided": "Votes were even, and the chair decided.",
}
RULES = {
    "roll": "Of %(voters)s voters, %(voted)s voted, %(silent)s were silent, %(absent)s were absent and %(recused)s "
    "stepped aside.",
    "veto": "A veto decides at once: %(vetoed_by)s.",
    "silence no_objection": "Silence until the deadline means no objection: %(silent)s count as in favour.",
    "silence absent": "Whoever is silent until the deadline counts as absent: %(silent)s.",
    "silence extend": "Whoever is silent after the extension counts as absent: %(silent)s.",
    "quorum met": "Quorum: %(needed)s of %(base)s had to take part; %(have)s of %(of)s did.",
    "quorum missed": "Quorum: %(needed)s of %(base)s had to take part; only %(have)s of %(of)s did.",
    "quorum number met": "Quorum: %(needed)s voters had to take part; %(have)s did.",
    "quorum number missed": "Quorum: %(needed)s voters had to take part; only %(have)s did.",
    "threshold met": "Majority: %(needed)s of %(base)s had to be in favour; %(have)s of %(of)s were.",
    "threshold missed": "Majority: %(needed)s of %(base)s had to be in favour; only %(have)s of %(of)s were.",
    "tie rejected": "Votes are even, which rejects.",
    "tie again": "Votes are even, and the last round is over.",
    "tie chair": "Votes are even, and the chair did not decide.",
    "tie chair yes": "Votes are even; the chair decided for it.",
    "tie chair no": "Votes are even; the chair decided against it.",
}
"""Templates by the key that ``rule_key`` gives."""

Translate = Callable[[str], str]


def rule_key(rule: Mapping[str, Any]) -> str:
    """Which template tells an applied rule."""
    name = str(rule["rule"])
    if name == "silence":
        return f"silence {rule['means']}"
    if name in ("quorum", "threshold"):
        number = " number" if name == "quorum" and "/" not in str(rule["needed"]) and rule["needed"] != "all" else ""
        return f"{name}{number} {'met' if rule['met'] else 'missed'}"
    if name == "tie":
        return " ".join(["tie", str(rule["means"]), *([str(rule["chair"])] if "chair" in rule else [])])
    return name


def tell_rules(
    applied: Iterable[Mapping[str, Any]],
    translate: Translate = lambda text: text,
    name_of: Callable[[str], str] = lambda voter: voter,
) -> list[str]:
    """Every applied rule as a sentence; ``translate`` turns templates, ``name_of`` voters into the reader's words."""
    return [_tell(rule, translate, name_of) for rule in applied]


def _tell(rule: Mapping[str, Any], translate: Translate, name_of: Callable[[str], str]) -> str:
    values = dict(rule)
    if "needed" in values:
        values["needed"] = _share(str(values["needed"]), translate)
    if "base" in values:
        values["base"] = translate(BASES[values["base"]])
    if "vetoed_by" in values:
        values["vetoed_by"] = ", ".join(map(name_of, values["vetoed_by"]))
    told = translate(RULES[rule_key(rule)]) % values
    return f"[{rule['item']}] {told}" if rule.get("item") else told


def _share(needed: str, translate: Translate) -> str:
    sign, _, share = needed.partition(" ")
    return translate(SHARES[sign]) % {"share": share} if sign in SHARES else translate("all")
