"""T24 to T26: clocks that jump, zones and calendars that trip, schedulers that were down when something fell due."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.checker_store import instant
from tests.faults.load import Load
from tests.faults.people import Person, task_of
from tests.faults.processes import PATIENCE_SECONDS, Worker
from tests.faults.rig import Site

HOUR, DAY = 3600.0, 86_400.0
_MARGIN_SECONDS = 30.0
"""Far more than a test takes between setting a clock and looking."""


def states(worker: Worker, cases: list[str]) -> set[str]:
    """The states of these cases."""
    return {worker.do("case", case_id=case_id)["state"] for case_id in cases}


def wait_for(worker: Worker, cases: list[str], state: str) -> None:
    """Wait until the worker, whose clock runs by itself, has brought them there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while states(worker, cases) != {state}:
        assert time.monotonic() < deadline, f"{states(worker, cases)}\n{worker.said()}"
        time.sleep(0.02)


def offset_to(text: str | datetime) -> float:
    """The offset at which the engine's clock shows this instant now."""
    return (instant(text) - datetime.now(UTC)).total_seconds()


# ---- T24
def test_clock_set_forward_under_load_fires_everything_due_once(site: Site) -> None:
    person, load = Person(24), Load(24, clients=3)
    person.ledger = load.ledger
    with site.running(threads=4, by_itself=True) as worker:
        cases = [person.start(worker, "pause", wait="PT30M") for _ in range(6)]
        load.work(worker, most=30)
        worker.do("set_clock", offset_seconds=HOUR)
        load.work(worker, most=60)
        wait_for(worker, cases, "completed")
        worker.do("set_clock", offset_seconds=0)
        load.work(worker, most=30)
    assert site.check(load.ledger).violations == []


def test_clock_set_back_under_load_fires_nothing_early_or_twice(site: Site) -> None:
    person, load = Person(25), Load(25, clients=3)
    person.ledger = load.ledger
    with site.running(threads=4, by_itself=True) as worker:
        cases = [person.start(worker, "pause", wait="PT30M") for _ in range(6)]
        case_id = person.start(worker, "work", rounds=0, limit=1)
        load.work(worker, most=30)
        worker.do("set_clock", offset_seconds=-HOUR)
        early = [person.start(worker, "pause", wait="PT30M") for _ in range(3)]
        person.do(worker, "user_task.complete", user_task_id=task_of(worker, case_id, "A"))
        load.work(worker, most=60)
        assert states(worker, cases + early) == {"active"}
        worker.do("set_clock", offset_seconds=-HOUR / 2 + 60)
        wait_for(worker, early, "completed")
        assert states(worker, cases) == {"active"}
        worker.do("set_clock", offset_seconds=HOUR)
        wait_for(worker, cases, "completed")
    first, second = site.rows(f"SELECT at FROM audit_entry WHERE stream_id = '{case_id}' AND seq <= 2 ORDER BY seq")
    assert instant(second[0]) < instant(first[0]), "the record keeps its order although the clock went back"
    assert site.check(load.ledger).violations == []


def test_clocks_that_disagree_by_a_second_share_the_work(site: Site) -> None:
    person, load = Person(26), Load(26, clients=3)
    person.ledger = load.ledger
    others = [site.start(offset_seconds=offset, by_itself=True) for offset in (-1.0, 1.0)]
    with site.running(threads=4, by_itself=True) as worker:
        cases = [person.start(worker, "pause", wait=f"PT{n / 10}S") for n in range(1, 11)]
        load.work(worker, most=60)
        for each in (*others, worker):
            each.do("set_clock", offset_seconds=HOUR)
        load.work(worker, most=30)
        worker.do("set_clock", offset_seconds=HOUR + 60)  # Claims of the others are over.
        for other in others:
            assert other.close() == 0
        wait_for(worker, cases, "completed")
    assert site.check(load.ledger).violations == []


