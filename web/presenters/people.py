"""Names of people, units and roles in the visitor's language."""

from __future__ import annotations

from collections.abc import Iterable

from flask import g

from web.context import engine
from web.i18n import current_language, marked
from web.i18n import gettext as _
from web.words import in_words
from workflow_engine import PersonRow

SYSTEM_ACTORS = {
    "system:clock": marked("The clock"),
    "system:worker": marked("An automatic service"),
    "system:exercise": marked("The script of the exercise"),
    "system:operator": marked("The operator"),
    "system:importer": marked("The alert importer"),
}
GROUPS = {
    "administrators": marked("Administrators"),
    "auditors": marked("Auditors"),
    "modellers": marked("Modellers"),
}
"""Groups that the product itself knows."""


def display_name(person: PersonRow) -> str:
    """The person's name in the visitor's language."""
    zh, en = person.display_name_zh, person.display_name_en
    return (zh or en) if current_language().key == "zh" else (en or zh)


def unit_name(person: PersonRow) -> str:
    """The person's unit."""
    zh, en = person.unit_name_zh, person.unit_name_en
    return ((zh or en) if current_language().key == "zh" else (en or zh)) or ""


def actor_name(actor_id: str | None, otherwise: str | None = None) -> str:
    """Whoever acted: a person's name, or what kind of machine it was."""
    if not actor_id:
        return otherwise or _("Somebody")
    if actor_id in SYSTEM_ACTORS:
        return _(SYSTEM_ACTORS[actor_id])
    if actor_id.startswith("case:"):
        return _("Another case")
    if actor_id.startswith("system:"):
        return _("The system")
    known: dict[str, str] = g.setdefault("actor_names", {})
    if actor_id not in known:
        person = engine().queries.find_person(actor_id)
        known[actor_id] = display_name(person) if person else otherwise or actor_id.partition(":")[2] or actor_id
    return known[actor_id]


def know_everybody() -> None:
    """Fetch the names of all people at once, for a page that shows very many of them."""
    known: dict[str, str] = g.setdefault("actor_names", {})
    for person in engine().queries.list_people():
        known.setdefault(person.person_id, display_name(person))


def group_names(group_ids: Iterable[str] | None) -> list[str]:
    """Units and roles by name."""
    return [group_name(group_id) for group_id in group_ids or ()]


def find_group_name(group_id: str) -> str | None:
    """A unit's or role's name; None when nobody named it."""
    if "group_names" not in g:
        g.group_names = {group.group_id: group for group in engine().queries.list_groups()}
    group = g.group_names.get(group_id)
    if group is None:
        return None
    zh, en = group.name_zh, group.name_en
    return ((zh or en) if current_language().key == "zh" else (en or zh)) or None


def group_name(group_id: str) -> str:
    """A unit's or role's name; the id in words when nobody named it."""
    if group_id in GROUPS:
        return _(GROUPS[group_id])
    kind, _colon, name = group_id.partition(":")
    if kind in ("head", "duty") and name:
        unit = find_group_name(f"unit:{name}") or in_words(name)
        return _("head of %(unit)s", unit=unit) if kind == "head" else _("on duty in %(unit)s", unit=unit)
    return find_group_name(group_id) or in_words(group_id.partition(":")[2] or group_id)


def roles(person: PersonRow) -> list[str]:
    """The person's roles by name, without units and everyday groups."""
    return [group_name(group_id) for group_id in sorted(person.groups) if not group_id.startswith("unit:")]


def initials(name: str) -> str:
    """One or two letters to stand for a person."""
    words = name.split()
    if not words:
        return "?"
    if "\u4e00" <= words[0][0] <= "\u9fff":
        return words[0][-2:] if len(words[0]) > 2 else words[0]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
