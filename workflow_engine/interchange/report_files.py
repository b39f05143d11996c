"""Files of reports that are taken in: GeoReport v2 (XML, JSON), our own CSV, and exports of known cities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from workflow_engine.interchange.boston311 import read_boston311
from workflow_engine.interchange.georeport_model import CLOSED, GeoRequest
from workflow_engine.interchange.georeport_read import UnreadableRequest, read_requests
from workflow_engine.interchange.report_rows import BadRow, ReportRow, UnreadableReportsError, read_csv

LARGEST_BYTES = 512_000_000
PROFILES: Mapping[str, Callable[[str], Iterator[ReportRow | BadRow]]] = {"boston311": read_boston311}


def read_reports(data: bytes, profile: str | None = None) -> Iterator[ReportRow | BadRow]:
    """The reports of a file; what begins with ``<``, ``[`` or ``{`` is GeoReport, all else CSV.

    Raises:
        UnreadableReportsError, NoGeoReportError, XmlRefusedError: it is no such file.
    """
    if profile is None and data.lstrip()[:1] in (b"<", b"[", b"{"):
        return map(_of_georeport, read_requests(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableReportsError(
            f"Expected UTF-8, but byte {error.start} is none; save it as “CSV UTF-8”."
        ) from error
    return read_csv(text) if profile is None else PROFILES[profile](text)


def _of_georeport(request: GeoRequest | UnreadableRequest) -> ReportRow | BadRow:
    if isinstance(request, UnreadableRequest):
        return BadRow(request.number, request.service_request_id, request.problems)
    is_closed = request.status == CLOSED
    changed = request.updated_datetime or request.requested_datetime
    return ReportRow(
        external_id=request.service_request_id, category=request.service_code,
        status="closed_resolved" if is_closed else "dispatched", received_at=request.requested_datetime,
        title=request.service_name, description=request.description, address=request.address, lat=request.lat,
        lon=request.long, status_note=request.status_notes, due_at=request.expected_datetime,
        closed_at=changed if is_closed else None, changed_at=changed,
    )  # fmt: skip
