"""People, units and groups in the forms of the organisation: suggested by name, kept by id, never guessed.

A right or a unit given to the wrong one is worse than a question, so only an id or a whole name counts here; what is
merely near is told at the field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from web.context import engine
from web.i18n import CHINESE, current_language, marked
from web.i18n import gettext as _
from workflow_engine import InvalidVariablesError

PEOPLE, UNITS, ROLES, DUTIES, HOLDERS = "people", "units", "roles", "duties", "holders"
PICKS = frozenset({PEOPLE, UNITS, ROLES, DUTIES, HOLDERS})
MOST_SHOWN = 100
MOST_NEAR = 4
OF_UNITS = ("unit:", "head:", "duty:")
"""Groups that every unit has."""
UNKNOWN = {
    ROLES: marked("There is no such group."),
    DUTIES: marked("There is no such role, and no unit's duty of this name."),
    HOLDERS: marked("There is no such person or group."),
}
"""Where the engine takes any id, the page does not; whether a person or unit is there the engine says itself."""
_IN_BRACKETS = re.compile(r"[(（]([^()（）]+)[)）]\s*$")


@dataclass(frozen=True, slots=True)
class Option:
    """One that can be picked."""

    id: str
    label: str
    names: tuple[str, ...]
    """What it is also understood by, whole."""


def init_app(app: Flask) -> None:
    """Let templates draw the suggestions that need no script."""
    app.jinja_env.globals["pick_options"] = options


def options(pick: str, words: str = "") -> list[Option]:
    """What the words may mean, or simply the first of them."""
    return _found(pick, words)[:MOST_SHOWN]


def picked(row: Mapping[str, Any], **picks: str) -> dict[str, Any]:
    """The row with ids where names were typed; ``picks`` says what each field holds.

    Raises:
        InvalidVariablesError: a name that means nobody, or more than one.
    """
    made, problems = dict(row), {}
    for name, pick in picks.items():
        text = str(row.get(name, "")).strip()
        if not text:
            continue
        exact, near = _meant(pick, text)
        if len(exact) == 1:
            made[name] = exact[0].id
        elif exact or near:
            labels = [f"{one.label} ({one.id})" for one in (exact or near)[:MOST_NEAR]]
            problems[name] = _("Which one? %(names)s", names=", ".join(labels))
        elif pick in UNKNOWN:
            problems[name] = _(UNKNOWN[pick])
    if problems:
        raise InvalidVariablesError("Expected ids or whole names.", problems)
    return made


def _meant(pick: str, text: str) -> tuple[list[Option], list[Option]]:
    """Whom the text names exactly, and who is near."""
    if pick in (PEOPLE, HOLDERS) and (person := engine().queries.find_person(text)) is not None:
        return [Option(person.person_id, person.sign_in_name, ())], []
    bracketed = _IN_BRACKETS.search(text)
    wanted = {part.casefold() for part in (text, bracketed[1] if bracketed else text)}
    found = _found(pick, bracketed[1] if bracketed else text)
    exact = [one for one in found if one.id.casefold() in wanted]
    return exact or [one for one in found if wanted & {name.casefold() for name in one.names}], found


def _found(pick: str, words: str) -> list[Option]:
    if pick == PEOPLE:
        return _people(words)
    groups = [one for one in _groups(pick) if _fits(one, words)]
    return groups + (_people(words) if pick == HOLDERS else [])


def _people(words: str) -> list[Option]:
    found = engine().queries.work.find_people(words, MOST_SHOWN)
    return [
        Option(
            row.person_id,
            f"{_named(row.display_name_zh, row.display_name_en)} · {row.sign_in_name}",
            (row.sign_in_name, row.display_name_zh or "", row.display_name_en or ""),
        )
        for row in found
    ]


def _groups(pick: str) -> list[Option]:
    rows = engine().queries.list_groups()
    units = [row for row in rows if row.group_id.startswith("unit:")]
    if pick == UNITS:
        return [_option(row.group_id.removeprefix("unit:"), row.name_zh, row.name_en) for row in units]
    roles = [_option(row.group_id, row.name_zh, row.name_en) for row in rows if not row.group_id.startswith("unit:")]
    if pick == DUTIES:
        roles = [one for one in roles if one.id.startswith("role:")]
        return roles + [_of_unit("duty:", row.group_id, row.name_zh, row.name_en) for row in units]
    known = {one.id for one in roles}
    granted = {row.holder for row in engine().queries.organisation.list_grants()}
    roles += [Option(holder, holder, ()) for holder in sorted(granted - known) if ":" not in holder and holder != "*"]
    if pick == ROLES:
        return roles
    of_units = [_of_unit(prefix, row.group_id, row.name_zh, row.name_en) for prefix in OF_UNITS for row in units]
    return [Option("*", _("Everybody"), (_("Everybody"),)), *roles, *of_units]


def _of_unit(prefix: str, group_id: str, name_zh: str | None, name_en: str | None) -> Option:
    what = {"unit:": _("everybody of the unit"), "head:": _("head of the unit"), "duty:": _("on duty")}[prefix]
    label = f"{_named(name_zh, name_en)} · {what}"
    return Option(prefix + group_id.removeprefix("unit:"), label, (label,))


def _option(key: str, name_zh: str | None, name_en: str | None) -> Option:
    return Option(key, _named(name_zh, name_en), (name_zh or "", name_en or ""))


def _named(name_zh: str | None, name_en: str | None) -> str:
    return ((name_zh or name_en) if current_language() is CHINESE else (name_en or name_zh)) or ""


def _fits(one: Option, words: str) -> bool:
    text = " ".join((one.id, one.label, *one.names)).casefold()
    return all(word in text for word in words.casefold().split()[:6])
