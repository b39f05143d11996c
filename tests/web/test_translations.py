"""Every visible text is in the Chinese catalogue, with the same placeholders."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from web.i18n import FOLDER, read_catalogue

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
TEXT_IN_TEMPLATE = re.compile(r">([^<>{}]*[A-Za-z]{3,}[^<>{}]*)<")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """All texts that code and templates ask for."""
    target = tmp_path_factory.mktemp("texts") / "messages.pot"
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", str(FOLDER / "babel.cfg"),
         "-k", "marked", "-o", str(target), "web"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    return read_po(io.BytesIO(target.read_bytes()))


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    return read_catalogue("zh_CN")


def texts(value: object) -> list[str]:
    return [str(part) for part in value] if isinstance(value, (tuple, list)) else [str(value)]


def messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def test_every_text_is_translated(used: Catalog, chinese: Catalog) -> None:
    missing = []
    for message in messages(used):
        found = chinese.get(message.id, message.context)
        if found is None or not all(texts(found.string)):
            missing.append((message.context, message.id))
    assert missing == []


def test_no_translation_is_left_over(used: Catalog, chinese: Catalog) -> None:
    assert [message.id for message in messages(chinese) if used.get(message.id, message.context) is None] == []


def test_translations_keep_their_placeholders(chinese: Catalog) -> None:
    for message in messages(chinese):
        wanted = set(PLACEHOLDER.findall(texts(message.id)[-1]))
        for text in texts(message.string):
            assert set(PLACEHOLDER.findall(text)) == wanted, message.id


def test_templates_hold_no_bare_words() -> None:
    allowed = {"!doctype html"}
    found = [
        f"{path.name}: {text.strip()}"
        for path in (ROOT / "web/templates").rglob("*.html")
        for text in TEXT_IN_TEMPLATE.findall(path.read_text(encoding="utf-8"))
        if text.strip() and text.strip() not in allowed
    ]
    assert found == []


def test_templates_have_no_inline_script_style_or_handler() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    found = [
        path.name
        for path in (ROOT / "web/templates").rglob("*.html")
        if inline.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
