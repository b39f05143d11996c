"""T28, T29: ten thousand timers in one second, and a scheduler that wakes up after its time."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.figures import FIGURES, kills_wanted, quantile
from tests.faults.load import Load
from tests.faults.people import Person
from tests.faults.rig import Site

TIMERS = 10_000 if kills_wanted() else 150
_HOUR = 3600.0


def test_timers_due_in_one_second_all_fire_once_while_people_work(site: Site) -> None:
    person, load = Person(28), Load(28, clients=2)
    person.ledger = load.ledger
    when = (datetime.now(UTC) + timedelta(seconds=_HOUR / 2)).isoformat().replace("+00:00", "Z")  # as SQLite keeps it
    with site.running(threads=3) as worker:
        for _ in range(TIMERS):
            person.start(worker, "dated", when=when)
        load.work(worker, most=200)
    calm = [latency for client in load.clients for latency in client.latencies]
    for client in load.clients:
        client.latencies = []
    site.offset_seconds = _HOUR
    began = time.monotonic()
    with site.running(threads=3, by_itself=True, batch=20) as worker:
        while site.rows(f"SELECT count(*) FROM timer WHERE state = 'scheduled' AND due_at <= '{when}'") != [(0,)]:
            load.work(worker, most=20)
        seconds = time.monotonic() - began
        worker.do("settle")
    busy = [latency for client in load.clients for latency in client.latencies]
    FIGURES.notes.append(
        f"{TIMERS} timers due in one second ({'SQLite' if site.is_sqlite else 'PostgreSQL'}): all fired in "
        f"{seconds:.1f} s; milliseconds of a person's command before p50 {quantile(calm, 0.5) * 1000:.1f}, "
        f"p99 {quantile(calm, 0.99) * 1000:.1f}; meanwhile p50 {quantile(busy, 0.5) * 1000:.1f}, "
        f"p99 {quantile(busy, 0.99) * 1000:.1f}, longest {max(busy) * 1000:.1f} ({len(busy)} commands)"
    )
    left = "SELECT count(*) FROM process_instance WHERE process_id = 'dated' AND state <> 'completed'"
    assert site.rows(left) == [(0,)]
    assert site.check(load.ledger).violations == []


@pytest.mark.parametrize("other_is", ["done", "at work"])
def test_scheduler_that_slept_through_its_lease_changes_nothing(site: Site, other_is: str) -> None:
    person = Person(29)
    with site.running() as worker:
        for _ in range(5):
            person.start(worker, "pause", wait="PT30M")
    zombie = site.start("clock.after_claim:1:sleep=0.2", offset_seconds=_HOUR)
    asleep = zombie.send("tick")
    while site.rows("SELECT count(*) FROM timer WHERE fence = 1") == [(0,)]:
        time.sleep(0.005)
    zombie.signal(signal.SIGSTOP)
    pause = "" if other_is == "done" else "clock.after_claim:1:sleep=0.6"
    with site.running(pause, offset_seconds=_HOUR + 60) as other:  # Its lease of 30 seconds is over by this clock.
        at_work = other.send("tick")
        if other_is == "done":
            assert other.answer_to(at_work)["value"] == [6, 0]
        else:
            while site.rows("SELECT count(*) FROM timer WHERE fence = 2") == [(0,)]:
                time.sleep(0.005)
        zombie.signal(signal.SIGCONT)
        assert zombie.answer_to(asleep)["value"] == [0, 6]
        if other_is == "at work":
            assert other.answer_to(at_work)["value"] == [6, 0]
    assert zombie.close() == 0
    assert site.check(person.ledger, final=True).violations == []
