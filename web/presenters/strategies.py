"""How a model says who gets a task, in words."""

from __future__ import annotations

from collections.abc import Iterable

from web.i18n import gettext as _
from web.i18n import marked

STRATEGIES = {
    "role": marked("whoever has the role"), "unit": marked("everybody in the unit"),
    "head": marked("the head of the unit"), "position": marked("whoever holds the position"),
    "duty": marked("whoever is on duty now"), "superior of": marked("of the unit above"),
    "common superior": marked("of the lowest unit above both"),
    "unit for": marked("of the unit in charge, one level up"), "unit at": marked("of the unit at the place"),
    "level of": marked("by level"), "head of": marked("the head of the unit"),
    "least loaded": marked("whoever has the least to do"), "on duty": marked("whoever is on duty now"),
}  # fmt: skip
"""Kinds of groups, then questions to the organisation, as ``bpmn.strategies`` names them."""


def strategy_words(strategy: Iterable[str]) -> str:
    """One line: ``the head of the unit · of the unit above``."""
    return " · ".join(dict.fromkeys(_(STRATEGIES[one]) for one in strategy if one in STRATEGIES))
