"""Figures for Prometheus: what the engine has to do and how late it is, and what this process answers and commits.

A scrape costs no more than a few steps down indexes: counts stop at ten thousand, and what was counted is kept for a
few seconds, however many scrapers there are.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from workflow_engine import Committed, Engine

CACHED_SECONDS = 5.0
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0)
_GAUGES = {
    "open_incidents": ("liandong_open_incidents", "Faults inside cases that wait for a person."),
    "overdue_timers": ("liandong_overdue_timers", "Timers that are due and have not fired."),
    "timer_lag_seconds": ("liandong_timer_lag_seconds", "How late the most overdue timer is."),
    "open_jobs": ("liandong_open_jobs", "Service calls that are to be made or under way."),
    "failed_jobs": ("liandong_failed_jobs", "Service calls that failed for good and wait for a person."),
    "job_lag_seconds": ("liandong_job_lag_seconds", "Age of the oldest service call that nobody has taken."),
    "pending_deliveries": ("liandong_pending_deliveries", "Messages and signals to be delivered."),
    "dead_deliveries": ("liandong_dead_deliveries", "Deliveries that were given up and wait for a person."),
    "waiting_messages": ("liandong_waiting_messages", "Messages that no case catches yet."),
    "expired_messages": ("liandong_undelivered_messages", "Messages that reached nobody in their time."),
    "running_batches": ("liandong_running_batches", "Batches that are under way."),
}
"""Figures of ``Engine.health``, by their names there; what exercises bring has a label of its own."""


class Metrics:
    """One registry for one application."""

    def __init__(self, engine: Engine) -> None:
        self.registry = CollectorRegistry()
        self._commands = Counter(
            "liandong_commands", "Commands this process has committed.", ["command"], registry=self.registry
        )
        self._answers = Histogram(
            "liandong_http_seconds", "Time this process took to answer.", ["endpoint", "status"],
            buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.registry.register(_Load(engine))
        engine.listen(self._heard)

    def text(self) -> bytes:
        """Everything, in Prometheus' own format."""
        return generate_latest(self.registry)

    def answered(self, endpoint: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._answers.labels(endpoint, f"{status // 100}xx").observe(seconds)

    def _heard(self, committed: Committed) -> None:
        self._commands.labels(committed.command.NAME).inc()


class _Load(Collector):
    """What the engine has to do, asked at most every few seconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._health: dict[str, Any] = {}

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        health = self._asked()
        yield GaugeMetricFamily("liandong_up", "1 while the database answers.", value=float(bool(health["ok"])))
        if not health["ok"]:
            return
        for name, (metric, text) in _GAUGES.items():
            of_exercises = health["exercises"].get(name)
            if of_exercises is None:
                yield GaugeMetricFamily(metric, text, value=float(health[name]))
                continue
            gauge = GaugeMetricFamily(metric, text, labels=["exercise"])
            gauge.add_metric(["no"], float(health[name]))
            gauge.add_metric(["yes"], float(of_exercises))
            yield gauge
        ages = GaugeMetricFamily(
            "liandong_heartbeat_age_seconds", "Time since this kind of worker gave a sign of life.", labels=["worker"]
        )
        youngest: dict[str, float] = {}  # by kind, so that a new process is no new time series
        for beat in health["heartbeats"]:
            kind = str(beat["name"]).partition("/")[0]
            youngest[kind] = min(float(beat["age_seconds"]), youngest.get(kind, float("inf")))
        for kind, age in youngest.items():
            ages.add_metric([kind], age)
        yield ages

    def _asked(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() - self._asked_at >= CACHED_SECONDS:
                self._health, self._asked_at = self._engine.health(), time.monotonic()
            return self._health


def init_app(app: Flask, engine: Engine) -> None:
    """Count every answer of this application."""
    metrics = app.extensions["metrics"] = Metrics(engine)

    @app.before_request
    def begin() -> None:
        g.begun_at = time.perf_counter()

    @app.after_request
    def count(answer: Response) -> Response:
        begun_at = g.get("begun_at")
        if begun_at is not None:
            metrics.answered(request.endpoint or "none", answer.status_code, time.perf_counter() - begun_at)
        return answer
