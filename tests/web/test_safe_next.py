"""Addresses after a redirect stay on this site, however they are written (ASVS 5.0, 3.7.2)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.security import safe_next

HOSTILE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "https://evil.example",
    "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "\x00/inbox", " /inbox",
    "/%0d%0aSet-Cookie:x=1\r\nx", "http:/evil", "inbox", "", None, "//[::1", "/\x7f/evil",
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE)
def test_safe_next_foreign_address(target: str | None) -> None:
    assert safe_next(target, "/inbox") == "/inbox"


@pytest.mark.parametrize("target", ["/cases", "/cases?state=active&q=%E9%9B%A8", "/tasks/0a.11#form"])
def test_safe_next_own_address(target: str) -> None:
    assert safe_next(target, "/inbox") == target


@given(st.text(alphabet=st.sampled_from("/\\:?#@.[]%\t\n\r aehtps"), max_size=12))
def test_safe_next_any_text_stays_on_this_site(target: str) -> None:
    chosen = safe_next(target, "/inbox")
    assert urlsplit(urljoin("https://here.example/sign-in", chosen.replace("\\", "/"))).netloc == "here.example"
