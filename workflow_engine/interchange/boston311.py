"""The 311 export of the City of Boston (columns of 2011) as reports: ``--profile boston311``.

Times there have no zone: they are America/New_York. Closing texts were written for colleagues and name them: only words
of a list of ordinary ones are kept, with the row's own places and kinds; whatever else stands there may be a name.
``profiles/boston311.json`` says which type belongs to which category, and which heading of a closing text means what.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workflow_engine.interchange.georeport_model import degrees
from workflow_engine.interchange.report_rows import BadRow, ReportRow, read_lines

REDACTED = "[…]"
_FOLDER = Path(__file__).parent / "profiles"
_REQUIRED = (
    "case_enquiry_id", "open_dt", "target_dt", "closed_dt", "ontime", "case_status", "closure_reason", "case_title",
    "reason", "type", "location", "latitude", "longitude",
)  # fmt: skip
_OPENING = re.compile(r"^Case Closed\.?\s*(?:Closed date\s*:\s*[\d .:-]+)?", re.IGNORECASE)
_CODED = re.compile(r"^([A-Z]{6}): ([A-Z][A-Za-z]*(?: [A-Z][A-Za-z]*)*)")
_CUT = re.compile(r"\[redacted\]", re.IGNORECASE)
_PIECE = re.compile(r"[A-Za-z][A-Za-z'’]*|\d[\d./:-]*|\s+|.", re.DOTALL)
_CASE_NUMBER = re.compile(r"101\d{9}")
_MOST_DIGITS = 6
"""A longer number reaches somebody."""


@cache
def profile() -> Mapping[str, Any]:
    """The mapping of types, reasons and headings."""
    found: dict[str, Any] = json.loads((_FOLDER / "boston311.json").read_text(encoding="utf-8"))
    return found


@cache
def ordinary_words() -> frozenset[str]:
    """Words that are nobody's name."""
    lines = (_FOLDER / "boston311_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def read_boston311(text: str) -> Iterator[ReportRow | BadRow]:
    """The reports of such an export. Raises UnreadableReportsError."""
    zone = ZoneInfo(profile()["time_zone"])
    for line, row in read_lines(text, _REQUIRED):
        yield _report(line, row, zone)


def _report(line: int, row: Mapping[str, str], zone: ZoneInfo) -> ReportRow | BadRow:
    problems: list[str] = []
    received, due, closed = (_instant(row, name, zone, problems) for name in ("open_dt", "target_dt", "closed_dt"))
    lat = degrees("latitude", row["latitude"].strip(), 90, problems)
    lon = degrees("longitude", row["longitude"].strip(), 180, problems)
    if not row["case_enquiry_id"].strip():
        problems.append("case_enquiry_id is missing")
    is_closed = row["case_status"].strip().lower() == "closed"
    if is_closed and closed is None:
        problems.append("closed_dt is missing, but case_status says closed")
    if problems or received is None:
        problems += [] if received else ["open_dt is missing"]
        return BadRow(line, row["case_enquiry_id"].strip(), tuple(dict.fromkeys(problems)))
    status = _closed_status(row["closure_reason"]) if is_closed else "dispatched"
    return ReportRow(
        external_id=row["case_enquiry_id"].strip(), category=category_of(row), status=status, received_at=received,
        title=row["type"].strip() or row["case_title"].strip(), address=" ".join(row["location"].split()),
        lat=lat, lon=lon, status_note=public_words(row) if is_closed else "", due_at=due,
        closed_at=closed if is_closed else None, changed_at=closed if is_closed else received,
        on_time={"ONTIME": True, "OVERDUE": False}.get(row["ontime"].strip().upper()),
    )  # fmt: skip


def category_of(row: Mapping[str, str]) -> str:
    """By the type, else by the reason."""
    known = profile()["categories"]
    found = known["types"].get(row["type"].strip()) or known["reasons"].get(row["reason"].strip())
    return str(found or profile()["otherwise"])


def public_words(row: Mapping[str, str]) -> str:
    """What may be read of the closing text: ordinary words, numbers, and the words of the row's own place and kind."""
    own = " ".join(row.get(name, "") for name in ("location", "neighborhood", "type", "reason", "subject"))
    known = ordinary_words() | {word.lower() for word in re.findall(r"[A-Za-z][A-Za-z'’]+", own)}
    text = _CUT.sub(REDACTED, _OPENING.sub("", row["closure_reason"].strip()))
    shown: list[str] = []
    for piece in _PIECE.findall(text):
        if _may_show(piece, known):
            shown.append(piece)
        elif "".join(shown).rstrip()[-len(REDACTED) :] != REDACTED:
            shown.append(REDACTED)
    return " ".join("".join(shown).split())


def _may_show(piece: str, known: frozenset[str]) -> bool:
    if piece[0].isdigit():
        return sum(map(str.isdigit, piece)) <= _MOST_DIGITS + 2 or _CASE_NUMBER.fullmatch(piece.rstrip(".")) is not None
    return not piece[0].isalpha() or piece.lower().replace("’", "'") in known


def _closed_status(text: str) -> str:
    """By the heading with which the closing text begins, or by its code (VIOCOR, NOACC)."""
    rest = _OPENING.sub("", text.strip()).lstrip()
    for heading, status in profile()["headings"].items():
        if rest.lower().startswith(heading.lower()):
            return str(status)
    return "closed_explained" if _CODED.match(rest) else "closed_resolved"


def _instant(row: Mapping[str, str], name: str, zone: ZoneInfo, problems: list[str]) -> datetime | None:
    text = row[name].strip()
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        problems.append(f"{name} is {text[:40]!r}, not a time such as 2011-10-24 01:02:47")
        return None
