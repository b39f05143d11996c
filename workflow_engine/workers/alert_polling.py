"""Asks sources for alerts and brings in what is new and for this city. Outside any transaction, at least once.

A source is taken under a lease and settled afterwards. A poller that dies in between leaves it due again; what it had
brought in is known by the id of its command, so that it is not brought in twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.alert_source_commands import SettleAlertPoll, TakeAlertSources
from workflow_engine.domain.alert_sources import AlertFilter, read_box
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.errors import EngineError, RejectedError, UnavailableError
from workflow_engine.domain.intake_commands import ImportAlert
from workflow_engine.engine import Engine
from workflow_engine.failpoints import failpoint
from workflow_engine.interchange.cap import MAX_ALERT_BYTES, CapAlert, CapError, alert_key, read_cap_xml
from workflow_engine.interchange.cap import read_alert_element as read_element
from workflow_engine.interchange.cap_signature import check_signature, read_certificates
from workflow_engine.interchange.feed import MAX_FEED_BYTES, FeedEntry, parse_alerts
from workflow_engine.settings import Settings
from workflow_engine.workers.connectors import ConnectorError
from workflow_engine.workers.connectors_exchange import NOT_MODIFIED, Answer, Destination, exchange, require_success
from workflow_engine.workers.connectors_network import NetworkRules, is_allowed

log = logging.getLogger(__name__)

REST_SECONDS = 5.0
MOST_ENTRIES = 200
"""Brought in at one go; the rest follows at once."""
_ACCEPT = "application/cap+xml, application/atom+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8"


@dataclass(slots=True)
class _Round:
    """What asking one source gives."""

    source: Mapping[str, Any]
    entries: list[dict[str, Any]] = field(default_factory=list)
    left: int = 0
    """Entries for another time: too many at once, or their own file could not be had now."""
    problem: str | None = None
    """Why one of them could not be had."""

    def note(self, digest: str, entry: FeedEntry, outcome: str, **more: Any) -> None:
        titles = (text for info in entry.alert.infos for text in (info.headline, info.event) if text)
        found = {
            "digest": digest, "entry_id": entry.entry_id or entry.alert.identifier, "outcome": outcome,
            "title": next(titles, entry.alert.identifier),
        }  # fmt: skip
        self.entries.append({**found, **more})


class AlertPoller:
    """``run_once`` asks every source that is due; any number of processes may do it."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._allowed = settings.http_allow
        self._rules = NetworkRules(settings.http_allow_networks)
        self._timeout = settings.http_timeout_seconds

    def run_once(self) -> int:
        """Returns how many sources were asked."""
        if not self._engine.queries.alert_sources.has_due(self._engine.clock.now()):
            return 0
        taken = self._engine.handle(TakeAlertSources(command_id=new_id()), WORKER)
        sources: list[Mapping[str, Any]] = taken.result["sources"]
        for source in sources:
            self._ask(source)
        return len(sources)

    def _ask(self, source: Mapping[str, Any]) -> None:
        kept = {"etag": source["etag"], "modified": source["modified"]}
        try:
            answer = self._get(source["url"], MAX_FEED_BYTES, kept)
            if answer.status == NOT_MODIFIED:
                self._settle(source, **kept)
                return
            done = self._read(source, require_success(answer).content)
        except ConnectorError as failure:
            self._settle(source, error=str(failure), again_in_seconds=failure.retry_in_seconds)
        except CapError as refused:
            self._settle(source, error=refused.message)
        except UnavailableError as busy:
            self._settle(source, error=busy.message)
        else:
            failpoint("alert_polling.before_settle")
            if done.problem is not None:
                self._settle(source, entries=done.entries, error=done.problem)
            elif done.left:
                self._settle(source, entries=done.entries, again_in_seconds=0.0)
            else:
                found = {"etag": answer.headers.get("etag", ""), "modified": answer.headers.get("last-modified", "")}
                self._settle(source, entries=done.entries, **found)

    def _get(self, url: str, most: int, kept: Mapping[str, str] | None = None) -> Answer:
        if not is_allowed(url, self._allowed):
            raise ConnectorError(f"Expected an address at a host of the setting http_allow, but got {url[:200]!r}.")
        headers = {"Accept": _ACCEPT}
        if kept and kept["etag"]:
            headers["If-None-Match"] = kept["etag"]
        elif kept and kept["modified"]:
            headers["If-Modified-Since"] = kept["modified"]
        destination = Destination(url, self._rules, timeout_seconds=self._timeout, max_bytes=most)
        return exchange(destination, "GET", url, headers=headers)

    def _read(self, source: Mapping[str, Any], content: bytes) -> _Round:
        feed = parse_alerts(content)
        done = _Round(source)
        entries = [(_digest(entry), entry) for entry in feed.entries]
        known: set[str] = set()
        for start in range(0, len(entries), MOST_ENTRIES):
            digests = [digest for digest, _entry in entries[start : start + MOST_ENTRIES]]
            known |= self._engine.queries.alert_sources.known(source["source_id"], digests)
        new = [(digest, entry) for digest, entry in entries if digest not in known]
        done.left = max(0, len(new) - MOST_ENTRIES)
        # A feed has its newest on top; they are brought in as they were sent, so that updates find what they update.
        single = content if len(feed.entries) == 1 and feed.title is None else None
        for digest, entry in reversed(new[-MOST_ENTRIES:]):
            self._take(done, digest, entry, single)
        for refusal in feed.refusals:
            digest = sha256(f"{refusal.number}\x1f{refusal}".encode()).hexdigest()
            done.entries.append({
                "digest": digest, "entry_id": refusal.entry_id, "outcome": "refused",
                "reason": "; ".join(str(problem) for problem in refusal.problems),
            })  # fmt: skip
        return done

    def _take(self, done: _Round, digest: str, entry: FeedEntry, single: bytes | None) -> None:
        try:
            alert, content = self._whole(entry, single)
            alert = self._checked(done.source, alert, content)
        except ConnectorError as failure:
            if failure.final:
                done.note(digest, entry, "refused", reason=str(failure))
            else:
                done.problem = str(failure)
            return
        except RejectedError as refused:
            done.note(digest, entry, "refused", reason=refused.message)
            return
        key = alert_key(alert)
        if (why := self._elsewhere(done.source, alert)) is not None:
            done.note(digest, entry, "elsewhere", reason=why, alert_key=key)
            return
        self._bring_in(done, digest, entry, alert, key)

    def _whole(self, entry: FeedEntry, single: bytes | None) -> tuple[CapAlert, bytes | None]:
        """The alert itself: where an entry is only an index of it, from where the entry says.

        What the index says is all there is of an alert whose own file lies at a host that is not allowed.
        """
        whole = not (entry.alert.summary or entry.alert.signed)
        if single is not None or whole or entry.link is None or not is_allowed(entry.link, self._allowed):
            return entry.alert, single
        answer = require_success(self._get(entry.link, MAX_ALERT_BYTES))
        return read_element(read_cap_xml(answer.content, MAX_ALERT_BYTES)), answer.content

    def _checked(self, source: Mapping[str, Any], alert: CapAlert, content: bytes | None) -> CapAlert:
        """The alert as it was signed; as it came where there is no signature and none is asked for."""
        signed = None
        if content is not None:
            root = read_cap_xml(content, MAX_ALERT_BYTES)
            signed = check_signature(root, read_certificates(source["certificates"]), self._engine.clock.now())
        if signed is None:
            if source["signature"] == "required":
                raise RejectedError("Expected a signature, but the alert bears none that proves anything.")
            return alert
        return read_element(read_cap_xml(signed.content, MAX_ALERT_BYTES))

    def _elsewhere(self, source: Mapping[str, Any], alert: CapAlert) -> str | None:
        """Why it is not for this city; what is about an alert that came in before always is."""
        keys = [one.key for one in alert.references]
        if self._engine.queries.alert_sources.is_about_known(keys):
            return None
        wanted = AlertFilter(
            frozenset(source["categories"].split()), source["least_severity"], tuple(source["codes"].split()),
            tuple(source["words"].splitlines()), read_box(source["box"]),
        )  # fmt: skip
        return wanted.refusal(alert.to_dict())

    def _bring_in(self, done: _Round, digest: str, entry: FeedEntry, alert: CapAlert, key: str) -> None:
        source = done.source
        command = ImportAlert(
            command_id=sha256(f"{source['source_id']}\x1f{digest}".encode()).hexdigest()[:32],
            alert=alert.to_dict(), source=source["name"], exercise=source["exercise"], unit_id=source["unit_id"],
        )  # fmt: skip
        try:
            result = self._engine.handle(command, WORKER).result
        except UnavailableError:
            raise
        except EngineError as error:
            done.note(digest, entry, "refused", reason=error.message, alert_key=key)
            return
        outcome = _outcome(result)
        reason = result.get("disposition", "")
        done.note(digest, entry, outcome, reason=reason, alert_key=key, case_id=result.get("case_id"))

    def _settle(self, source: Mapping[str, Any], **what: Any) -> None:
        self._engine.handle(SettleAlertPoll(command_id=new_id(), source_id=source["source_id"], **what), WORKER)


def _digest(entry: FeedEntry) -> str:
    content = orjson.dumps([entry.entry_id, entry.link, entry.alert.to_dict()], option=orjson.OPT_SORT_KEYS)
    return sha256(content).hexdigest()


def _outcome(result: Mapping[str, Any]) -> str:
    if result.get("duplicate"):
        return "duplicate"
    disposition = str(result.get("disposition", ""))
    for beginning, outcome in (("start", "started"), ("update", "updated"), ("cancel", "cancelled")):
        if disposition.startswith(beginning):
            return outcome
    return "kept"
