"""What a GeoReport v2 client asks for: the arguments of a list of requests, checked; every fault told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workflow_engine.domain.errors import RejectedError
from workflow_engine.interchange.georeport_model import STATUSES, GeoError, read_w3c

MOST_ROWS = 1_000
LONGEST_SPAN = timedelta(days=90)
MOST_CODES = 100
DEEPEST_ROW = 100_000
"""How far ``page`` reaches; who wants more follows the links to the next page, which reach anywhere."""
_LONGEST_ARGUMENT = 40_000


class GeoReportRefusedError(RejectedError):
    """The standard's refusal: an HTTP status (400, 403 or 404), and reasons for people to read."""

    code = "georeport_refused"

    def __init__(self, errors: Sequence[GeoError], status: int = 400) -> None:
        super().__init__("; ".join(error.description for error in errors))
        self.errors, self.status = tuple(errors), status


@dataclass(frozen=True, slots=True)
class RequestsAsked:
    """Which requests, newest first; ``ids`` override everything else, as the standard says."""

    ids: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    statuses: tuple[str, ...] = STATUSES
    rows: int = MOST_ROWS
    page: int = 1
    after: str | None = None
    extensions: bool = False

    @property
    def skipped(self) -> int:
        """How many rows stand before the page."""
        return (self.page - 1) * self.rows


def refused(status: int, *reasons: str) -> GeoReportRefusedError:
    """A refusal for these reasons."""
    return GeoReportRefusedError([GeoError(status, reason) for reason in reasons], status)


def read_asked(arguments: Mapping[str, str], now: datetime) -> RequestsAsked:
    """The arguments of GET requests; empty ones count as not given.

    Without dates the last 90 days up to ``now``; with one date the 90 days that begin or end there.

    Raises:
        GeoReportRefusedError: an argument is not as the standard has it; names each.
    """
    given = {name: value.strip() for name, value in arguments.items() if value.strip()}
    problems = [f"{name} is too long." for name, value in given.items() if len(value) > _LONGEST_ARGUMENT]
    if problems:
        raise refused(400, *problems)
    extensions = wants_extensions(given)
    ids = _words(given.get("service_request_id", ""))
    if ids:
        if len(ids) > MOST_ROWS:
            raise refused(400, f"service_request_id names {len(ids)} requests; at most {MOST_ROWS} fit in one answer.")
        return RequestsAsked(ids=ids, rows=len(ids), extensions=extensions)
    codes = _words(given.get("service_code", ""))
    if len(codes) > MOST_CODES:
        problems.append(f"service_code names {len(codes)} services; at most {MOST_CODES} at once.")
    statuses = _words(given.get("status", "").lower()) or STATUSES
    problems += [f"status is {one[:40]!r}; expected open or closed." for one in statuses if one not in STATUSES]
    start, end = _span(given, now, problems)
    rows = _count(given, "page_size", MOST_ROWS, MOST_ROWS, problems)
    page = _count(given, "page", 1, DEEPEST_ROW, problems)
    if (page - 1) * rows > DEEPEST_ROW:
        problems.append(f"page reaches past row {DEEPEST_ROW:,}; follow the Link header, or narrow the dates.")
    if problems:
        raise refused(400, *problems)
    return RequestsAsked(
        codes=codes, start=start, end=end, statuses=statuses, rows=rows, page=page, after=given.get("after"),
        extensions=extensions,
    )  # fmt: skip


def wants_extensions(arguments: Mapping[str, str]) -> bool:
    """Whether the client wants what the standard has no field for."""
    return arguments.get("extensions", "").strip().lower() in ("true", "1", "yes")


def _span(given: Mapping[str, str], now: datetime, problems: list[str]) -> tuple[datetime | None, datetime | None]:
    found: dict[str, datetime | None] = {}
    for name in ("start_date", "end_date"):
        found[name] = read_w3c(given[name]) if name in given else None
        if name in given and found[name] is None:
            problems.append(f"{name} is {given[name][:40]!r}; expected an instant such as 2010-01-01T00:00:00Z.")
    start, end = found["start_date"], found["end_date"]
    if problems:
        return None, None
    try:
        if start is None:
            end = end or now
            start = end - LONGEST_SPAN
        elif end is None:
            end = start + LONGEST_SPAN
        start, end = start.astimezone(UTC), end.astimezone(UTC)
    except OverflowError:
        problems.append("start_date or end_date lies outside the years 1 to 9999.")
        return None, None
    if end < start:
        problems.append("end_date lies before start_date.")
    elif end - start > LONGEST_SPAN:
        problems.append("start_date and end_date span more than 90 days.")
    return start, end


def _count(given: Mapping[str, str], name: str, default: int, most: int, problems: list[str]) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= most:
        problems.append(f"{name} is {text[:40]!r}; expected a whole number from 1 to {most:,}.")
        return default
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
