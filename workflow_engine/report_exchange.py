"""Reports of residents to and from other systems: rows of files become cases, and what is public becomes rows again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.service_categories import Category
from workflow_engine.domain.service_request_commands import ImportServiceRequests
from workflow_engine.engine import Engine
from workflow_engine.interchange.georeport_model import CLOSED, OPEN, GeoNote, GeoRequest
from workflow_engine.interchange.report_rows import BadRow, ReportRow
from workflow_engine.queries.open311 import Open311Row, Open311Wish

SOURCE = "import"
AT_ONCE = 200
"""Reports of one transaction: enough that waiting for the disk does not count, few enough that others get a turn."""
SIGN_SECONDS = 60.0
"""Between two signatures of the log, as its worker has it."""
LANGUAGES = {"zh": "zh_CN", "en": "en"}


@dataclass(slots=True)
class ImportTally:
    """What became of the reports of a file."""

    imported: int = 0
    known: int = 0
    refused: list[BadRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ImportWish:
    """How a file is taken in."""

    origin: str
    """Where its ids mean something; together they name a report for ever."""
    categories: Mapping[str, str] = field(default_factory=dict)
    """Ours by theirs."""
    otherwise: str | None = None
    """For categories that the city does not have; None: such a report is refused."""
    exercise: bool = False
    unit_id: str | None = None
    """Answers for the cases; None: the one that the model names."""


def import_reports(
    engine: Engine,
    actor: Actor,
    reports: Iterable[ReportRow | BadRow],
    wish: ImportWish,
    advance: Callable[[], None] = lambda: None,
) -> ImportTally:
    """Take them in, so many in a transaction; what was taken in before is left alone, so that it can always go on."""
    tally = ImportTally()
    known = frozenset(engine.queries.service_categories.catalogue()[1].categories)
    for slice_ in _slices(reports, AT_ONCE):
        rows = [_settled(report, number, wish, known) for number, report in slice_]
        fitting = [row for row in rows if not isinstance(row, BadRow)]
        tally.refused += [row for row in rows if isinstance(row, BadRow)]
        if fitting:
            command = ImportServiceRequests(command_id=new_id(), source=SOURCE, requests=fitting)
            result = engine.handle(command, actor).result
            # At once: whoever listens for commits hears of one command, not of each case that began in it.
            engine.extend_log([str(row["request_id"]) for row in fitting], every_seconds=SIGN_SECONDS)
            tally.imported += int(result["imported"])
            tally.known += int(result["known"])
        for _ in rows:
            advance()
    return tally


def exported_rows(engine: Engine, since: datetime, until: datetime) -> Iterator[Open311Row]:
    """Everything public that was received in that time, the newest first."""
    after: str | None = None
    while True:
        rows, after = engine.queries.open311.list(Open311Wish(since, until, after=after))
        yield from rows
        if after is None:
            return


def report_of(row: Open311Row, language: str) -> ReportRow:
    """A public report for our own CSV."""
    told = row.request
    return ReportRow(
        external_id=told.request_id, category=told.category, status=told.status, received_at=told.received_at,
        title=told.title, description=told.description, address=told.address, lat=told.lat, lon=told.lon,
        place_code=told.place_code or "", status_note=told.note(LANGUAGES[language]), due_at=told.due_at,
        closed_at=told.closed_at, changed_at=told.changed_at,
    )  # fmt: skip


def georeport_of(
    row: Open311Row, category: Category | None, zone: ZoneInfo, language: str, media_url: str = ""
) -> GeoRequest:
    """A public report as GeoReport shows it; ``language`` is ``zh`` or ``en``."""
    told, words = row.request, LANGUAGES[language]
    return GeoRequest(
        service_request_id=told.request_id,
        status=OPEN if told.is_open else CLOSED,
        service_code=told.category,
        service_name=told.category if category is None else getattr(category, f"name_{language}"),
        requested_datetime=told.received_at.astimezone(zone),
        updated_datetime=(told.closed_at or told.changed_at).astimezone(zone),
        expected_datetime=None if told.due_at is None else told.due_at.astimezone(zone),
        status_notes=told.note(words),
        description=told.description or told.title,
        agency_responsible=row.unit_names.get(language, ""),
        service_notice=told.next_words(words) if told.is_open else "",
        address=told.address,
        lat=told.lat,
        long=told.lon,
        media_url=media_url,
        extended={
            "title": told.title, "status": told.status, "channel": told.source, "kind": told.kind, "tier": told.tier,
            "place_code": told.place_code or "",
        },
        notes=[GeoNote(note.at.astimezone(zone), note.note(words), note.kind) for note in row.notes],
    )  # fmt: skip


def _slices(reports: Iterable[ReportRow | BadRow], size: int) -> Iterator[Sequence[tuple[int, ReportRow | BadRow]]]:
    part: list[tuple[int, ReportRow | BadRow]] = []
    for number, report in enumerate(reports, start=1):
        part.append((number, report))
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def _settled(
    report: ReportRow | BadRow, number: int, wish: ImportWish, known: frozenset[str]
) -> Mapping[str, Any] | BadRow:
    """The report as the command takes it."""
    if isinstance(report, BadRow):
        return report
    category = wish.categories.get(report.category, report.category)
    if category not in known:
        if wish.otherwise is None:
            return BadRow(number, report.external_id, (f"category {category[:64]!r} is none of the city's",))
        category = wish.otherwise
    key = f"{wish.origin}:{report.external_id}"
    changed = max(filter(None, (report.received_at, report.closed_at, report.changed_at)))
    row: dict[str, Any] = {
        "external_id": key, "request_id": new_id(), "category": category,
        "status": report.status, "title": report.title, "description": report.description, "address": report.address,
        "status_note": report.status_note, "lat": report.lat, "lon": report.lon,
        "place_code": report.place_code or None, "received_at": _utc(report.received_at), "due_at": _utc(report.due_at),
        "closed_at": _utc(report.closed_at), "changed_at": _utc(changed), "exercise": wish.exercise,
        "unit_id": wish.unit_id,
    }  # fmt: skip
    return {name: value for name, value in row.items() if value not in (None, "")}


def _utc(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat()
