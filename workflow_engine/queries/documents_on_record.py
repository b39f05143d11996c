"""What the record says of documents beside the cases: situation reports, briefings, warnings, proofs of destruction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Table

from workflow_engine.audit.chain import Entry
from workflow_engine.domain import events_destruction as gone
from workflow_engine.domain import events_situation_reports as told
from workflow_engine.domain.destruction import stream_of as destruction_stream
from workflow_engine.domain.errors import AuditError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events import event_from
from workflow_engine.domain.events_warnings import WarningEnded, WarningPublished
from workflow_engine.domain.situation_reports import stream_of as report_stream
from workflow_engine.domain.warnings import stream_of as warning_stream
from workflow_engine.queries.chains import StoredChain
from workflow_engine.storage.schema import (
    command_briefing,
    destruction,
    destruction_case,
    destruction_file,
    entry_payload,
    published_warning,
    redacted_values,
    report_transmission,
    situation_report,
    situation_report_version,
)

PREFIXES = (report_stream(""), warning_stream(""), destruction_stream(""))
_VERSION = situation_report_version.name
Place = tuple[str, tuple[Any, ...]]
"""Table and primary key."""


@dataclass(slots=True)
class Wanted:
    """What the record says of one row."""

    stream_id: str
    seq: int
    """The entry that says what the document is."""
    case_id: str
    values: dict[str, Any]
    """Columns and what they must say."""
    digests: dict[str, str | None] = field(default_factory=dict)
    """Columns that are documents, and the digest that each must have; None: there is none."""


class OnRecord:
    """Takes the chains that tell of documents as they pass by, in any order."""

    def __init__(self) -> None:
        self.rows: dict[Place, Wanted] = {}
        self.replaced: set[str] = set()
        """Warnings that another one replaced: the chain of that one says so."""
        self.cleaned: dict[str, set[str]] = {}
        """Documents out of which personal data was cut, with their digests since then."""
        self.erased: dict[str, tuple[str, set[int]]] = {}
        """Of cases, entries whose values were destroyed, and the chain that says so."""

    def take(self, chain: StoredChain) -> None:
        """Follow it, if it is one of these; what cannot be read is found elsewhere."""
        if not chain.stream_id.startswith(PREFIXES):
            return
        for entry in chain.entries:
            try:
                body = entry.body
                _, values = chain.contents.get(entry.seq, (b"", {}))
                at, actor = datetime.fromisoformat(body["at"]), str(body["actor"])
                for number, each in enumerate(body["events"]):
                    event = event_from(each, values.get(str(number)))
                    take = _TAKEN.get(type(event))
                    if take is not None:
                        take(self, event, _Entry(entry, at, actor))
            except (AuditError, KeyError, TypeError, ValueError):
                continue

    @property
    def documents(self) -> int:
        """How many documents the record tells of."""
        return sum(len(wanted.digests) for wanted in self.rows.values())

    def _put(self, table: Table, key: tuple[Any, ...], wanted: Wanted) -> None:
        self.rows[table.name, key] = wanted

    def _issued(self, event: told.SituationReportIssued, entry: _Entry) -> None:
        row = {
            "case_id": event.origin_case_id, "number": event.number, "kind": event.kind, "level": event.level,
            "due_at": _instant(event.due_at), "issued_at": _instant(event.issued_at),
            "prepared_by": event.prepared_by, "approved_by": event.approved_by,
        }  # fmt: skip
        version = {
            "case_id": event.origin_case_id, "state": "issued", "digest": event.digest, "made_by": event.prepared_by,
            "decided_by": event.approved_by,
        }  # fmt: skip
        self._put(situation_report, (event.report_id,), entry.wanted(event.origin_case_id, row))
        self._put(
            situation_report_version, (event.report_id, 1),
            entry.wanted(event.origin_case_id, version, content=event.digest),
        )  # fmt: skip

    def _proposed(self, event: told.ReportCorrectionProposed, entry: _Entry) -> None:
        case_id = self.rows[situation_report.name, (event.report_id,)].case_id
        row = {"case_id": case_id, "state": "proposed", "digest": event.digest, "made_by": entry.actor,
               "made_at": entry.at, **({"reason": event.reason} if event.reason else {})}  # fmt: skip
        self._put(
            situation_report_version, (event.report_id, event.version),
            entry.wanted(case_id, row, content=event.digest),
        )  # fmt: skip

    def _decided(self, event: told.ReportCorrectionDecided, entry: _Entry) -> None:
        if event.agreed:
            for number in range(1, event.version):
                version = self.rows.get((_VERSION, (event.report_id, number)))
                if version is not None and version.values["state"] == "issued":
                    version.values["state"] = "replaced"
        state = "issued" if event.agreed else "refused"
        self.rows[_VERSION, (event.report_id, event.version)].values |= {
            "state": state, "decided_by": entry.actor, "decided_at": entry.at,
        }  # fmt: skip

    def _sent(self, event: told.SituationReportSent, entry: _Entry) -> None:
        case_id = self.rows[situation_report.name, (event.report_id,)].case_id
        row = {"case_id": case_id, "report_id": event.report_id, "version": event.version, "channel": event.channel,
               "recipient": event.recipient, "sent_by": entry.actor, "sent_at": entry.at,
               "received_at": None}  # fmt: skip
        self._put(report_transmission, (event.transmission_id,), entry.wanted(case_id, row))

    def _received(self, event: told.SituationReportReceived, entry: _Entry) -> None:
        named = {"received_by": event.received_by} if event.received_by else {}
        self.rows[report_transmission.name, (event.transmission_id,)].values |= {
            "received_at": entry.at, "noted_by": entry.actor, **named,
        }  # fmt: skip

    def _briefed(self, event: told.BriefingKept, entry: _Entry) -> None:
        row = {"case_id": event.origin_case_id, "number": event.number, "outgoing": event.outgoing,
               "incoming": event.incoming, "digest": event.digest}  # fmt: skip
        wanted = entry.wanted(event.origin_case_id, row, content=event.digest)
        self._put(command_briefing, (event.briefing_id,), wanted)

    def _published(self, event: WarningPublished, entry: _Entry) -> None:
        row = {"case_id": event.origin_case_id, "colour": event.colour, "replaces": event.replaces,
               "expires_at": _instant(event.expires_at), "digest": event.digest, "state": "in_force"}  # fmt: skip
        wanted = entry.wanted(event.origin_case_id, row, document=event.digest, end_document=None)
        self._put(published_warning, (event.warning_id,), wanted)
        if event.replaces is not None:
            self.replaced.add(event.replaces)

    def _ended(self, event: WarningEnded, _entry: _Entry) -> None:
        wanted = self.rows[published_warning.name, (event.warning_id,)]
        wanted.values |= {"state": event.state, "end_reason": event.reason}
        wanted.digests["end_document"] = event.digest

    def _ordered(self, event: gone.DestructionOrdered, entry: _Entry) -> None:
        row = {"case_id": event.case_id, "decided_by": event.decided_by, "signed_by": event.signed_by,
               "files": event.files, "comments": event.comments, "ordered_at": entry.at, "state": "ordered",
               "begun_at": None, "finished_at": None, "value_count": 0, "too_short": 0, "checked_at": None,
               "looked_at": 0, "left_over": 0, "elsewhere": 0}  # fmt: skip
        names = {"names": orjson.dumps(list(event.names)).decode()}
        self._put(destruction, (event.destruction_id,), entry.wanted(event.case_id, row | names))

    def _begun(self, event: gone.DestructionBegun, entry: _Entry) -> None:
        order = self.rows[destruction.name, (event.destruction_id,)]
        order.values |= {"state": "running", "begun_at": entry.at, "value_count": event.value_count,
                         "too_short": event.too_short}  # fmt: skip
        for case_id in event.cases:
            row = {"is_own": case_id == order.case_id, "entries": 0, "row_count": 0}
            self._put(destruction_case, (event.destruction_id, case_id), entry.wanted(case_id, row))

    def _advanced(self, event: gone.DestructionAdvanced, entry: _Entry) -> None:
        case = self.rows[destruction_case.name, (event.destruction_id, event.case_id)].values
        case["entries"] += len(event.entries) + event.rows.get(entry_payload.name, 0)
        case["row_count"] += sum(event.rows.values())
        if event.is_done:
            case["state"] = "done"
        self.erased.setdefault(event.case_id, (entry.entry.case_id, set()))[1].update(event.entries)
        for digest in event.files:
            self._put(destruction_file, (event.destruction_id, digest), entry.wanted(event.case_id, {}))
        for document, digest in (event.documents or {}).items():
            self.cleaned.setdefault(document, set()).add(digest)
            name, _, key = document.partition(":")
            if name == redacted_values.name:
                place = (event.case_id, int(key.rpartition(",")[2]))
                self._put(redacted_values, place, entry.wanted(event.case_id, {}, content=digest))

    def _finished(self, event: gone.DestructionFinished, entry: _Entry) -> None:
        order = self.rows[destruction.name, (event.destruction_id,)]
        order.values |= {"state": "finished", "finished_at": entry.at}

    def _checked(self, event: gone.DestructionChecked, entry: _Entry) -> None:
        order = self.rows[destruction.name, (event.destruction_id,)]
        order.values |= {"checked_at": entry.at, "looked_at": event.looked_at, "left_over": event.left,
                         "elsewhere": event.elsewhere}  # fmt: skip


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class _Entry:
    """The entry that says something, with when and by whom."""

    entry: Entry
    at: datetime
    actor: str

    def wanted(self, case_id: str, values: dict[str, Any], **digests: str | None) -> Wanted:
        return Wanted(self.entry.case_id, self.entry.seq, case_id, values, dict(digests))


_TAKEN: Mapping[type[Event], Callable[[OnRecord, Any, _Entry], None]] = {
    told.SituationReportIssued: OnRecord._issued,
    told.ReportCorrectionProposed: OnRecord._proposed,
    told.ReportCorrectionDecided: OnRecord._decided,
    told.SituationReportSent: OnRecord._sent,
    told.SituationReportReceived: OnRecord._received,
    told.BriefingKept: OnRecord._briefed,
    WarningPublished: OnRecord._published,
    WarningEnded: OnRecord._ended,
    gone.DestructionOrdered: OnRecord._ordered,
    gone.DestructionBegun: OnRecord._begun,
    gone.DestructionAdvanced: OnRecord._advanced,
    gone.DestructionFinished: OnRecord._finished,
    gone.DestructionChecked: OnRecord._checked,
}