# ---- T25
_ANY_DAY = "2027-01-15T12:00:00Z"
CALENDAR = [
    # armed at, model, text, when it falls due: an instant, or a date with the armed instant's time of day (UTC)
    (_ANY_DAY, "dated", "2027-03-14T01:59:59-05:00", "2027-03-14T06:59:59Z"),  # New York's clocks go forward ...
    (_ANY_DAY, "dated", "2027-03-14T02:30:00@America/New_York", "2027-03-14T07:30:00Z"),  # ... over this time
    (_ANY_DAY, "dated", "2027-11-07T01:30:00-04:00", "2027-11-07T05:30:00Z"),  # they go back: this time comes twice
    (_ANY_DAY, "dated", "2027-11-07T01:30:00-05:00", "2027-11-07T06:30:00Z"),
    (_ANY_DAY, "dated", "2027-11-07T01:30:00@America/New_York", "2027-11-07T05:30:00Z"),  # the first of the two
    (_ANY_DAY, "dated", "2027-03-28T02:30:00@Europe/Berlin", "2027-03-28T01:30:00Z"),
    (_ANY_DAY, "dated", "2027-10-31T02:30:00@Europe/Berlin", "2027-10-31T00:30:00Z"),
    (_ANY_DAY, "dated", "2027-06-01T08:00:00@Asia/Shanghai", "2027-06-01T00:00:00Z"),
    (_ANY_DAY, "dated", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"),
    (_ANY_DAY, "dated", "2027-02-28T24:00:00Z", "2027-03-01T00:00:00Z"),
    ("2027-03-13T20:00:00Z", "pause", "P1D", "2027-03-14"),  # a day is 24 hours, also where a zone's day has 23
    ("2027-03-13T20:00:00Z", "pause", "PT24H", "2027-03-14"),
    ("2027-10-30T20:00:00Z", "pause", "P1D", "2027-10-31"),
    ("2027-01-31T12:00:00Z", "pause", "P1M", "2027-02-28"),
    ("2028-01-31T12:00:00Z", "pause", "P1M", "2028-02-29"),
    ("2028-02-29T12:00:00Z", "pause", "P1Y", "2029-02-28"),
    ("2028-02-28T12:00:00Z", "pause", "P1D", "2028-02-29"),
    ("2027-08-31T12:00:00Z", "pause", "P6M", "2028-02-29"),
]


def test_calendar_holds_in_every_zone_and_across_restarts(site: Site) -> None:
    person = Person(27)
    armed: dict[str, tuple[datetime, str]] = {}
    with site.running(zone="America/New_York") as worker:
        for number, (armed_at, model, text, expected) in enumerate(sorted(CALENDAR)):
            worker.do("set_clock", offset_seconds=offset_to(armed_at) + 5 * number * _MARGIN_SECONDS)
            case_id = person.start(worker, model, **{"when" if model == "dated" else "wait": text})
            ((began,),) = site.rows(f"SELECT started_at FROM process_instance WHERE case_id = '{case_id}'")
            due = expected if "T" in expected else f"{expected}T{instant(began):%H:%M:%S.%f}+00:00"
            armed[case_id] = instant(due), text
        in_new_york = [worker.do("timers", case_id=case_id) for case_id in armed]
    with site.running(zone="Asia/Shanghai") as worker:
        for (case_id, (due_at, text)), there in zip(armed.items(), in_new_york, strict=True):
            here = worker.do("timers", case_id=case_id)
            assert here == there == [["wait", due_at.isoformat(), "scheduled"]], text
        for due_at in sorted({due_at for due_at, _ in armed.values()}):
            cases = [case_id for case_id, (due, _) in armed.items() if due == due_at]
            worker.do("set_clock", offset_seconds=offset_to(due_at) - _MARGIN_SECONDS)
            worker.do("tick")
            assert states(worker, cases) == {"active"}, f"{due_at}: fired early"
            worker.do("set_clock", offset_seconds=offset_to(due_at) + 1)
            worker.do("tick")
            assert states(worker, cases) == {"completed"}, f"{due_at}: did not fire"
    assert site.check(person.ledger, final=True).violations == []


def test_months_are_counted_from_the_first_instant_whatever_the_zone(site: Site) -> None:
    person = Person(28)
    site.offset_seconds = offset_to("2027-01-31T12:00:00Z")
    with site.running(zone="America/New_York") as worker:
        case_id = person.start(worker, "cycle", cycle="R3/P1M")
    for day, zone, following in (
        ("2027-02-28", "Asia/Shanghai", ["2027-03-31"]),
        ("2027-03-31", "Europe/Berlin", ["2027-04-30"]),
        ("2027-04-30", "America/New_York", []),
    ):
        site.offset_seconds = offset_to(f"{day}T12:00:00Z") - _MARGIN_SECONDS
        with site.running(zone=zone) as worker:
            worker.do("tick")
            assert [due[:10] for _, due, state in worker.do("timers", case_id=case_id) if state == "scheduled"] == [day]
            worker.do("set_clock", offset_seconds=site.offset_seconds + 2 * _MARGIN_SECONDS)
            worker.do("tick")
            found = [due[:10] for _, due, state in worker.do("timers", case_id=case_id) if state == "scheduled"]
            assert found == following
    assert site.check(person.ledger, final=True).violations == []


@pytest.mark.parametrize("text", ["2027-06-01T12:00:00", "2027-06-01", "tomorrow", "2027-02-29T00:00:00Z"])
def test_time_that_depends_on_the_machine_or_does_not_exist_is_an_incident(site: Site, text: str) -> None:
    person = Person(29)
    with site.running(zone="America/New_York") as worker:
        case_id = person.start(worker, "dated", when=text)
        assert worker.do("timers", case_id=case_id) == []
    assert site.rows(f"SELECT element_id, state FROM incident WHERE case_id = '{case_id}'") == [("wait", "open")]
    assert site.check(person.ledger, final=True).violations == []


# ---- T26
@pytest.mark.parametrize(("downtime", "reminded"), [(3.0, 0), (HOUR, 1), (2 * DAY, 1)])
def test_what_fell_due_while_nothing_ran_fires_once(site: Site, downtime: float, reminded: int) -> None:
    person = Person(30)
    worker = site.start()
    cases = [person.start(worker, "pause", wait="PT1S") for _ in range(20)]
    reminder = person.start(worker, "reminders")
    worker.kill()
    site.offset_seconds = downtime
    with site.running() as worker:
        worker.do("tick")
        assert states(worker, cases) == {"completed"}
        assert worker.do("tick") == [0, 0]
        timers = worker.do("timers", case_id=reminder)
        now = instant(worker.do("now"))
    fired = [due for _, due, state in timers if state == "fired"]
    (following,) = [instant(due) for _, due, state in timers if state == "scheduled"]
    assert len(fired) == reminded, "firings of a cycle that were missed count as one"
    assert now < following <= now + timedelta(minutes=10)
    assert site.check(person.ledger, final=True).violations == []
