"""Rehearsals: the same seed gives the same, luck is shared, people queue, and what is wrong in a plan is said."""

from __future__ import annotations

import json
import math
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.processes.conftest import PROCESS
from workflow_engine import Settings, open_engine
from workflow_engine.cli.output import json_text
from workflow_engine.demo.load import read_process
from workflow_engine.domain.working_time import Calendar
from workflow_engine.interchange.rehearsal_answers import answers
from workflow_engine.interchange.rehearsal_report import report_file
from workflow_engine.interchange.rehearsal_words import Words
from workflow_engine.rehearsal.chances import Constant, Empirical, Exponential, Lognormal, Luck, Triangular, Uniform
from workflow_engine.rehearsal.confidence import estimate, holm, paired, t_quantile
from workflow_engine.rehearsal.contrasting import effects
from workflow_engine.rehearsal.filling import valid_answer
from workflow_engine.rehearsal.fitting import FEWEST, PastTask, calibrated, fit
from workflow_engine.rehearsal.guessing import guessed_plan
from workflow_engine.rehearsal.hours import Office, Turns
from workflow_engine.rehearsal.measuring import summary
from workflow_engine.rehearsal.plan import PlanError
from workflow_engine.rehearsal.plan_files import read_document, settle
from workflow_engine.rehearsal.plan_reading import plan_from
from workflow_engine.rehearsal.rounds import Arm, Rounds
from workflow_engine.rehearsing import City, Wish, rehearse

SUMMER = PROCESS / "rehearsals" / "summer.json"
START = "2026-07-01T00:00:00+08:00"


