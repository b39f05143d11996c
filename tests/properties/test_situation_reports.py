"""Whatever instants and words come in: lateness follows from instants, nothing is invented or counted twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from workflow_engine import REPORT_FIELDS, lateness
from workflow_engine.domain.report_assembly import assemble
from workflow_engine.domain.report_facts import Earlier, ReportFacts, Said, Source

START = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
instants = st.integers(0, 10**6).map(lambda seconds: START + timedelta(seconds=seconds))
subjects = st.sampled_from(["unit:health", "role:health_deputy", "unit:police", "unit:civil_affairs", ""])
answers = st.fixed_dictionaries({}, optional={
    "deaths": st.integers(-2, 9), "evacuated": st.integers(0, 50), "contained_percent": st.integers(0, 120),
    "task_result": st.text(max_size=8), "weather": st.one_of(st.none(), st.integers(), st.text(max_size=5)),
})  # fmt: skip
said = st.lists(
    st.builds(
        lambda number, subject, at, values: Said(f"c.{number}", "work", "Work", subject, "", "p", at, values),
        st.integers(1, 99), subjects, instants, answers,
    ),
    max_size=8,
)  # fmt: skip


def facts(found: list[Said], earlier: Earlier | None, now: datetime) -> ReportFacts:
    return ReportFacts(
        now, ZoneInfo("Asia/Shanghai"), Source("case", "c", "Fire", START), tuple(found), earlier=earlier
    )


@given(instants, instants, instants)
def test_lateness_follows_from_the_instants_alone(due: datetime, issued: datetime, now: datetime) -> None:
    made, waiting = lateness(due, issued, now), lateness(due, None, now)
    assert (made.state == "late") == (issued > due)
    assert made == lateness(due, issued, now + timedelta(days=9)), "what is issued gets no later"
    assert made.seconds == (issued - due).total_seconds() if issued > due else made.seconds == 0
    assert (waiting.state == "overdue") == (now > due)
    assert waiting.seconds == abs((now - due).total_seconds())
    assert lateness(None, issued, now).state == "on_time"


@given(said, st.one_of(st.none(), st.tuples(instants, st.integers(0, 9))), instants)
def test_assembled_values_fit_their_fields_and_name_who_said_them(
    found: list[Said], last: tuple[datetime, int] | None, now: datetime
) -> None:
    earlier = None if last is None else Earlier("r", 1, "first", last[0], {"deaths": last[1]})
    known = facts(found, earlier, START + timedelta(days=30)).at(now)
    made = assemble(known)
    assert [*made] == [field.id for field in REPORT_FIELDS]
    for one in made.values():
        assert (one.value is None) == (one.sources == ()), one.field.id
        assert all(source.at is None or source.at <= now for source in one.sources)
    counts = [one for one in known.said if "health" in one.subject and one.values.get("deaths", -1) >= 0]
    assert made["deaths"].value is None or counts or known.earlier is not None, "only health counts"
    newest = {one.subject: one.values["evacuated"] for one in sorted(known.said, key=lambda one: one.at)
              if "evacuated" in one.values}  # fmt: skip
    assert made["evacuated"].value == (sum(newest.values()) if newest else None)
    assert made["contained_percent"].value is None or 0 <= made["contained_percent"].value <= 100
