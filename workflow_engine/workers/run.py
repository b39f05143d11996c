"""Everything that works beside the requests, started and stopped together: within ``serve`` or as ``worker``."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from workflow_engine.domain.clock import new_id
from workflow_engine.domain.lanes import EMERGENCY
from workflow_engine.engine import Engine
from workflow_engine.settings import Settings
from workflow_engine.workers.alert_polling import REST_SECONDS as POLLING_REST_SECONDS
from workflow_engine.workers.alert_polling import AlertPoller
from workflow_engine.workers.batches import batch_loop
from workflow_engine.workers.clock import AlarmClock
from workflow_engine.workers.connectors import Connector, Registry
from workflow_engine.workers.destruction import REST_SECONDS as DESTRUCTION_REST_SECONDS
from workflow_engine.workers.destruction import Destroyer
from workflow_engine.workers.dispatching import InProcessDispatcher, make_dispatcher
from workflow_engine.workers.exercises import REST_SECONDS as EXERCISES_REST_SECONDS
from workflow_engine.workers.exercises import ExerciseRunner
from workflow_engine.workers.hot_spots import REST_SECONDS as HOT_SPOTS_REST_SECONDS
from workflow_engine.workers.hot_spots import HotSpotFinder
from workflow_engine.workers.indicators import REST_SECONDS as COUNTING_REST_SECONDS
from workflow_engine.workers.indicators import Counter
from workflow_engine.workers.jobs import JobRunner
from workflow_engine.workers.keeping import REST_SECONDS as KEEPING_REST_SECONDS
from workflow_engine.workers.keeping import Keeper
from workflow_engine.workers.life import SignOfLife
from workflow_engine.workers.loop import Loop
from workflow_engine.workers.mailing import MailSender, refuse_mail
from workflow_engine.workers.outbox import OutboxRunner
from workflow_engine.workers.paths import PathReader
from workflow_engine.workers.replanning import FOLLOWING_REST_SECONDS, Follower, replan_loop
from workflow_engine.workers.sequencer import Sequencer
from workflow_engine.workers.supervision import REST_SECONDS as SUPERVISION_REST_SECONDS
from workflow_engine.workers.supervision import Supervisor
from workflow_engine.workers.telling import REST_SECONDS as TELLING_REST_SECONDS
from workflow_engine.workers.telling import TellingRunner, WebhookSender
from workflow_engine.workers.warning_ending import REST_SECONDS as WARNINGS_REST_SECONDS
from workflow_engine.workers.warning_ending import end_warnings

log = logging.getLogger(__name__)

OUTBOX_REST_SECONDS = 5.0
PATHS_REST_SECONDS = 15.0
SEQUENCER_REST_SECONDS = 1.5
EMERGENCY_REST_SECONDS = 1.0
EMERGENCY_JOB_THREADS = 2


def new_worker_id() -> str:
    """Names this process among all that share the database."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{new_id()[-8:]}"


class Workers:
    """The clock, the job dispatcher, the outbox, the batches and the sequencer of one process.

    Emergencies have a clock, job threads, a pump and a sender of their own beside those that serve everything.
    """

    def __init__(self, engine: Engine, registry: Registry, settings: Settings, *, job_threads: int = 4) -> None:
        worker_id = new_worker_id()
        self.topics = registry.topics
        self._clock = AlarmClock(
            engine, worker_id=worker_id, tick_seconds=settings.clock_tick_seconds, batch=settings.clock_batch
        )
        self._emergency_clock = AlarmClock(
            engine, worker_id=worker_id, tick_seconds=settings.clock_tick_seconds, batch=settings.clock_batch,
            lane=EMERGENCY,
        )  # fmt: skip
        runner = JobRunner(engine, registry, worker_id=worker_id, threads=job_threads)
        first = JobRunner(engine, registry, worker_id=worker_id, threads=EMERGENCY_JOB_THREADS, lane=EMERGENCY)
        self._dispatchers = (
            InProcessDispatcher(engine, first, name="emergency jobs"),
            make_dispatcher(engine, runner, settings, job_threads),
        )
        mail = registry.get("email") if "email" in registry.topics else None
        self._sequencer = Sequencer(engine, settings.checkpoint_seconds)
        self._loops = (
            Loop("emergency outbox", partial(engine.pump, lane=EMERGENCY), EMERGENCY_REST_SECONDS),
            Loop("emergency telling", _telling(engine, settings, mail, EMERGENCY).run_once, EMERGENCY_REST_SECONDS),
            Loop("outbox", OutboxRunner(engine).run_once, OUTBOX_REST_SECONDS),
            Loop("telling", _telling(engine, settings, mail).run_once, TELLING_REST_SECONDS),
            batch_loop(engine, worker_id, settings.batch_slice),
            replan_loop(engine, worker_id),
            Loop("re-planning of what begins", Follower(engine).run_once, FOLLOWING_REST_SECONDS),
            Loop("paths", PathReader(engine).run_once, PATHS_REST_SECONDS),
            Loop("indicators", Counter(engine).run_once, COUNTING_REST_SECONDS),
            Loop("exercises", ExerciseRunner(engine).run_once, EXERCISES_REST_SECONDS),
            Loop("hot spots", HotSpotFinder(engine).run_once, HOT_SPOTS_REST_SECONDS),
            Loop("log", self._sequencer.run_once, SEQUENCER_REST_SECONDS),
            Loop("keeping", Keeper(engine).run_once, KEEPING_REST_SECONDS),
            Loop("destruction", Destroyer(engine).run_once, DESTRUCTION_REST_SECONDS),
            Loop("supervision", Supervisor(engine).run_once, SUPERVISION_REST_SECONDS),
            Loop("alerts", AlertPoller(engine, settings).run_once, POLLING_REST_SECONDS),
            Loop("warnings", partial(end_warnings, engine), WARNINGS_REST_SECONDS),
        )
        self._life = SignOfLife(engine, f"worker/{worker_id}", {"topics": list(registry.topics)})
        for warning in registry.warnings:
            log.warning(warning)

    def start(self) -> None:
        """Start all; returns at once."""
        self._emergency_clock.start()
        self._clock.start()
        self._sequencer.listen()
        for loop in self._loops:
            loop.start()
        for dispatcher in self._dispatchers:
            dispatcher.start()
        self._life.start()

    def stop(self) -> None:
        """Begin nothing more, let what runs end, return when it has; the engine may be closed then."""
        self._clock.stop()
        self._emergency_clock.stop()
        for loop in self._loops:
            loop.stop()
        for dispatcher in self._dispatchers:
            dispatcher.stop()
        self._life.stop()


def _telling(
    engine: Engine, settings: Settings, mail: Connector | None, lane: int | None = None
) -> TellingRunner:
    zone = ZoneInfo(settings.time_zone)
    send = refuse_mail if mail is None else MailSender(engine, mail, settings.public_url.rstrip("/"), zone)
    return TellingRunner(engine, WebhookSender(engine, settings), send, zone, lane=lane)


class Ending:
    """Turns SIGTERM and SIGINT into a wish to end; the second time they end the process as usual."""

    def __init__(self, wish: Callable[[], None] | None = None) -> None:
        self._asked = threading.Event()
        self._wish = wish
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def wait(self) -> None:
        """Until somebody asks to end."""
        while not self._asked.wait(60.0):
            pass

    def _ask(self, number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        self._asked.set()
        if self._wish is not None:
            self._wish()
