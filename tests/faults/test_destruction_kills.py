"""SIGKILL at every point of a destruction of personal data: the next worker ends it, nothing is left, nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.rig import Site
from tests.support.destroying import NAME, PHONE, order, told_case
from tests.support.house import ADMIN, House
from workflow_engine import NotFoundError, Settings

POINTS = ("before_commit:1", "destruction.after_piece:2", "after_state:1", "destruction.after_file:1")


@pytest.mark.parametrize("point", POINTS)
def test_a_destruction_that_was_killed_goes_on(site: Site, tmp_path: Path, point: str) -> None:
    settings = Settings(database_url=site.url, files_folder=tmp_path / "files")
    site.environment["LIANDONG_FILES_FOLDER"] = str(tmp_path / "files")
    house = House(site.url, settings=settings)
    case_id = told_case(house)
    order(house, case_id)
    house.close()
    dying = site.start(f"{point}:kill")
    dying.send("destroy")
    assert dying.wait() == -9, dying.said()
    dying.close()
    with site.running() as worker:
        worker.do("destroy")
        assert worker.do("destroy") == 0
    house = House(site.url, settings=settings)
    (row,) = house.engine.queries.destructions.of_case(case_id, ADMIN)
    proof = house.engine.queries.destructions.proof(row.destruction_id, ADMIN)
    assert row.is_proved and proof.rows["attachment"] == 1
    assert [told[0] for told in proof.entries].count("destruction.finished") == 1
    assert not {NAME, PHONE} & set(str(house.variables(case_id)).split("'"))
    assert house.engine.check_destruction(row.destruction_id, ADMIN).ok
    with pytest.raises(NotFoundError):
        house.engine.files.open(house.engine.queries.destructions.files_of(row.destruction_id)[0])
    assert house.engine.verify_audit(sample=None).ok
    house.close()
