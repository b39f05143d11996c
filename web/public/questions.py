"""Further questions that a category asks, as GeoReport v2 defines them: read from the form and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from web.i18n import CHINESE, current_language
from web.i18n import gettext as _
from workflow_engine import Category

LONGEST = 1_000


def field_of(category_code: str, code: str) -> str:
    """What the question's field is called in the form, which holds those of every category."""
    return f"a.{category_code}.{code}"


def words_of(question: Mapping[str, Any]) -> str:
    """The question in the visitor's language."""
    zh, en = str(question["description_zh"]), str(question["description_en"])
    return (zh or en) if current_language() is CHINESE else (en or zh)


def read_answers(category: Category, form: MultiDict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Answers by the question's code, and what is wrong by the field's name."""
    answers: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for question in category.attributes:
        if not question["variable"]:
            continue
        name = field_of(category.code, question["code"])
        given = [value.strip()[:LONGEST] for value in form.getlist(name) if value.strip()]
        if not given:
            if question["required"]:
                problems[name] = _("Answer this: %(question)s", question=words_of(question))
        elif not _fits(question, given):
            problems[name] = _("Answer this as it is asked: %(question)s", question=words_of(question))
        else:
            answers[question["code"]] = given if question["datatype"] == "multivaluelist" else given[0]
    return answers, problems


def _fits(question: Mapping[str, Any], given: list[str]) -> bool:
    if question["values"]:
        keys = {one["key"] for one in question["values"]}
        return keys.issuperset(given) and (len(given) == 1 or question["datatype"] == "multivaluelist")
    if question["datatype"] == "number":
        try:
            return abs(float(given[0])) < 1e15
        except ValueError:
            return False
    return True
