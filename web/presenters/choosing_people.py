"""From what somebody typed to a person, unit or role: by id, sign-in name in brackets, or an unmistakable name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from web.context import engine
from web.i18n import current_language
from web.i18n import gettext as _
from workflow_engine import GroupRow, InvalidVariablesError, PersonLabel

_IN_BRACKETS = re.compile(r"[(（]([^()（）]+)[)）]\s*$")
MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody, or some unit or role, to whom something can be given."""

    id: str
    label: str
    """As it is chosen and understood again: ``Name (sign-in name)``."""


def find_subjects(words: str, *, groups: bool) -> list[Subject]:
    """Whom the words may mean, best first."""
    words = words.strip()
    if not words:
        return []
    found = [_of_person(row) for row in engine().queries.work.find_people(words, MOST_SHOWN)]
    if groups:
        wanted = words.lower().split()
        for row in engine().queries.list_groups():
            text = f"{row.name_zh} {row.name_en} {row.group_id}".lower()
            if all(word in text for word in wanted):
                found.append(_of_group(row))
            if len(found) >= 2 * MOST_SHOWN:
                break
    return found[:MOST_SHOWN]


def chosen(text: str, field: str, *, groups: bool) -> str:
    """The id of whom the text means.

    Raises:
        InvalidVariablesError: nobody, or more than one.
    """
    text = text.strip()
    if not text:
        raise InvalidVariablesError(_("Say who."), {field: _("This is needed.")})
    bracketed = _IN_BRACKETS.search(text)
    found = find_subjects(bracketed[1] if bracketed else text, groups=groups)
    exact = [one for one in found if text in (one.id, one.label)]
    if not exact and bracketed:
        exact = [one for one in found if one.label.endswith(f"({bracketed[1]})")]
    if len(exact) == 1:
        return exact[0].id
    if len(found) == 1:
        return found[0].id
    if not found:
        message = _("Nobody is called so. Type a part of the name.")
    else:
        message = _("Several are called so: %(names)s.", names=", ".join(one.label for one in found))
    raise InvalidVariablesError(message, {field: message})


def all_chosen(texts: Sequence[str], field: str, *, groups: bool) -> tuple[str, ...]:
    """The same of several inputs, empty ones left out; at least one has to say somebody."""
    given = [text for text in texts if text.strip()]
    return tuple(chosen(text, field, groups=groups) for text in given or [""])


def _of_person(row: PersonLabel) -> Subject:
    zh, en = row.display_name_zh, row.display_name_en
    name = (zh or en) if current_language().key == "zh" else (en or zh)
    return Subject(row.person_id, f"{name} ({row.sign_in_name})")


def _of_group(row: GroupRow) -> Subject:
    name = (row.name_zh or row.name_en) if current_language().key == "zh" else (row.name_en or row.name_zh)
    return Subject(row.group_id, f"{name} ({row.group_id.partition(':')[2] or row.group_id})")
