"""A published month is computed again from its exported log, by a reader that shares no code with the program."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.queries.test_indicators import MEDIAN, PER_HEAD, WORK, define, definition, do_task, log_all
from tests.support.house import ADMIN, AUDITOR, STRANGER, House, chain
from workflow_engine import (
    AnswerIndicatorComment,
    CommentIndicator,
    CorrectIndicator,
    EnterIndicatorInputs,
    InvalidStateError,
    LoadOrganisation,
    NotFoundError,
    NotPermittedError,
    new_id,
)
from workflow_engine.indicator_export import export_indicators
from workflow_engine.queries.log import root_of

DESK = chain(
    '<bpmn:sendTask id="compute" messageRef="Message_compute">'
    '<bpmn:extensionElements><zeebe:ioMapping><zeebe:input source="=&quot;2026-05&quot;" target="period"/>'
    "</zeebe:ioMapping></bpmn:extensionElements></bpmn:sendTask>",
    '<bpmn:receiveTask id="computed" messageRef="Message_computed"/>',
    '<bpmn:sendTask id="publish" messageRef="Message_publish"><bpmn:extensionElements><zeebe:ioMapping>'
    '<zeebe:input source="=month.period" target="period"/>'
    '<zeebe:input source="=[&quot;audit&quot;]" target="signed"/>'
    '<zeebe:input source="=[{indicator: &quot;task_hours&quot;, reason: &quot;secret by law&quot;}]" '
    'target="withheld"/>'
    "</zeebe:ioMapping></bpmn:extensionElements></bpmn:sendTask>",
    '<bpmn:receiveTask id="published" messageRef="Message_published"/>',
    process="publication",
)
MESSAGES = "".join(
    f'<bpmn:message id="Message_{name}" name="indicators.{name}"/>'
    for name in ("compute", "computed", "publish", "published")
)


@pytest.fixture
def published(house: House) -> House:
    """Thirteen tasks in two districts, one of them with two; published in May, the median withheld."""
    units = [
        {"unit_id": name, "parent_id": parent, "level": level, "name_zh": name, "name_en": name,
         "subject_class": "government"}
        for name, parent, level in (("town", None, "city"), ("east", "town", "district"), ("west", "town", "district"))
    ]  # fmt: skip
    house.engine.handle(LoadOrganisation(command_id=new_id(), units=units), ADMIN)
    house.release(chain(WORK))
    house.release(chain(WORK.replace("unit:east", "unit:west"), process="q"))
    house.release(MESSAGES + DESK)
    define(house, definition(small_number=5, smoothing=2), MEDIAN, PER_HEAD)
    row = {"series": "population", "scope": "town", "period": "2026-01", "value": "20000.5", "source": "Yearbook",
           "dated_on": "2026-01-31"}  # fmt: skip
    house.engine.handle(EnterIndicatorInputs(command_id=new_id(), rows=[row]), ADMIN)
    for hours in (1, 2, 3, 9, 1, 2, 3, 9, 1, 2, 3):
        do_task(house, hours)
    for _ in range(2):
        case_id = house.start("q")
        house.complete(house.task(case_id))
    log_all(house)
    case_id = house.start("publication")
    house.engine.pump()
    assert house.state(case_id) == "completed"
    return house


def recompute(house: House, folder: Path, *, change: Any = None) -> tuple[int, str]:
    """What the reader says that is handed out with the file, run from what is in the file alone."""
    (folder / "month.zip").write_bytes(export_indicators(house.engine.queries, "2026-05", AUDITOR))
    with zipfile.ZipFile(folder / "month.zip") as archive:
        archive.extractall(folder)
    if change is not None:
        change(folder)
    ran = subprocess.run(
        [sys.executable, "recompute_indicators.py", "month.zip", "--check"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ran.returncode, ran.stdout + ran.stderr


def test_published_month_comes_out_the_same_from_the_exported_log(published: House, tmp_path: Path) -> None:
    code, said = recompute(published, tmp_path)
    assert (code, said.endswith("Nothing differs.\n")) == (0, True), said
    root = said.split("root ", 1)[1].split(".", 1)[0]
    with published.engine.queries.snapshot() as snapshot:
        assert root == root_of(snapshot, int(said.split(" entries", 1)[0].rsplit(" ", 1)[1]))
    with pytest.raises(NotPermittedError):
        export_indicators(published.engine.queries, "2026-05", STRANGER)
    with pytest.raises(NotFoundError):
        export_indicators(published.engine.queries, "2026-04", AUDITOR)


def test_changed_entry_and_changed_value_are_found(published: House, tmp_path: Path) -> None:
    def change(folder: Path) -> None:
        with zipfile.ZipFile(folder / "month.zip") as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        told = json.loads(parts["export.json"])
        told["published"][0]["numerator"] = 999.0
        parts["log.jsonl"] = parts["log.jsonl"].replace(b"user_task.completed", b"user_task.cancelled", 1)
        with zipfile.ZipFile(folder / "month.zip", "w") as archive:
            for name, content in {**parts, "export.json": json.dumps(told).encode()}.items():
                archive.writestr(name, content)

    code, said = recompute(published, tmp_path, change=change)
    assert code == 1
    assert "is not as it was recorded" in said and "published is 999.0" in said


def test_small_numbers_are_hidden_with_what_would_tell_them(published: House) -> None:
    found = {one.unit_id: one for one in published.engine.queries.indicators.table("2026-05", None, "on_time")}
    assert {unit: one.suppressed for unit, one in found.items()} == {"town": False, "east": True, "west": True}
    assert found["west"].value is None and found["west"].denominator is None
    assert (found["town"].denominator, found["town"].state) == (13, "signed")


def test_what_is_withheld_says_why_and_what_nobody_signed_says_so(published: House) -> None:
    found = {one.indicator_id: one for one in published.engine.queries.indicators.table("2026-05", "city")}
    assert (found["task_hours"].state, found["task_hours"].value, found["task_hours"].reason) == (
        "withheld", None, "secret by law",
    )  # fmt: skip
    define(published, definition(version=2))
    assert published.engine.queries.indicators.table("2026-05", "city", "on_time")[0].method_version == 1


def test_correction_is_a_further_revision_with_its_reason(published: House, tmp_path: Path) -> None:
    correct = {"period": "2026-05", "indicator_id": "cases_per_10000", "reason": "Census"}
    with pytest.raises(InvalidStateError, match="as it is published"):
        published.engine.handle(CorrectIndicator(command_id=new_id(), **correct), ADMIN)
    published.clock.advance(60)
    row = {"series": "population", "scope": "town", "period": "2026-05", "value": "40000", "source": "Census",
           "dated_on": "2026-05-31"}  # fmt: skip
    published.engine.handle(EnterIndicatorInputs(command_id=new_id(), rows=[row]), ADMIN)
    published.clock.advance(60)
    published.engine.handle(CorrectIndicator(command_id=new_id(), **correct), ADMIN)
    history = published.engine.queries.indicators.history("cases_per_10000", "2026-05", "town")
    assert [(one.revision, one.state, one.reason) for one in history] == [(2, "corrected", "Census"), (1, "signed", "")]
    assert history[0].value < history[1].value  # type: ignore[operator]
    code, said = recompute(published, tmp_path)
    assert code == 0, said


def test_comment_is_shown_when_staff_say_so_and_without_what_reaches_people(published: House) -> None:
    comment = CommentIndicator(
        command_id=new_id(), comment_id="c1", indicator_id="on_time", period="2026-05", scope="town", kind="comment",
        text="Call me: 13912345678",
    )  # fmt: skip
    published.engine.handle(comment, STRANGER)
    questions = published.engine.queries.indicators
    assert questions.comments("on_time").items == []
    (waiting,) = questions.comments(waiting=True).items
    published.engine.handle(AnswerIndicatorComment(command_id=new_id(), comment_id="c1", state="shown"), ADMIN)
    (shown,) = questions.comments("on_time").items
    assert "13912345678" not in shown.text and waiting.comment_id == shown.comment_id
    with pytest.raises(NotPermittedError):
        published.engine.handle(
            AnswerIndicatorComment(command_id=new_id(), comment_id="c1", state="hidden"), STRANGER
        )
