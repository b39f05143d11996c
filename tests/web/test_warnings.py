"""Warnings as everybody reads them."""

from __future__ import annotations

from tests.commands.test_warnings import LETTER, MODEL
from tests.support.house import House
from web.app import create_app
from web.ui.warnings import PAGE_ROWS


def test_every_warning_in_force_is_on_the_first_page(sqlite_url: str) -> None:
    house = House(sqlite_url)
    house.release(MODEL)
    for number in range(PAGE_ROWS + 1):
        house.start(letter={**LETTER, "headline_en": f"Warning {number}."})
    house.engine.pump()
    page = create_app(house.engine, house.settings).test_client().get("/warnings", headers={"Accept-Language": "en"})
    assert [number for number in range(PAGE_ROWS + 1) if f"Warning {number}." not in page.text] == []
    house.close()
