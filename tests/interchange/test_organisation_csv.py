"""The organisation as CSV: what is written is read again, and every cell that is wrong is told by line and column."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.house import House
from workflow_engine import OPERATOR, InvalidVariablesError, LoadOrganisation, OrganisationFiles, new_id
from workflow_engine.domain.organisation_rows import ROLE, SHIFT, UNIT
from workflow_engine.interchange.organisation_csv import UnreadableFileError, read_file, write_file

UNITS = (
    "unit_id,parent_id,level,name_zh,name_en,subject_class\n"
    "city,,city,云溪市,Yunxi City,government\n"
    "east,city,district,溪东区,\"East, the old\nquarter\",government\n"
)  # fmt: skip

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1, max_size=12)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_what_is_written_is_read_again(pairs: list[tuple[str, str]]) -> None:
    rows = [{"group_id": f"role:{n}", "name_zh": zh, "name_en": en} for n, (zh, en) in enumerate(pairs)]
    found = read_file("roles.csv", write_file(ROLE, rows).encode())
    assert found.kind is ROLE
    assert list(found.rows) == rows


@pytest.mark.parametrize("evil", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\tx", "'=x"])
def test_a_cell_is_never_a_formula(evil: str) -> None:
    text = write_file(ROLE, [{"group_id": "role:x", "name_zh": evil, "name_en": "x"}])
    cell = text.splitlines()[1].split(",")[1].strip('"')
    assert cell.startswith("'")


def test_byte_order_mark_semicolons_and_blank_lines_are_read() -> None:
    text = "\ufeff" + UNITS.replace(",", ";").replace("East; the", "East, the") + "\n;;;;;\n"
    found = read_file("u.csv", text.encode())
    assert [row["unit_id"] for row in found.rows] == ["city", "east"]
    assert found.lines == [2, 3]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe\x00", "no UTF-8"), (b"a,b\n1,2\n", "fit no kind"), (b"", "fit no kind"),
        (b"unit_id,unit_id\n", "twice"), (b'group_id,name_zh,name_en\n"x,y,z\n', "unexpected end"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_is_told(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableFileError, match=why):
        read_file("f.csv", content)


def test_wrong_cells_are_told_by_file_line_and_column(sqlite_url: str) -> None:
    people = (
        "person_id,sign_in_name,display_name_zh,display_name_en,unit_id,disabled,email,groups\n"
        "user:a,a,甲,A,city,no,,role:x;role:y\n"
        "user:b,b,,B,mars,perhaps,,\n"
    )
    read = OrganisationFiles([("units.csv", UNITS.encode()), ("people.csv", people.encode())])
    house = House(sqlite_url)
    with pytest.raises(InvalidVariablesError) as refused:
        house.engine.handle(LoadOrganisation(command_id=new_id(), **read.parts()), OPERATOR)
    told = [(each.file, each.line, each.column) for each in read.told(refused.value.problems)]
    assert told == [
        ("people.csv", 3, "display_name_zh"), ("people.csv", 3, "disabled"), ("units.csv", 3, "name_en"),
    ]  # fmt: skip
    assert house.rows("SELECT 1 FROM unit") == []
    house.close()


def test_export_of_everything_imports_as_the_same(sqlite_url: str) -> None:
    house = House(sqlite_url)
    shift: dict[str, Any] = {
        "shift_id": "s1", "group_id": "role:duty_room", "person_id": "user:a", "from_at": "2026-05-12T08:00:00+08:00",
        "until_at": "2026-05-12T20:00:00+08:00",
    }  # fmt: skip
    people = [
        {"person_id": f"user:{n}", "sign_in_name": n, "display_name_zh": n, "display_name_en": n, "unit_id": "city",
         "groups": ["role:duty_room"]}
        for n in "ab"
    ]  # fmt: skip
    load = LoadOrganisation(
        command_id=new_id(),
        units=[{"unit_id": "city", "name_zh": "市", "name_en": "=City"}],
        roles=[{"group_id": "role:duty_room", "name_zh": "值班室", "name_en": "Duty room"}],
        people=people,
        positions=[{"position_id": "p", "unit_id": "city", "name_zh": "市长", "name_en": "Mayor", "is_head": True,
                    "person_id": "user:a"}],
        shifts=[shift],
        deputies=[{"deputy_id": "d", "person_id": "user:a", "stand_in": "user:b", "from_on": "2026-05-01",
                   "until_on": "2026-05-31"}],
    )  # fmt: skip
    house.engine.handle(load, OPERATOR)
    from workflow_engine import ORGANISATION_KINDS, organisation_csv

    rows = {kind: house.engine.queries.organisation.export(kind.name) for kind in ORGANISATION_KINDS}
    files = [(f"{kind.plural}.csv", organisation_csv(kind.name, rows[kind]).encode()) for kind in ORGANISATION_KINDS]
    read = OrganisationFiles(files)
    assert read.problems == []
    again = house.engine.handle(LoadOrganisation(command_id=new_id(), **read.parts()), OPERATOR)
    assert again.result["changes"] == 0
    assert {kind.name for kind in (UNIT, SHIFT)} <= {kind.name for kind in ORGANISATION_KINDS}
    house.close()


def test_eighteen_hundred_divisions_come_in_within_ten_seconds(sqlite_url: str, shared: Path) -> None:
    path = shared / "data" / "cn_divisions" / "changsha_4301.csv"
    if not path.exists():
        pytest.skip("the divisions are not among the reference files")
    house = House(sqlite_url)
    began = time.process_time()
    read = OrganisationFiles([(path.name, path.read_bytes())])
    receipt = house.engine.handle(LoadOrganisation(command_id=new_id(), **read.parts()), OPERATOR)
    spent = time.process_time() - began
    assert receipt.result["changes"] > 1_700
    assert house.rows("SELECT COUNT(*) FROM unit_below WHERE ancestor_id = '4301'") > [(1_700,)]
    again = house.engine.handle(LoadOrganisation(command_id=new_id(), **read.parts()), OPERATOR)
    assert again.result["changes"] == 0
    assert spent < 10, spent
    house.close()
