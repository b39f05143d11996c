"""A request that a GeoReport v2 client posts: its fields and its answers to the service's attributes, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from workflow_engine.interchange.georeport_asking import GeoReportRefusedError
from workflow_engine.interchange.georeport_model import LISTS, LONGEST_DESCRIPTION, GeoAttribute, GeoError

Form = Mapping[str, Sequence[str]]
"""Every field with all its values."""

LONGEST = {
    "description": LONGEST_DESCRIPTION, "address_string": 300, "address_id": 100, "email": 80, "first_name": 40,
    "last_name": 39, "phone": 40, "media_url": 2_000,
}  # fmt: skip
"""The fields that are kept, and how long each may be. ``device_id`` and ``account_id`` are taken and not kept."""
LONGEST_ANSWER = {"string": 400, "text": 4_000}
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,100})\](\[\])?")


@dataclass(frozen=True, slots=True)
class PostedRequest:
    """What was reported; answers by the attribute's code, each a list of values (one but for multivaluelist)."""

    service_code: str
    description: str = ""
    lat: float | None = None
    long: float | None = None
    address_string: str = ""
    address_id: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    media_url: str = ""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_posted(form: Form, attributes: Sequence[GeoAttribute]) -> PostedRequest:
    """The request in the form, for a service that has these attributes.

    Raises:
        GeoReportRefusedError: something is missing or does not fit; every reason at once.
    """
    problems: list[str] = []
    texts = {name: _text(form, name, longest, problems) for name, longest in LONGEST.items()}
    lat, long = _degrees(form, "lat", 90, problems), _degrees(form, "long", 180, problems)
    given = [name for name in ("lat", "long") if _first(form, name)]
    if len(given) == 1:
        problems.append("lat and long go together; only one of them was provided.")
    elif not given and not texts["address_string"] and not texts["address_id"]:
        problems.append("A location was not provided: lat and long, or address_string, or address_id.")
    if texts["media_url"] and not re.match(r"https?://[^\s]+$", texts["media_url"]):
        problems.append("media_url is not an address that begins with http:// or https://.")
    answers = _answers(form, attributes, problems)
    if problems:
        raise GeoReportRefusedError([GeoError(400, problem) for problem in problems])
    return PostedRequest(service_code=_first(form, "service_code"), lat=lat, long=long, answers=answers, **texts)


def _answers(form: Form, attributes: Sequence[GeoAttribute], problems: list[str]) -> dict[str, tuple[str, ...]]:
    known = {attribute.code: attribute for attribute in attributes}
    given: dict[str, list[str]] = {}
    for name, values in form.items():
        match = _ATTRIBUTE.fullmatch(name)
        if match is None:
            continue
        said = [value.strip() for value in values if value.strip()]
        if said and (match[1] not in known or not known[match[1]].variable):
            problems.append(f"attribute[{match[1]}] is not a question of this service.")
        elif said:
            given.setdefault(match[1], []).extend(said)
    for attribute in attributes:
        values = given.get(attribute.code, [])
        if not values and attribute.required and attribute.variable:
            problems.append(f"attribute[{attribute.code}] was not provided, but this service requires it.")
        elif values and (problem := _problem(attribute, values)):
            problems.append(f"attribute[{attribute.code}] {problem}")
    return {code: tuple(dict.fromkeys(values)) for code, values in given.items()}


def _problem(attribute: GeoAttribute, values: Sequence[str]) -> str:
    if len(values) > 1 and attribute.datatype != "multivaluelist":
        return f"takes one value, but {len(values)} were provided."
    (value, *_) = values
    if attribute.datatype in LISTS:
        keys = {one.key for one in attribute.values}
        unknown = [one for one in values if one not in keys]
        return f"is {unknown[0][:40]!r}; expected one of the keys {', '.join(sorted(keys))}." if unknown else ""
    if attribute.datatype == "number":
        return "" if _is_number(value) else f"is {value[:40]!r}; expected a number."
    if attribute.datatype == "datetime":
        return "" if _is_date(value) else f"is {value[:40]!r}; expected a date or instant as ISO 8601 has it."
    longest = LONGEST_ANSWER[attribute.datatype]
    if len(value) > longest:
        return f"holds {len(value):,} characters; at most {longest:,}."
    return "is one line." if attribute.datatype == "string" and len(value.splitlines()) > 1 else ""


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _is_date(text: str) -> bool:
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            read(text)
        except ValueError:
            continue
        return True
    return False


def _text(form: Form, name: str, longest: int, problems: list[str]) -> str:
    text = _first(form, name)
    if len(text) > longest:
        problems.append(f"{name} holds {len(text):,} characters; at most {longest:,}.")
    return text


def _degrees(form: Form, name: str, most: int, problems: list[str]) -> float | None:
    text = _first(form, name)
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not -most <= found <= most:
        problems.append(f"{name} is {text[:40]!r}; expected degrees from -{most} to {most}.")
        return None
    return found


def _first(form: Form, name: str) -> str:
    values = form.get(name) or ("",)
    return values[0].strip()
