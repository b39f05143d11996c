"""The emergency process on the real engine: every scenario, hot and cold, and what must hold in all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.conftest import PROCESS, EngineFactory
from workflow_engine import OPERATOR, Engine, Settings, open_engine
from workflow_engine.demo.load import load_organisation, release_process
from workflow_engine.domain.clock import Clock
from workflow_engine.rehearsal import ScenarioResult, read_scenario, run_scenario

SCENARIOS = sorted(PROCESS.glob("scenarios/*.json"))
ENDS = {"terminated", "downgraded_closed", "false_alarm", "handed_up", "merged"}


def _names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@pytest.mark.parametrize("path", SCENARIOS, ids=_names(SCENARIOS))
def test_scenario_with_the_case_kept_in_memory(path: Path, hot_engines: EngineFactory) -> None:
    result = run_scenario(hot_engines, read_scenario(path))
    assert result.ok, str(result)


@pytest.mark.parametrize("path", SCENARIOS, ids=_names(SCENARIOS))
def test_scenario_with_the_case_loaded_for_every_command(path: Path, cold_engines: EngineFactory) -> None:
    result = run_scenario(cold_engines, read_scenario(path))
    assert result.ok, str(result)


def test_scenarios_reach_every_end_of_the_process(database_path: Path) -> None:
    reached = set()
    for name in ("main_path", "downgraded", "false_alarm", "handed_over", "merged"):
        fresh = database_path.with_name(f"{name}.sqlite3")
        fresh.write_bytes(database_path.read_bytes())
        result = run_scenario(_engines_over(fresh), read_scenario(PROCESS / f"scenarios/{name}.json"))
        reached |= ENDS & set(result.passed_elements)
    assert reached == ENDS


@pytest.mark.parametrize("name", ["main_path", "raised_by_update", "nobody_acknowledges"])
def test_branches_of_the_response_never_contradict_each_other(name: str, hot_engines: EngineFactory) -> None:
    kept: list[Engine] = []
    result = _run(name, hot_engines, kept)
    kinds = {event["event"] for event in _events(kept[0], result)}
    kept[0].close()
    assert "variables.conflict" not in kinds
    assert "incident.opened" not in kinds


@pytest.mark.parametrize("name", ["main_path", "raised_by_update"])
def test_scenario_on_postgresql(name: str, postgres_url: str) -> None:
    def engines(clock: Clock) -> Engine:
        engine = open_engine(Settings(database_url=postgres_url), clock=clock, migrate=True)
        load_organisation(engine)
        release_process(engine, PROCESS)
        return engine

    result = run_scenario(engines, read_scenario(PROCESS / f"scenarios/{name}.json"))
    assert result.ok, str(result)


def test_late_report_is_computed_whatever_somebody_types(hot_engines: EngineFactory) -> None:
    result = _run("main_path", hot_engines, [])
    assert result.variables["report_initial"] == {
        "at": "2026-07-01T08:40:00Z",
        "due_at": "2026-07-01T08:30:00Z",
        "late": True,
        "late_seconds": 600,
        "to": "国务院 State Council",
        "summary": "溪东区 3 小时 118 毫米",
    }


def test_reports_of_all_departments_are_kept_after_a_raise(hot_engines: EngineFactory) -> None:
    kept: list[Engine] = []
    result = _run("raised_by_update", hot_engines, kept)
    units = [report["unit"] for report in result.variables["department_reports"]]
    assert len(units) == len(set(units)) == 17
    assert {"fire", "contract_supplier", "red_cross"} <= set(units)
    figures_that_nobody_knows_go_up_as_not_known(kept[0], result)


def figures_that_nobody_knows_go_up_as_not_known(engine: Engine, result: ScenarioResult) -> None:
    """Null in the case and in the first report, never 0."""
    (first,) = [r for r in engine.queries.situation_reports.list(result.case_id or "", OPERATOR) if r.kind == "first"]
    document = engine.queries.situation_reports.get(first.report_id, OPERATOR).content
    engine.close()
    told = {field["id"]: field["value"] for field in (document or {})["fields"]}
    assert [told[name] for name in ("deaths", "serious", "missing", "loss")] == [None] * 4
    assert (result.variables["facts"]["deaths"], result.variables["facts"]["rain_3h"]) == (None, None)


def test_story_tells_who_did_what_in_order(hot_engines: EngineFactory) -> None:
    result = _run("two_persons", hot_engines, [])
    told = [(line.actor_id, line.what) for line in result.lines]
    assert ("user:sun_qi", "completes approve_warning: refused (not_permitted)") in told
    assert [line.at for line in result.lines] == sorted(line.at for line in result.lines)


def _run(name: str, engines: EngineFactory, kept: list[Engine]) -> ScenarioResult:
    """Run a scenario; the engine stays open in ``kept`` for a look afterwards when a list with room is given."""

    def factory(clock: Clock) -> Engine:
        engine = engines(clock)
        kept.append(engine)
        return engine

    result = run_scenario(factory, read_scenario(PROCESS / f"scenarios/{name}.json"))
    kept[0] = engines(kept[0].clock)
    assert result.ok, str(result)
    return result


def _events(engine: Engine, result: ScenarioResult) -> Iterator[dict[str, object]]:
    assert result.case_id is not None
    for row in engine.queries.get_history(result.case_id, OPERATOR):
        yield from (dict(event) for event in row.events)


def _engines_over(path: Path) -> EngineFactory:
    return lambda clock: open_engine(Settings(database_url=f"sqlite:///{path}"), clock=clock)
