"""Pages of the organisation: units, people, rights, duty, deputies, calendar, profile, files, and what changed."""

from __future__ import annotations

import io
import json

import pytest
from flask import Flask

from tests.web.conftest import PASSWORD, Visitor, actor
from workflow_engine import Engine, may

PAGES = (
    "/organisation", "/organisation?q=fire", "/organisation/units/fire", "/organisation/people",
    "/organisation/people/user:chen", "/organisation/rights", "/organisation/duty", "/organisation/deputies",
    "/organisation/calendar", "/organisation/calendar?year=2026", "/organisation/profile", "/organisation/files",
    "/organisation/files/unit.csv", "/organisation/changes", "/organisation/readings",
)  # fmt: skip


def fill(visitor: Visitor, page: str, path: str, **form: object) -> str:
    """Open a page, send one of its forms, follow to where it leads; returns what is shown then."""
    assert visitor.get(page).status_code == 200
    answer = visitor.post(path, dict(form))
    return visitor.get(answer.location).text if answer.status_code == 303 else answer.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_open_for_administrators_and_auditors_only(app: Flask, language: str) -> None:
    admin, auditor, staff = (Visitor(app, person, language) for person in ("jiang", "he", "chen"))
    for path in PAGES:
        assert admin.get(path).status_code == 200, path
        answer = auditor.get(path)
        assert answer.status_code == 200, path
        assert 'name="reason"' not in answer.text, path
        assert staff.get(path).status_code == 403, path


def test_a_unit_is_made_changed_and_its_history_told(app: Flask, engine: Engine) -> None:
    admin = Visitor(app, "jiang")
    page = fill(admin, "/organisation", "/organisation/units", name_zh="东区", name_en="East", parent_id="duty",
                level="district", subject_class="government", unit_id="east")  # fmt: skip
    assert "<h1>East</h1>" in page
    page = fill(admin, "/organisation/units/east", "/organisation/units/east", name_zh="东区", name_en="Old East",
                parent_id="fire", level="district", subject_class="government", reason="renamed")  # fmt: skip
    assert "<del>East</del>" in page
    assert "Reason: renamed" in page
    detail = engine.queries.organisation.get_unit("east")
    assert [above.unit_id for above in detail.path] == ["duty", "fire", "east"]
    page = fill(admin, "/organisation/units/east", "/organisation/units/east", name_zh="东区", name_en="",
                parent_id="nowhere")  # fmt: skip
    assert "This is needed." in page


def test_a_position_heads_a_unit(app: Flask, engine: Engine) -> None:
    admin = Visitor(app, "jiang")
    page = fill(admin, "/organisation/units/fire", "/organisation/positions", unit_id="fire", name_zh="队长",
                name_en="Chief", person_id="user:chen", is_head="on")  # fmt: skip
    assert "head of the unit" in page
    found = engine.queries.organisation.find_actor("user:chen")
    assert found is not None
    assert "head:fire" in found.groups


def test_roles_are_added_and_power_is_proposed(app: Flask, engine: Engine) -> None:
    admin, second = Visitor(app, "jiang"), Visitor(app, "yu")
    path = "/organisation/people/user:chen"
    assert "Duty room" in fill(admin, path, f"{path}/groups", add="role:duty_room")
    assert "second administrator" in fill(admin, path, f"{path}/groups", add="auditors")
    rights = "/organisation/rights"
    page = fill(admin, rights, f"{rights}/memberships", person_id="user:chen", group_id="auditors", reason="audits now")
    assert "Withdraw" in page
    (proposal,) = engine.queries.organisation.list_proposals()
    assert "Chen Gang becomes a member of Auditors" in second.get(rights).text
    second.post(f"{rights}/proposals/{proposal.proposal_id}", {"decision": "agreed"})
    assert "auditors" in engine.queries.organisation.get_member("user:chen").groups


def test_a_right_without_power_is_given_and_taken_back(app: Flask, engine: Engine) -> None:
    admin = Visitor(app, "jiang")
    rights = "/organisation/rights"
    page = fill(admin, rights, rights, holder="user:chen", verb="definition.see", reason="looks at models")
    assert "Chen Gang" in page
    (grant,) = [one for one in engine.queries.organisation.list_grants() if one.holder == "user:chen"]
    fill(admin, rights, f"{rights}/{grant.grant_id}/revoke", reason="no longer")
    assert not may(actor(engine, "chen"), "definition.see")


