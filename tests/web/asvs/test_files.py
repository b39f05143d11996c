"""ASVS 5.0, chapter 5: files that people attach."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask

from tests.web.conftest import TOKEN, Visitor
from web.security import MOST_BYTES
from workflow_engine import Engine

PDF = b"%PDF-1.7 plan of the harbour"


@pytest.fixture
def visitor(app: Flask, task_id: str) -> Visitor:
    made = Visitor(app, "wang")
    made.get(f"/tasks/{task_id}")
    return made


def attach(visitor: Visitor, task_id: str, content: bytes, name: str) -> int:
    """The status of the answer to an upload."""
    upload = {"file": (io.BytesIO(content), name)}
    return visitor.post(f"/tasks/{task_id}/files", upload, content_type="multipart/form-data").status_code


def kept(engine: Engine) -> list[str]:
    """The names of the contents that are kept."""
    return [path.name for path in engine.files._folder.glob("**/*") if path.is_file()]


def archive(names: dict[str, bytes]) -> bytes:
    """A ZIP archive of these entries."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in names.items():
            file.writestr(name, content)
    return made.getvalue()


def test_asvs_5_2_1_files_have_a_largest_size(visitor: Visitor, engine: Engine, task_id: str) -> None:
    """A request or file that is too large is refused before it is kept."""
    token = TOKEN.search(visitor.page)
    assert token is not None
    answer = visitor.client.post(
        f"/tasks/{task_id}/files", data=b"--x--", content_type="multipart/form-data; boundary=x",
        headers={"X-CSRF-Token": token[1]}, environ_overrides={"CONTENT_LENGTH": str(MOST_BYTES * 8)},
    )  # fmt: skip
    assert answer.status_code == 413
    assert kept(engine) == []


@pytest.mark.parametrize(
    "content",
    [b"<svg onload=alert(1)>", b"<html><script>", b"MZ\x90\x00", b"#!/bin/sh\x00", b"\x7fELF", b"PK\x03\x04 none"],
)
def test_asvs_5_2_2_the_content_decides_what_a_file_is(
    visitor: Visitor, engine: Engine, task_id: str, content: bytes
) -> None:
    """Only a list of kinds is taken, told by their content; what a file is called counts for nothing."""
    assert attach(visitor, task_id, content, "plan.pdf") in (409, 422)
    assert kept(engine) == []
    assert attach(visitor, task_id, PDF, "plan.exe") == 303


def test_asvs_5_2_3_archives_are_never_unpacked(visitor: Visitor, engine: Engine, task_id: str) -> None:
    """A bomb is kept as it came or refused; only the list of an archive's names is read."""
    bomb = archive({"[Content_Types].xml": b"", "word/document.xml": b"0" * 50_000_000})
    assert len(bomb) < 100_000
    assert attach(visitor, task_id, bomb, "report.docx") == 303
    assert sum(path.stat().st_size for path in engine.files._folder.glob("**/*") if path.is_file()) == len(bomb)
    assert attach(visitor, task_id, archive({str(number): b"" for number in range(5_001)}), "many.zip") in (409, 422)


def test_asvs_5_3_2_names_of_people_never_become_paths(visitor: Visitor, engine: Engine, task_id: str) -> None:
    """Contents lie under their digest, in a folder that nothing serves."""
    for name in ("../../etc/passwd.pdf", "C:\\windows\\x.pdf", "/etc/x.pdf", "..", "a\x00b.pdf"):
        attach(visitor, task_id, PDF, name)
    names = kept(engine)
    assert len(names) == 1
    assert len(names[0]) == 64


def test_asvs_5_3_3_paths_inside_archives_mean_nothing(visitor: Visitor, engine: Engine, task_id: str) -> None:
    """An archive with entries that climb out of their folder writes nothing anywhere."""
    slip = archive({"[Content_Types].xml": b"", "word/x.xml": b"", "../../../slipped.txt": b"out"})
    attach(visitor, task_id, slip, "report.docx")
    folder = engine.files._folder
    assert list(folder.parent.rglob("slipped.txt")) == []


def test_asvs_5_4_1_files_are_given_out_as_downloads_under_a_plain_name(
    visitor: Visitor, engine: Engine, task_id: str
) -> None:
    """The name in the answer is cleaned, the content is never shown in the page's place."""
    assert attach(visitor, task_id, PDF, '../"Plan"\r\nSet-Cookie: x=1.pdf') == 303
    visitor.get(f"/tasks/{task_id}")
    path = next(part for part in visitor.page.split('"') if part.startswith("/files/"))
    headers = visitor.get(path).headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in headers["Content-Disposition"]
    assert "Set-Cookie" not in dict(headers)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
