"""What a person sent, checked against the form: typed values for the engine, or a clear word at each field.

Only keys of the form are read (anything else in the request is ignored), and what was typed is kept as it was.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from web.forms.conditions import hidden_keys
from web.forms.fields import Field, Form
from web.forms.patterns import matches
from web.i18n import gettext as _

T = TypeVar("T")
Typed = MultiDict[str, str]
LONGEST_TEXT = 20_000
PREFIX = "f."
"""Names of inputs start with it, so that no field of a model meets ours."""


@dataclass(slots=True)
class Submission:
    """The outcome: ``values`` when ``errors`` (by field key) is empty."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


class _Refusal(Exception):  # noqa: N818 - says what is wrong with one value; never leaves this module
    pass


def check(
    form: Form, typed: Typed, zone: ZoneInfo, variables: Mapping[str, Any] | None = None, now: datetime | None = None
) -> Submission:
    """Read and check every field that is not hidden; ``zone`` is where local times are meant.

    Conditions for hiding see the answers, and below them the case's ``variables``.
    """
    result = Submission()
    hidden = _hidden(form, typed, zone, variables or {}, now)
    for part in form.inputs:
        if part.key in hidden:
            continue
        try:
            value = _read(part, typed, zone)
        except _Refusal as refusal:
            result.errors[part.key] = str(refusal)
            continue
        if value in (None, "", []) and part.required:
            result.errors[part.key] = _required_text(part)
        elif part.kind == "boolean" and part.required and value is not True:
            result.errors[part.key] = _("Tick this to go on.")
        else:
            put(result.values, part.key, value)
    return result


def _hidden(
    form: Form, typed: Typed, zone: ZoneInfo, variables: Mapping[str, Any], now: datetime | None
) -> frozenset[str]:
    if not any(part.hidden_if for part in form.inputs):
        return frozenset()
    answers: dict[str, Any] = {}
    for part in form.inputs:
        try:
            put(answers, part.key, _read(part, typed, zone))
        except _Refusal:
            put(answers, part.key, None)
    return hidden_keys(form, answers, variables, now)


def put(values: dict[str, Any], key: str, value: Any) -> None:
    """Set ``a.b.c`` inside nested objects, without touching objects made elsewhere."""
    *path, last = key.split(".")
    for step in path:
        inner = values.get(step)
        values[step] = dict(inner) if isinstance(inner, Mapping) else {}
        values = values[step]
    values[last] = value


def _required_text(part: Field) -> str:
    if part.kind in ("select", "radio"):
        return _("Choose one.")
    if part.kind == "checklist":
        return _("Choose at least one.")
    return _("This is needed.")


def _read(part: Field, typed: Typed, zone: ZoneInfo) -> Any:
    name = PREFIX + part.key
    if part.kind == "boolean":
        return typed.get(name) == "yes"
    if part.kind == "checklist":
        return [_choice(part, text) for text in dict.fromkeys(typed.getlist(name)) if text != ""]
    raw = typed.get(name, "")
    if raw.strip() == "":
        return None
    return _READERS[part.kind](part, raw, zone)


def _choice(part: Field, text: str) -> Any:
    if text.isdecimal() and int(text) < len(part.choices):
        return part.choices[int(text)].value
    raise _Refusal(_("Choose one of the answers offered."))


def _read_choice(part: Field, raw: str, zone: ZoneInfo) -> Any:
    return _choice(part, raw)


def _read_text(part: Field, raw: str, zone: ZoneInfo) -> str:
    text = raw.replace("\r\n", "\n").strip()
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text):
        raise _Refusal(_("This holds characters that cannot be stored."))
    longest = min(part.longest or LONGEST_TEXT, LONGEST_TEXT)
    if len(text) > longest:
        raise _Refusal(_("At most %(limit)d characters; this has %(count)d.", limit=longest, count=len(text)))
    if part.shortest and len(text) < part.shortest:
        raise _Refusal(_("At least %(limit)d characters.", limit=part.shortest))
    if part.pattern and not matches(part.pattern, text):
        raise _Refusal(_("This does not have the form that is asked for."))
    return text


def _read_number(part: Field, raw: str, zone: ZoneInfo) -> int | float:
    text = unicodedata.normalize("NFKC", raw).replace("\u2212", "-").replace(" ", "")
    try:
        number: int | float = int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        raise _Refusal(_("Write a number, such as 12 or 12.5.")) from None
    if not math.isfinite(number) or abs(number) > 1e15:
        raise _Refusal(_("This number is too large."))
    if part.decimals == 0 and number != int(number):
        raise _Refusal(_("Write a whole number."))
    if part.decimals == 0:
        number = int(number)
    if part.minimum is not None and number < part.minimum:
        raise _Refusal(_("At least %(limit)s.", limit=f"{part.minimum:g}"))
    if part.maximum is not None and number > part.maximum:
        raise _Refusal(_("At most %(limit)s.", limit=f"{part.maximum:g}"))
    return number


def _read_date(part: Field, raw: str, zone: ZoneInfo) -> str:
    day: date = _parsed(date.fromisoformat, raw, _("Write a date, such as 2026-03-31."))
    return day.isoformat()


def _read_time(part: Field, raw: str, zone: ZoneInfo) -> str:
    clock: time = _parsed(time.fromisoformat, raw, _("Write a time, such as 14:30."))
    return clock.replace(tzinfo=None).isoformat("minutes")


def _read_datetime(part: Field, raw: str, zone: ZoneInfo) -> str:
    text = raw.strip().replace(" ", "T")
    moment: datetime = _parsed(datetime.fromisoformat, text, _("Write a date and time, such as 2026-03-31 14:30."))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    if part.zone == "utc":
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return moment.replace(tzinfo=None).isoformat() if part.zone == "none" else moment.isoformat()


def _parsed(parse: Callable[[str], T], raw: str, refusal: str) -> T:
    try:
        return parse(unicodedata.normalize("NFKC", raw).strip())
    except ValueError:
        raise _Refusal(refusal) from None


_READERS: dict[str, Callable[[Field, str, ZoneInfo], Any]] = {
    "text": _read_text,
    "long_text": _read_text,
    "number": _read_number,
    "date": _read_date,
    "time": _read_time,
    "datetime": _read_datetime,
    "select": _read_choice,
    "radio": _read_choice,
}
