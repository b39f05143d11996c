"""Destroying the personal data of a response: ordered by two persons, everywhere, in pieces, with proof."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from tests.storage.test_verifying import tamper
from tests.support.destroying import FILE, NAME, PHONE, REPORTER, TOLD, order, told_case
from tests.support.house import ADMIN, ANNE, House
from tests.support.tampering import found, found_after
from workflow_engine import Actor, HoldCase, KeepBriefing, LiftHold, LoadOrganisation, NotFoundError, new_id
from workflow_engine.domain.traces import Traces, can_be_looked_for
from workflow_engine.storage.schema import METADATA
from workflow_engine.workers.destruction import Destroyer


def dumped(house: House) -> str:
    """Every row of every table."""
    return "".join(str(house.rows(f'SELECT * FROM "{table.name}"')) for table in METADATA.sorted_tables)


def test_a_response_forgets_people_everywhere_and_goes_on(house: House) -> None:
    case_id = told_case(house)
    (entry, *_) = house.engine.retelling.tell(case_id, ADMIN, most=1).entries  # its walk is kept in memory
    assert any(REPORTER in str(change.after) for change in entry.changes)
    brief(house, case_id)
    order(house, case_id)
    hashes = [row.hash for row in house.engine.queries.get_history(case_id, ADMIN)]
    assert Destroyer(house.engine).run_once() > 0
    everything = dumped(house)
    assert NAME not in everything and PHONE not in everything
    known = house.variables(case_id)
    assert (known["reporter"], known["facts"], known["level"]) == (None, {"reporter": None, "homes": 30}, "II")
    assert known["description"] == TOLD.replace(NAME, "▇▇").replace(PHONE, "▇▇")
    (row,) = house.engine.queries.destructions.of_case(case_id, ADMIN)
    assert row.is_proved and (row.decided_by, row.signed_by) == ("user:anne", "user:bo")
    after = house.engine.queries.get_history(case_id, ADMIN)
    assert [each.hash for each in after][: len(hashes)] == hashes
    assert [each.seq for each in after if each.erased][:1] == [1]
    assert house.engine.verify_audit(sample=None).ok
    briefing = house.engine.queries.situation_reports.get_briefing(case_id, 1, ADMIN)
    assert briefing.intact and briefing.destroyed and "▇▇家已通知" in str(briefing.content)
    retold = house.engine.retelling.tell(case_id, ADMIN).entries
    assert {(one.exact, one.why_not) for one in retold} == {(True, "erased")}, "run again, but it proves nothing"
    assert any(change.path == "level" and change.after == "II" for one in retold for change in one.changes)
    assert REPORTER not in str(retold)
    files = house.engine.queries.destructions.files_of(row.destruction_id)
    with pytest.raises(NotFoundError):
        house.engine.files.open(files[0])
    house.complete(house.task(case_id, "stay"), ANNE, left="nothing")
    assert house.state(case_id) == "completed"
    assert house.engine.verify_audit(sample=None).ok


def brief(house: House, case_id: str) -> None:
    """A kept document in which a name stands."""
    carl = {"person_id": "user:carl", "sign_in_name": "carl", "display_name_zh": "卡", "display_name_en": "Carl",
            "password_hash": "x", "unit_id": None, "disabled": False, "groups": []}  # fmt: skip
    house.engine.handle(LoadOrganisation(command_id=new_id(), units=[], roles=[], people=[carl]), ADMIN)
    keep = KeepBriefing(command_id=new_id(), case_id=case_id, incoming="user:carl", note=f"{NAME}家已通知")
    house.engine.handle(keep, Actor("user:lead", frozenset({"role:commander", "role:duty_room"})))


def test_the_freed_bytes_of_the_database_hold_nothing_either(sqlite_url: str) -> None:
    house = House(sqlite_url)
    case_id = told_case(house)
    order(house, case_id)
    path = Path(str(make_url(sqlite_url).database))
    files = [path, path.with_name(path.name + "-wal")]
    assert any(PHONE.encode() in each.read_bytes() for each in files if each.exists())
    Destroyer(house.engine).run_once()
    assert not any(PHONE.encode() in each.read_bytes() for each in files if each.exists())
    (row,) = house.engine.queries.destructions.of_case(case_id, ADMIN)
    assert row.storage == "truncated"
    house.close()


def test_a_value_that_was_left_or_comes_back_is_found(house: House) -> None:
    case_id = told_case(house)
    order(house, case_id)
    Destroyer(house.engine).run_once()
    (row,) = house.engine.queries.destructions.of_case(case_id, ADMIN)
    assert house.engine.check_destruction(row.destruction_id, ADMIN).to_dict()["left"] == 0
    tamper(  # as from a backup that was put back
        house,
        f"UPDATE process_instance SET title = 'Anruf {PHONE} abends' WHERE case_id = '{case_id}'",
    )
    house.engine.files.keep(BytesIO(f"回电 {PHONE}".encode()))
    check = house.engine.check_destruction(row.destruction_id, ADMIN)
    assert {(place.where, place.must_go) for place in check.places if place.where != "database file"} >= {
        ("process_instance.title", True), ("kept file", False),
    }  # fmt: skip
    assert not check.ok
    assert found(house) == set()
    chain_of = f"destruction:{row.destruction_id}"
    restore = (
        "INSERT INTO entry_payload (stream_id, seq, salt, content) SELECT stream_id, 1, salt, content "
        f"FROM entry_payload WHERE stream_id = '{case_id}' AND seq > 1 LIMIT 1"
    )
    for statement, finding in (
        ("UPDATE destruction SET signed_by = 'user:carl'", ("changed_row", chain_of)),
        ("UPDATE destruction_case SET entries = 99", ("changed_row", chain_of)),
        ("DELETE FROM destruction_file", ("missing_document", chain_of)),
        (restore, ("restored_value", case_id)),
    ):  # fmt: skip
        assert finding in found_after(house, statement)


def test_a_hold_stops_it_and_lifting_lets_it_go_on(house: House) -> None:
    case_id = told_case(house)
    order(house, case_id)
    house.engine.handle(HoldCase(command_id=new_id(), case_id=case_id, reason="an inquiry"), ADMIN)
    assert Destroyer(house.engine).run_once() == 0
    assert house.variables(case_id)["reporter"] == REPORTER
    house.engine.handle(LiftHold(command_id=new_id(), case_id=case_id, reason="decided"), ADMIN)
    assert Destroyer(house.engine).run_once() > 0
    assert house.variables(case_id)["reporter"] is None


@pytest.mark.parametrize(
    ("personal", "signed_by"),
    [("reporter", "user:anne"), ("reporter", "user:somebody_else"), ("", "user:bo")],
    ids=["one person", "no task of it", "nothing declared"],
)
def test_it_is_not_ordered_without_two_persons_and_a_declaration(house: House, personal: str, signed_by: str) -> None:
    case_id = told_case(house, personal)
    order(house, case_id, signed_by=signed_by)
    assert house.engine.queries.destructions.of_case(case_id, ADMIN) == []
    assert house.rows("SELECT state FROM message WHERE name = 'personal_data.destroy'") == [("waiting",)]


def test_the_hashes_go_when_no_backup_is_kept_any_more(house: House) -> None:
    case_id = told_case(house)
    order(house, case_id)
    Destroyer(house.engine).run_once()
    house.clock.advance(timedelta(days=91).total_seconds())
    assert Destroyer(house.engine).run_once() == 1
    (row,) = house.engine.queries.destructions.of_case(case_id, ADMIN)
    assert not row.can_be_checked and house.rows("SELECT count(*) FROM destruction_trace") == [(0,)]


VALUES = st.sampled_from([NAME, PHONE, TOLD, "Ann-Marie Ødegård", "a@b.example"])


@given(st.text(max_size=30), VALUES, st.text(max_size=30))
def test_a_trace_finds_its_value_wherever_it_stands(before: str, value: str, after: str) -> None:
    traces = Traces(b"s" * 32, Traces.of(b"s" * 32, [value])[0])
    text = before + value + after
    assert text[slice(*next(iter(traces.find(text)))[:2])] == value[:48]
    assert value[:48] not in traces.without(text, "▇▇")


@given(st.text(alphabet="0123456789王小abc -", max_size=60))
def test_a_trace_finds_nothing_else(text: str) -> None:
    traces = Traces(b"s" * 32, Traces.of(b"s" * 32, [NAME, PHONE])[0])
    assert traces.is_in(text) == (NAME in text or PHONE in text)


def test_words_of_models_and_short_values_are_not_looked_for() -> None:
    assert [value for value in ("45", "phone", "unit:fire", "abc", "王", "12345") if can_be_looked_for(value)] == []
    assert FILE and all(map(can_be_looked_for, (NAME, PHONE, "Li Lei")))
