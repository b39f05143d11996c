"""Working copies: refused uploads are mended in the browser and stored through the same intake; only their owner's."""

from __future__ import annotations

import io
import json
import re
import zipfile
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import Visitor, actor, read_models
from web.ui.model_files import deployed_name
from workflow_engine import Engine, ModelWork, new_id

MODEL = "incident_report.bpmn"


def begin(visitor: Visitor, engine: Engine, **form: str) -> str:
    """A working copy of the released version; its address."""
    visitor.get("/models")
    definition_id = engine.queries.list_definitions()[0].definition_id
    answer = visitor.post("/models/work", {"definition_id": definition_id, **form})
    assert answer.status_code == 303
    visitor.get(str(answer.location))
    return str(answer.location)


def work_of(engine: Engine, place: str, person: str = "jiang") -> ModelWork:
    return engine.queries.models.get_work(place.rpartition("/")[2], actor(engine, person))


def send(visitor: Visitor, address: str, content: str, revision: int) -> Any:
    form = {"content": content, "revision": str(revision), "command_id": new_id()}
    return visitor.post(address, form, headers={"Accept": "application/json"})


def test_working_copy_is_changed_checked_and_stored_as_a_draft(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine)
    assert "Can be stored" in jiang.get(place).text
    source = jiang.get(f"{place}/files/{MODEL}").text
    assert source == read_models()[MODEL].decode()
    told = send(jiang, f"{place}/files/{MODEL}", source.replace("PT20M", "PT30M"), 1).json
    assert told["ok"] is True
    assert told["revision"] == 2
    compared = jiang.get(f"/models/compare?before={work_of(engine, place).base_definition_id}&work={place[-32:]}").text
    assert "<del>PT20M</del>" in compared
    assert "<ins>PT30M</ins>" in compared
    answer = jiang.post(f"{place}/deploy")
    assert answer.status_code == 303
    assert [(row.version, row.state) for row in engine.queries.list_definitions()] == [(2, "draft"), (1, "released")]
    assert jiang.get(place).status_code == 404


def test_what_the_lint_refuses_cannot_be_stored_whatever_is_sent(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine)
    broken = read_models()[MODEL].decode().replace('targetRef="join"', 'targetRef="nowhere"')
    told = send(jiang, f"{place}/check/{MODEL}", broken, 1).json
    assert told["ok"] is False
    assert {problem["element"] for problem in told["problems"]} >= {"f5", "f6"}
    assert work_of(engine, place).revision == 1
    send(jiang, f"{place}/files/{MODEL}", broken, 1)
    page = jiang.get(place).text
    assert "Store as a version" not in page
    assert 'data-show="f5"' in page
    answer = jiang.post(f"{place}/deploy")
    assert answer.status_code == 422
    assert "Findings" in answer.text
    assert len(engine.queries.list_definitions()) == 1


def test_two_windows_do_not_overwrite_each_other(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine)
    assert send(jiang, f"{place}/files/record.json", "{}", 1).status_code == 200
    second = {"content": '{"my": "words"}', "revision": "1", "command_id": new_id()}
    answer = jiang.post(f"{place}/files/record.json", second)
    assert answer.status_code == 409
    assert "&#34;words&#34;" in answer.text
    assert work_of(engine, place).files["record.json"] == b"{}"


def test_working_copy_of_another_is_not_there(app: Flask, engine: Engine) -> None:
    place = begin(Visitor(app, "jiang"), engine)
    yu = Visitor(app, "yu")
    yu.get("/models")
    assert yu.get(place).status_code == 404
    assert yu.get(f"{place}/files/{MODEL}").status_code == 404
    assert yu.post(f"{place}/files/{MODEL}", {"content": "mine"}).status_code == 404
    assert yu.post(f"{place}/discard").status_code == 404
    assert "None. Edit a version" in yu.get("/models").text


@pytest.mark.parametrize("person", ["he", "wang"])
def test_who_may_not_deploy_has_no_working_copies(app: Flask, engine: Engine, person: str) -> None:
    visitor = Visitor(app, person)
    visitor.get("/inbox")
    assert visitor.post("/models/work", {}).status_code == 403