def test_duty_gives_the_role_for_its_time(app: Flask, engine: Engine) -> None:
    admin = Visitor(app, "jiang")
    page = fill(admin, "/organisation/duty", "/organisation/duty", group_id="role:duty_room", person_id="user:hu",
                from_at="2026-07-01T08:00", until_at="2026-07-02T08:00")  # fmt: skip
    assert "08:00–24:00" in page
    found = engine.queries.organisation.find_actor("user:hu")
    assert found is not None
    assert "role:duty_room" in found.groups
    (shift,) = engine.queries.organisation.list_shifts(engine.clock.now(), engine.clock.now())
    fill(admin, "/organisation/duty", f"/organisation/duty/{shift.shift_id}/remove", week="2026-07-01")
    found = engine.queries.organisation.find_actor("user:hu")
    assert found is not None
    assert "role:duty_room" not in found.groups


def test_each_names_their_own_deputy_and_nobody_elses(app: Flask, engine: Engine) -> None:
    staff, other = Visitor(app, "chen"), Visitor(app, "hu")
    page = fill(staff, "/account", "/organisation/deputies", stand_in="user:hu", from_on="2026-07-01",
                until_on="2026-07-03")  # fmt: skip
    assert "Hu Yang for Chen Gang" in page
    (row,) = engine.queries.organisation.list_deputies()
    other.get("/account")
    assert other.post(f"/organisation/deputies/{row.deputy_id}/remove").status_code == 404
    form = {"person_id": "user:wang", "stand_in": "user:hu", "from_on": "2026-07-01", "until_on": "2026-07-03"}
    assert other.post("/organisation/deputies", form).status_code == 403
    staff.post(f"/organisation/deputies/{row.deputy_id}/remove")
    assert engine.queries.organisation.list_deputies() == []


def test_the_calendar_changes_by_day_and_by_notice(app: Flask, engine: Engine) -> None:
    admin = Visitor(app, "jiang")
    path = "/organisation/calendar"
    day = {"day": "2026-10-01", "kind": "off", "name": "国庆", "base_version": "0", "reason": "notice"}
    page = fill(admin, path, f"{path}/days", **day)
    assert "国庆" in page
    assert "provisional" in page
    stale = fill(admin, path, f"{path}/days", day="2026-10-02", kind="off", base_version="0", reason="notice")
    assert "Somebody else changed this" in stale
    notice = json.dumps({"holidays": {"2026-01-01": "元旦"}, "workdays": {"2026-01-04": "元旦"}}).encode()
    page = fill(admin, path, f"{path}/notice", notice=(io.BytesIO(notice), "2026.json"), base_version="1", reason="out")
    assert "final" in page
    calendar = engine.queries.organisation.working_calendar()
    assert [calendar.is_working_day(_day(text)) for text in ("2026-10-01", "2026-01-01", "2026-01-04")] == [
        False, False, True,
    ]  # fmt: skip
    assert calendar.is_published(2026)


def test_the_profile_is_felt_at_once(app: Flask) -> None:
    admin = Visitor(app, "jiang")
    path = "/organisation/profile"
    page = fill(admin, path, path, city_name_en="Yunxi City", time_zone="Europe/Berlin", base_version="0", reason="x")
    assert "<span>Yunxi City</span>" in page
    assert "version 1" in page
    page = fill(admin, path, path, time_zone="Mars/Olympus", idle_minutes="1", base_version="1", reason="x")
    assert "No such time zone." in page
    assert "Mars/Olympus" in page


def test_files_come_in_all_or_none_and_go_out(app: Flask, engine: Engine) -> None:
    admin = Visitor(app, "jiang")
    text = admin.get("/organisation/files/unit.csv").text
    assert text.startswith("\ufeffunit_id,")
    good = b"unit_id,name_zh,name_en\nnorth,\xe5\x8c\x97\xe5\x8c\xba,North\n"
    bad = b"position_id,unit_id,name_zh,name_en\np,mars,x,x\n"
    path = "/organisation/files"
    page = fill(admin, path, path, files=[(io.BytesIO(good), "u.csv"), (io.BytesIO(bad), "p.csv")])
    assert "there is no unit mars" in page
    assert "p.csv" in page
    assert "Imported: 1 rows" in fill(admin, path, path, files=[(io.BytesIO(good), "u.csv")])
    assert engine.queries.organisation.get_unit("north").unit.name_en == "North"


def test_a_reset_password_opens_the_account_page_only(app: Flask) -> None:
    admin, person = Visitor(app, "jiang"), Visitor(app)
    person.get("/sign-in")
    assert person.post("/sign-in", {"name": "chen", "password": PASSWORD}).status_code == 303
    path = "/organisation/people/user:chen"
    page = fill(admin, path, f"{path}/password", reason="forgotten")
    fresh = page.split("<p><code>")[1].split("<")[0]
    assert person.get("/inbox").status_code == 303
    person.get("/sign-in")
    person.post("/sign-in", {"name": "chen", "password": fresh})
    assert person.get("/inbox").location == "/account"
    person.get("/account")
    form = {"current": fresh, "new": "a long river of words", "again": "a long river of words"}
    assert person.post("/account/password", form).status_code == 303
    assert person.get("/inbox").status_code == 200