@pytest.fixture(scope="module")
def city(prepared_database: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The made-up city with the emergency process."""
    path = Path(shutil.copy(prepared_database, tmp_path_factory.mktemp("city") / "city.sqlite3"))
    return City(path, [read_process(PROCESS)])


def _wish(document: dict[str, Any], **more: Any) -> Wish:
    said: dict[str, Any] = {"cases": 4, "seed": 7, **more}
    return Wish({**document, "season": {"cases": 2}}, "plan.json", **said)


def test_same_seed_gives_the_same_result_and_the_record_stands(city: City, tmp_path: Path) -> None:
    document = read_document(SUMMER)
    first = rehearse(city, _wish(document, keep=tmp_path))
    assert json_text(first) == json_text(rehearse(city, _wish(document)))
    assert json_text(first) != json_text(rehearse(city, _wish(document, seed=8)))
    plan = first["plan"]
    assert (plan["cases"], plan["seasons"], plan["states"].get("active", 0)) == (4, 2, 0)
    assert {one["id"] for one in plan["milestones"]} >= {"acknowledge", "activate", "first_report"}
    page = report_file(first, city.models[0]["emergency_response.bpmn"], "zh")
    assert "heat-8" in page and "首个部门签收" in page and "<script" not in page
    engine = open_engine(Settings(database_url=f"sqlite:///{tmp_path / 'season-0.sqlite3'}"))
    try:
        report = engine.verify_audit(sample=None)
        assert (list(report.findings), report.re_executed) == ([], 2)
    finally:
        engine.close()


def test_slower_people_are_worse_and_one_more_helps_under_the_same_luck(city: City) -> None:
    document = read_document(SUMMER)
    slow = {**document, "tasks": {**document["tasks"], "verify": {"notice": "PT30M", "work": "PT5M"}}}
    wish = _wish(document, cases=6, against=(slow, "slow.json"), what_if=["duty_room"], what_if_cases=2)
    result = rehearse(city, wish)
    found = {one["measure"]: one for one in result["contrast"]["differences"]}
    assert found["milestone.verify"]["difference"]["mean"] > 0
    assert result["contrast"]["few"]  # three seasons are too few to lean on
    (tried,) = result["what_if"]
    assert tried["team"] == "duty_room" and set(tried["more"]) == {"1", "-1"}
    assert [tried["more"][key]["crews"] for key in ("1", "-1")] == [[4, 6], [4, 2]]  # one on each of two shifts
    told = answers(result, Words("en"))
    assert told.first.startswith("As planned: ") and "of emergencies are acknowledged within 1 h" in told.first
    assert "Duty room" in told.others[-1] and "Too few" in told.others[-1]


def test_answer_is_one_sentence_and_rounds_end_when_ranges_are_narrow() -> None:
    plan = _plan({
        "teams": [{"id": "gas", "name": {"zh_CN": "燃气公司", "en": "the gas company"}, "groups": ["unit:gas"],
                   "crews": 2, "crew_size": 4}],
        "milestones": [{"id": "ack", "until": {"completed": "acknowledge"}, "within": "PT5M",
                        "told": {"zh_CN": "按时签收", "en": "acknowledge in time"}}],
    })  # fmt: skip
    assert (plan.teams[0].people, plan.with_crews("gas", -1).teams[0].people) == (8, 4)

    def seen(number: int, late: int) -> dict[str, Any]:
        spans = [600.0 if case < late else 60.0 for case in range(20)]
        cases = [
            {"kind": "case", "state": "completed", "seconds": 900.0, "commands": 1, "milestones": {"ack": one}}
            for one in spans
        ]
        return {"season": number, "cases": cases, "tasks": {}, "crews": [], "elements": {}, "remarks": {}}

    tried = [Arm(("try", "gas", more), plan.with_crews("gas", more), 40) for more in (1, -1)]
    arms = [Arm(("plan",), plan, 40), *tried]
    rounds, played = Rounds(arms, 0.03), 0
    late = {("plan",): (3, 4, 5, 4), ("try", "gas", 1): (1, 1, 2, 1), ("try", "gas", -1): (3, 4, 5, 4)}
    while ahead := rounds.next():
        for arm, seasons in ahead:
            arm.add(seen(number, late[arm.key][number % 4]) for number in seasons)
            played += len(seasons)
    assert [len(arm.seen) for arm in arms] == [10, 10, 5] and played == 25
    result = {
        "plan": summary(plan, arms[0].seen, {}, {}) | {"teams": [{"id": "gas", "name": dict(plan.teams[0].name)}]},
        "contrast": None, "what_if": effects(arms[0], arms[1:]), "precision": 0.03, "asked": {"cases": 800},
    }  # fmt: skip
    english, chinese = (answers(result, Words(language)) for language in ("en", "zh"))
    assert english.first == (
        "With one more team of 4 at the gas company, 94\u00a0% instead of 80\u00a0% acknowledge in time (±2)."
    )
    assert chinese.first == "燃气公司增加一个 4 人班组后, 按时签收的比例由 80\u00a0% 变为 94\u00a0% (±2)。"
    assert english.others[0] == "As planned: 80\u00a0% acknowledge in time (±3)."
    assert "Ended after 200 of 800 cases" in english.others[-1] and "slightly too narrow" in english.others[-1]


def _plan(said: dict[str, Any]) -> Any:
    base = {"process_id": "p", "start_at": START, "teams": [{"id": "a", "groups": ["unit:a"]}]}
    return plan_from(settle({**base, **said}, "x.json", Path(), None), "x.json", Calendar(), lambda _group: [])


@pytest.mark.parametrize(
    ("said", "where", "expected"),
    [
        ({"team": []}, "the whole", "team is nothing a plan may say"),
        ({"start_at": "tomorrow"}, "start_at", "an instant with an offset"),
        ({"teams": [{"id": "a", "groups": []}]}, "teams[1].groups", "at least one group"),
        ({"teams": [{"groups": ["x"]}]}, "teams[1]", "to say id"),
        ({"teams": [{"id": "a", "groups": ["x"], "crew_size": 2}]}, "teams[1].crew_size", "where crews are said"),
        ({"teams": [{"id": "a", "groups": ["x"], "crews": 1, "people": 2}]}, "teams[1].people", "not both"),
        ({"teams": [{"id": "a", "groups": ["x"], "hours": "late"}]}, "teams[1].hours", "always, office, roster"),
        ({"teams": [{"id": "a", "groups": ["x"], "hours": "roster"}]}, "teams[1].hours", "duty in the city's roster"),
        ({"tasks": {"v": {"work": {"lognormal": {"median": "PT5M"}}}}}, "tasks.v.work.lognormal", "p90 or sigma"),
        ({"tasks": {"v": {"work": {"gamma": 1}}}}, "tasks.v.work", "one of constant"),
        ({"tasks": {"v": {"answered": 2}}}, "tasks.v.answered", "a number from 0 to 1"),
        ({"arrivals": {"between": "PT1H", "by_hour": [1, 2]}}, "arrivals.by_hour", "24 weights"),
        ({"milestones": [{"id": "m", "until": "never"}]}, "milestones[1].until", "end, or an object"),
        ({"what_if": ["b"]}, "what_if", "ids of teams (a)"),
        ({"scenario": "nowhere.json"}, "scenario", "there is no nowhere.json"),
        ({"start": {"alert": "nowhere.xml"}}, "start.alert", "there is no nowhere.xml"),
        ({"kinds": [{"name": "k"}], "start": {}}, "start", "where there are kinds"),
    ],
)
def test_plan_that_cannot_be_read_says_file_field_and_what_was_expected(
    said: dict[str, Any], where: str, expected: str
) -> None:
    with pytest.raises(PlanError) as refused:
        _plan(said)
    assert refused.value.message.startswith(f"x.json, {where}")
    assert expected in refused.value.message


def test_every_shipped_process_has_a_first_guess_that_can_be_read() -> None:
    for folder in sorted(path.parent for path in PROCESS.parent.glob("*/scenarios")):
        document = guessed_plan(folder.name, read_process(folder), folder)
        settled = settle(document, "guess.json", folder / "rehearsals", folder)
        plan = plan_from(settled, "guess.json", Calendar(), lambda _group: [])
        assert plan.guessed and plan.process_id == folder.name and plan.kinds[0].start and plan.every_task.of_deadline


def test_plan_from_elsewhere_reaches_no_file_outside_its_process(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps({"start_at": START, "steps": []}))
    inside = tmp_path / "process" / "rehearsals"
    inside.mkdir(parents=True)
    with pytest.raises(PlanError, match="lies elsewhere"):
        settle({"scenario": "../../secret.json"}, "x.json", inside, inside.parent)


def test_distributions_keep_their_means_and_longer_draws_are_longer() -> None:
    for one in (
        Constant(5.0), Uniform(1, 9), Triangular(1, 2, 12), Exponential(5), Lognormal.of(60, 180),
        Empirical((1.0, 2.0, 10.0)),
    ):  # fmt: skip
        values = [one.at((number + 0.5) / 4000) for number in range(4000)]
        assert values == sorted(values)
        assert math.isclose(sum(values) / 4000, one.mean(), rel_tol=0.01)
    assert math.isclose(Lognormal.of(60, 180).at(0.9), 180)
    luck = Luck(1, 0)
    draws = [luck.draw("x", number) for number in range(5000)]
    assert abs(sum(draws) / 5000 - 0.5) < 0.015 and len(set(draws)) == 5000
    assert luck.draw("x", 1) == Luck(1, 0).draw("x", 1) != Luck(1, 1).draw("x", 1)


def test_confidence_is_that_of_the_tables_and_chance_is_not_taken_for_a_difference() -> None:
    assert math.isclose(t_quantile(0.975, 9), 2.262157, rel_tol=1e-6)
    assert math.isclose(t_quantile(0.975, 1), 12.7062, rel_tol=1e-5)
    found = estimate([4, 5, 6])
    assert (
        found is not None
        and found.low is not None
        and math.isclose(found.low, 5 - 4.302653 / math.sqrt(3), rel_tol=1e-6)
    )
    same = paired([1, 2, 3, 4], [1.1, 1.9, 3.1, 3.9])
    other = paired([1, 2, 3, 4], [2.1, 2.9, 4.1, 4.9])
    assert same is not None and other is not None
    assert same.p is not None and same.p > 0.5 and other.p is not None and other.p < 0.001
    assert holm([other.p, same.p, None]) == [True, False, False]


def test_people_work_in_their_hours_and_turns() -> None:
    office = Office(Calendar())
    friday_night = datetime(2026, 7, 3, 20, tzinfo=UTC)  # Saturday 04:00 in Shanghai
    opens = office.opens(0, friday_night)
    assert opens == datetime(2026, 7, 6, 1, tzinfo=UTC)
    assert office.done(0, opens, 4 * 3600) == datetime(2026, 7, 6, 6, tzinfo=UTC)  # an hour of lunch between
    turns = Turns(ZoneInfo("Asia/Shanghai"), 2, (8 * 60, 20 * 60))
    noon = datetime(2026, 7, 1, 4, tzinfo=UTC)
    there = [turns.opens(member, noon) == noon for member in (0, 1)]
    assert sorted(there) == [False, True]
    week = [turns.there(member, noon, datetime(2026, 7, 8, 4, tzinfo=UTC)) for member in (0, 1)]
    assert sum(week) == 7 * 86_400


def test_form_is_filled_with_what_its_schema_lets_pass() -> None:
    for path in sorted(PROCESS.glob("forms/*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        answer = valid_answer(schema)
        for part in schema["components"]:
            wanted = (part.get("validate") or {}).get("required") and not part.get("disabled")
            if wanted and "conditional" not in part and "." not in part["key"]:
                offered = [value["value"] for value in part.get("values", ())]
                assert not offered or answer[part["key"]] in (*offered, offered[:1])


def test_times_of_the_past_are_fitted_and_too_few_are_said() -> None:
    seen = [Lognormal.of(600, 1800).at((number + 0.5) / 60) for number in range(60)]
    found = fit(seen)
    assert found.good and isinstance(found.distribution, Lognormal)
    assert math.isclose(found.distribution.median, 600, rel_tol=0.02)
    assert isinstance(fit([10.0] * 30 + [10_000.0 + n for n in range(30)]).distribution, Empirical)
    at = datetime(2026, 7, 1, tzinfo=UTC)
    tasks = [
        PastTask(f"c{number}", element, at, None, datetime.fromtimestamp(at.timestamp() + span, UTC))
        for element, spans in (("verify", seen), ("rare", seen[: FEWEST - 1]))
        for number, span in enumerate(spans)
    ]
    document, told = calibrated({"tasks": {"rare": {"work": "PT1M"}}}, tasks, [at])
    assert document["tasks"]["verify"]["notice"]["lognormal"]["median"].startswith("PT60")
    assert document["tasks"]["rare"] == {"work": "PT1M"}
    verdicts = {one["element"]: one["verdict"] for one in told["fits"]}
    assert verdicts == {"": "too_few", "verify": "fits", "rare": "too_few"}
    _plan(document)  # and it can be read again
