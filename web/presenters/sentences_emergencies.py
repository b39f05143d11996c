"""Sentences about what a duty officer does to an emergency."""

from __future__ import annotations

from markupsafe import Markup

from web.i18n import gettext as _
from web.presenters.emergency_cards import unit_name
from web.presenters.telling import Body, Sentence, Teller, because, say, strong


def _call_next(command: Body, teller: Teller) -> Markup:
    told = say(_("%(who)s called the next in line, as nobody answered"), who=strong(teller.actor))
    return because(told, command.get("reason"))


def _call_again(command: Body, _teller: Teller) -> Markup:
    unit = unit_name(str(command.get("unit") or ""))
    return say(_("%(unit)s was called again, as nobody had answered (call %(number)s)"), unit=unit,
               number=str(command.get("number") or ""))  # fmt: skip


ASKED: dict[str, Sentence] = {"emergency.call_next": _call_next, "emergency.call_again": _call_again}
