"""Numbers of cases by day and grid: each given once, without gaps, whoever starts cases beside each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.support.house import ADMIN, ANNE, House, chain, user_task
from workflow_engine import AddAttachment, new_id

MODEL = chain(
    '<bpmn:scriptTask id="s" scriptFormat="feel" camunda:resultVariable="no"><bpmn:script>case number(grid)'
    "</bpmn:script></bpmn:scriptTask>",
    user_task("A"),
)
GRID = "430182001001"


def test_number_is_given_once_to_each_of_many_cases_that_start_together(house: House) -> None:
    house.release(MODEL)
    (foreseen, *_) = house.engine.foresee_start(ANNE, "p", {"grid": GRID}).tasks
    assert foreseen.element_id == "A"
    with ThreadPoolExecutor(4) as pool:
        cases = list(pool.map(lambda _: house.start(grid=GRID), range(12)))
    numbers = sorted(house.variables(case)["no"] for case in cases)
    day = "20260512"
    assert numbers == [f"{day}-{GRID}-{n:04}" for n in range(1, 13)]
    assert house.variables(house.start(grid=None))["no"] == f"{day}-000000000000-0001"
    assert house.variables(house.start(grid="430182001002"))["no"] == f"{day}-430182001002-0001"
    assert house.engine.verify_audit(sample=None).ok


def test_grid_that_cannot_be_stops_the_case_and_takes_no_number(house: House) -> None:
    house.release(MODEL)
    case_id = house.start(grid="'; --")
    (incident,) = house.engine.queries.get_case(case_id, ADMIN).incidents
    assert "Expected the code of a grid" in incident.message
    assert house.rows("SELECT count(*) FROM case_number_series") == [(0,)]


def test_photos_are_counted_from_an_instant_on_and_other_files_are_not(house: House) -> None:
    script = (
        '<bpmn:scriptTask id="s" scriptFormat="feel" camunda:resultVariable="n"><bpmn:script>[photos of case(), '
        "photos of case(now())]</bpmn:script></bpmn:scriptTask>"
    )
    house.release(chain(user_task("A"), script, user_task("B")))
    case_id = house.start()
    for name, kind in (("a.jpg", "image/jpeg"), ("b.txt", "text/plain")):
        file = AddAttachment(
            command_id=new_id(), case_id=case_id, digest=f"{len(name):064}", size=1, media_type=kind, name=name
        )
        house.engine.handle(file, ADMIN)
    house.complete(house.task(case_id, "A"), ADMIN)
    assert house.variables(case_id)["n"] == [1, 0]
    report = house.engine.verify_audit(sample=None)
    assert (report.ok, report.re_executed) == (True, 1), report.findings