@pytest.mark.parametrize("kind", ["dmn", "form"])
def test_new_tables_and_forms_pass_the_lint(app: Flask, engine: Engine, kind: str) -> None:
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine)
    answer = jiang.post(f"{place}/files", {"kind": kind})
    assert answer.status_code == 303
    assert f'data-editor="{kind}"' in jiang.get(str(answer.location)).text
    assert "Can be stored" in jiang.get(place).text


def test_new_model_passes_the_lint(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang", "zh")
    jiang.get("/models")
    answer = jiang.post("/models/work", {"then": "edit"})
    editor = jiang.get(str(answer.location)).text
    assert 'data-editor="bpmn"' in editor
    (row,) = engine.queries.models.list_work(actor(engine, "jiang"))
    assert "可以存为版本" in jiang.get(f"/models/work/{row.work_id}").text


def test_files_are_added_replaced_taken_out_and_downloaded(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine)
    form = {"files": [(BytesIO(b'{"a": 1}'), "more.json")]}
    assert jiang.post(f"{place}/files", form, content_type="multipart/form-data").status_code == 303
    assert jiang.post(f"{place}/remove", {"name": "messages_en.json", "command_id": new_id()}).status_code == 303
    with zipfile.ZipFile(io.BytesIO(jiang.get(f"{place}/files.zip").data)) as archive:
        assert sorted(archive.namelist()) == [MODEL, "more.json", "record.json"]
    assert jiang.post(f"{place}/discard", {"command_id": new_id()}).status_code == 303
    assert jiang.get(place).status_code == 404


def test_dropped_folder_keeps_what_belongs_to_a_version(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    jiang.get("/models")
    names = {
        "p/incident_report.bpmn": read_models()[MODEL].replace(b"PT20M", b"PT25M"), "p/README.md": b"#",
        "p/forms/record.json": read_models()["record.json"], "p/messages/en.json": b"{}", "p/scenarios/a.json": b"{}",
    }  # fmt: skip
    form = {
        "files": [(BytesIO(content), name.rpartition("/")[2]) for name, content in names.items()],
        "paths": list(names),
    }
    answer = jiang.post("/models", form, content_type="multipart/form-data")
    assert answer.status_code == 303
    definition = engine.queries.get_definition(str(answer.location).rpartition("/")[2])
    assert sorted(definition.files) == ["incident_report.bpmn", "messages_en.json", "record.json"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("m.bpmn", "m.bpmn"), ("a/b/forms/f.json", "f.json"), ("a/messages/zh.json", "messages_zh.json"),
        ("a/messages/messages_zh.json", "messages_zh.json"), ("a/alerts/x.xml", None), ("a/.git", None),
        ("../../etc/passwd.json", "passwd.json"), ("c:\\models\\m.bpmn", "m.bpmn"), ("", None),
    ],
)  # fmt: skip
def test_name_under_which_a_file_is_deployed(path: str, name: str | None) -> None:
    assert deployed_name(path) == name


def test_upload_of_what_is_stored_already_leads_to_it(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    jiang.get("/models")
    form = {"files": [(BytesIO(content), name) for name, content in read_models().items()]}
    answer = jiang.post("/models", form, content_type="multipart/form-data")
    assert str(answer.location).endswith(engine.queries.list_definitions()[0].definition_id)
    assert "stored already" in jiang.get(str(answer.location)).text


def test_unreadable_form_refuses_and_missing_form_warns(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine)
    told = send(jiang, f"{place}/check/record.json", "{", 1).json
    assert told["problems"][0]["code"] == "json_unreadable"
    jiang.post(f"{place}/remove", {"name": "record.json", "command_id": new_id()})
    page = jiang.get(place).text
    assert re.search(r"<code>form_missing</code>", page)
    assert "Can be stored" in page


def test_editor_page_gives_groups_and_forms_to_choose_from(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine)
    page = jiang.get(f"{place}/edit/{MODEL}").text
    forms = re.search(r'data-forms="([^"]*)"', page)
    assert forms is not None
    assert json.loads(forms[1].replace("&#34;", '"')) == ["record"]
    assert jiang.get(f"{place}/edit/nothing.bpmn").status_code == 404
