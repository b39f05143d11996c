"""Sends what is to be told outside: events to webhooks, mail to people. Outside any transaction, at least once.

A delivery is taken under a lease and settled afterwards. A sender that dies in between leaves it due again; receivers
tell a repetition by its constant id.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.lanes import in_lane, lanes_of
from workflow_engine.domain.telling_commands import (
    CleanDeliveries,
    PrepareDigests,
    SettleDelivery,
    SpreadEvents,
    TakeDeliveries,
)
from workflow_engine.engine import Engine
from workflow_engine.failpoints import failpoint
from workflow_engine.interchange.cloudevents import headers_of
from workflow_engine.settings import Settings
from workflow_engine.workers.connectors import ConnectorError
from workflow_engine.workers.connectors_exchange import Destination, exchange
from workflow_engine.workers.connectors_network import NetworkRules

log = logging.getLogger(__name__)

REST_SECONDS = 2.0
DIGEST_HOUR = 8
CLEAN_SECONDS = 3600.0
_BATCH = 20
"""Under one lease, sent one after the other; what comes in meanwhile waits for the next."""

Send = Callable[[Mapping[str, Any]], None]
"""Sends one delivery; raises ConnectorError when that failed."""


class TellingRunner:
    """``run_once`` notes who is to be told of what is new, then sends what is due, emergencies first.

    ``lane``: only sends what is due there. It notes what is new as well, so that no slow receiver of anything else
    stands before it, neither when it is noted nor when it is sent.
    """

    def __init__(
        self, engine: Engine, webhooks: Send, mail: Send, zone: ZoneInfo, *, lane: int | None = None
    ) -> None:
        self._lane = lane
        self._engine = engine
        self._webhooks = webhooks
        self._mail = mail
        self._zone = zone
        self._digests_on: date | None = None
        self._cleaned_at = float("-inf")

    def run_once(self) -> int:
        """Returns how much was noted and sent."""
        with in_lane(self._lane):
            return self._run_once()

    def _run_once(self) -> int:
        noted = self._note()
        now, lanes = self._engine.clock.now(), self._engine.queries.lanes
        if not any(lanes.has_delivery(lane, now) for lane in lanes_of(self._lane)):
            return noted
        taken = self._engine.handle(TakeDeliveries(command_id=new_id(), most=_BATCH, lane=self._lane), WORKER)
        deliveries: list[Mapping[str, Any]] = taken.result["deliveries"]
        for delivery in deliveries:
            self._send(delivery)
        return noted + len(deliveries)

    def _note(self) -> int:
        if self._lane is None:
            self._prepare_digests()
            self._clean()
        if not self._engine.queries.telling.is_behind():
            return 0
        return int(self._engine.handle(SpreadEvents(command_id=new_id()), WORKER).result["entries"])

    def _send(self, delivery: Mapping[str, Any]) -> None:
        error: str | None = None
        final = False
        failpoint("telling.before_send")
        try:
            send = self._mail if delivery["webhook_id"] is None else self._webhooks
            send(delivery)
        except ConnectorError as failure:
            error, final = str(failure), failure.final
        except Exception as failure:
            log.exception("delivery %s broke", delivery["delivery_id"])
            error = f"{type(failure).__name__}: {failure}"
        failpoint("telling.after_send")
        command = SettleDelivery(
            command_id=new_id(), delivery_id=delivery["delivery_id"], error=error or None, final=final
        )
        self._engine.handle(command, WORKER)

    def _prepare_digests(self) -> None:
        """On working days from eight in the morning on, once a day."""
        local = self._engine.clock.now().astimezone(self._zone)
        if local.hour < DIGEST_HOUR or self._digests_on == local.date():
            return
        if self._engine.queries.organisation.working_calendar().is_working_day(local.date()):
            command = PrepareDigests(command_id=new_id(), day=local.date().isoformat())
            while self._engine.handle(command, WORKER).result.get("digests", 0) >= command.most:
                command = replace(command, command_id=new_id())
        self._digests_on = local.date()

    def _clean(self) -> None:
        if time.monotonic() - self._cleaned_at >= CLEAN_SECONDS:
            self._engine.handle(CleanDeliveries(command_id=new_id()), WORKER)
            self._cleaned_at = time.monotonic()


class WebhookSender:
    """POSTs a CloudEvent, signed. A receiver that says 410 Gone is not asked again."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._rules = NetworkRules(settings.http_allow_networks)
        self._timeout = settings.http_timeout_seconds

    def __call__(self, delivery: Mapping[str, Any]) -> None:
        content = orjson.dumps(delivery["content"])
        timestamp = int(self._engine.clock.now().timestamp())
        headers = headers_of(delivery["secret"], delivery["delivery_id"], timestamp, content)
        destination = Destination(delivery["url"], self._rules, timeout_seconds=self._timeout, max_bytes=65_536)
        answer = exchange(destination, "POST", delivery["url"], content, headers)
        if answer.status == 410:
            raise ConnectorError("The receiver says that it is gone (410).", final=True)
        if not 200 <= answer.status < 300:
            raise ConnectorError(f"Expected success, but got status {answer.status}.")