def test_a_changed_password_ends_the_other_sessions(app: Flask) -> None:
    here, there = Visitor(app), Visitor(app)
    for visitor in (here, there):
        visitor.get("/sign-in")
        visitor.post("/sign-in", {"name": "hu", "password": PASSWORD})
        assert visitor.get("/inbox").status_code == 200
    app.extensions["engine"].clock.advance(60)
    here.get("/account")
    wrong = {"current": "x", "new": "a long river of words", "again": "a long river of words"}
    assert "not your password" in here.post("/account/password", wrong).text
    weak = here.post("/account/password", {"current": PASSWORD, "new": "hu", "again": "hu"})
    assert "At least 10 characters" in weak.text
    for known in ("password123!", "Qwertyuiop1", "12345abcde", "woaini1314520"):
        easy = here.post("/account/password", {"current": PASSWORD, "new": known, "again": known})
        assert (easy.status_code, "Easy to guess" in easy.text) == (422, True), known
    before = here.client.get_cookie("liandong")
    here.post("/account/password", {**wrong, "current": PASSWORD})
    after = here.client.get_cookie("liandong")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert here.get("/inbox").status_code == 200
    assert there.get("/inbox").status_code == 303


def _day(text: str) -> object:
    from datetime import date

    return date.fromisoformat(text)


def test_people_and_units_are_named_or_given_by_id(app: Flask, engine: Engine) -> None:
    admin = Visitor(app, "jiang")
    page = fill(admin, "/organisation/units/fire", "/organisation/positions", unit_id="fire", name_zh="消防员",
                name_en="Fire officer", person_id="Chen Gang")  # fmt: skip
    assert "Fire officer" in page
    assert [row.person_id for row in engine.queries.organisation.get_unit("fire").positions if row.name_en ==
            "Fire officer"] == ["user:chen"]  # fmt: skip
    rights = "/organisation/rights"
    assert '<option value="user:chen">' in admin.get(rights).text
    assert "Chen Gang · chen" in admin.get("/people/picks?of=people&q=chen").text
    admin.get(rights)
    wrong = {"holder": "role:nobody", "verb": "definition.see", "unit_id": "nowhere", "reason": "looks"}
    answer = admin.post(rights, wrong)
    assert answer.status_code == 422
    assert "There is no such person or group." in answer.text
    assert 'value="role:nobody"' in answer.text


def test_a_deputy_who_is_nobody_is_told_at_the_field(app: Flask, engine: Engine) -> None:
    staff = Visitor(app, "chen")
    staff.get("/account")
    answer = staff.post(
        "/organisation/deputies",
        {"stand_in": "user:nobody", "from_on": "2026-07-01", "until_on": "2026-07-03", "next": "/account"},
    )
    assert answer.status_code == 422
    assert 'id="stand_in-error"' in answer.text
    assert "There is no such person." in answer.text
    assert 'value="user:nobody"' in answer.text


def test_conflicts_of_interest_are_declared_by_each_and_removed_by_others(app: Flask, engine: Engine) -> None:
    staff, admin = Visitor(app, "chen"), Visitor(app, "jiang")
    page = fill(staff, "/conflicts", "/conflicts", party="91430100MA4L", reason="my sister runs it")
    assert "91430100MA4L" in page
    assert "my sister runs it" in page
    assert 'name="person_id"' not in page
    (row,) = engine.queries.assigning.list_conflicts(actor(engine, "chen"))
    assert staff.post(f"/conflicts/{row.conflict_id}/remove", {"reason": "no"}).status_code == 403
    assert "This is needed." in fill(admin, "/conflicts", "/conflicts", party="", reason="")
    page = fill(admin, "/conflicts", f"/conflicts/{row.conflict_id}/remove", reason="sold")
    assert "Nobody has declared a conflict" in page
    assert "sold" in admin.get("/organisation/changes?kind=conflict").text


def test_who_has_a_conflict_with_a_case_takes_no_part(app: Flask, engine: Engine, case_id: str) -> None:
    staff, admin = Visitor(app, "wang"), Visitor(app, "jiang")
    path = f"/cases/{case_id}/conflicts"
    assert path in staff.get(f"/cases/{case_id}").text
    assert "This is needed." in fill(staff, path, path, reason=" ")
    page = fill(staff, path, path, reason="my own street")
    assert "Everybody may take part" not in page
    story = staff.get(f"/cases/{case_id}").text
    assert "has a conflict of interest and takes no further part" in story
    assert "my own street" in story
    person = engine.queries.assigning.case_conflicts(case_id, actor(engine, "jiang"))[0]
    assert "Everybody may take part" in fill(admin, path, f"{path}/lift", person_id=person, reason="a mistake")
