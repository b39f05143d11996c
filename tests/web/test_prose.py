"""Texts of a form's author are shown, never trusted."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from web.presenters.prose import prose

OURS = re.compile(r'<p class="prose-heading">|</?(?:p|ul|li|strong|em|br)>')


def test_paragraphs_lists_and_emphasis() -> None:
    assert prose("# Title\nOne **two** *three*\n\n- a\n- b") == (
        '<p class="prose-heading">Title</p><p>One <strong>two</strong> <em>three</em></p>\n'
        "<ul><li>a</li><li>b</li></ul>"
    )


def test_markup_is_dropped_or_escaped() -> None:
    shown = str(prose('<img src=x onerror=alert(1)> <script>alert("x")</script> 1 < 2 & **<b>**'))
    assert "<img" not in shown
    assert "<script" not in shown
    assert "1 &lt; 2 &amp;" in shown


@given(st.text(alphabet=st.sampled_from("<>&\"'*_-#ab \n/=("), max_size=60))
def test_any_text_gives_only_our_own_tags(text: str) -> None:
    rest = OURS.sub("", str(prose(text)))
    assert "<" not in rest
    assert ">" not in rest
