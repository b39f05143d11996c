"""What sentences about a case are made of: names looked up, words emphasised, values put in escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from web.i18n import gettext as _
from web.presenters.names import Names
from web.presenters.values import value_text

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Teller:
    """What a sentence may look up: the names of the case's model, and who acted."""

    names: Names
    actor: str = ""

    def element(self, body: Body, key: str = "element_id") -> Markup:
        """The element's name, emphasised."""
        return strong(self.names.element(body.get(key), body.get("name")))

    def values(self, values: Mapping[str, Any] | None, most: int = 4) -> str:
        """``name: value`` pairs on one line."""
        pairs = list((values or {}).items())
        told = [f"{self.names.variable(key)}: {value_text(value, self.names, key)[:60]}" for key, value in pairs[:most]]
        return "; ".join(told) + ("; …" if len(pairs) > most else "")


Sentence = Callable[[Body, Teller], "Markup | None"]


def strong(text: str) -> Markup:
    """Emphasised, and escaped."""
    return Markup("<b>{}</b>").format(text)


def because(told: Markup, reason: str | None) -> Markup:
    """The sentence with what somebody wrote about it, if anything."""
    return told + say(_(": %(reason)s"), reason=reason) if reason else told


def say(message: str, /, **values: Any) -> Markup:
    """A translated sentence with values put in, each escaped unless it is markup already."""
    return Markup(message) % values  # noqa: S704 - messages come from our own catalogues
