"""Every listed item has its test, and the page in the documentation is the one that the tests make."""

from __future__ import annotations

from tests.web.asvs.table import ITEMS, PAGE, checks, page


def test_every_item_has_a_test_that_says_what_holds() -> None:
    found = checks()
    assert sorted(set(ITEMS) ^ set(found)) == []
    assert [name for lines in found.values() for _file, name, said in lines if not said] == []


def test_page_is_made_from_the_tests() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.web.asvs.table"
