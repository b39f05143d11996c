"""A city that speaks Open311, behind a real HTTP server: categories with questions of every kind, and a hotline."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from waitress.server import create_server

from tests.support.house import ADMIN, House
from tests.support.requesting import MODEL
from tests.support.serving import running
from web.api.tokens import new_token, token_sha256
from web.app import create_app
from workflow_engine import ChangeServiceCategories, CreateApiToken, LoadOrganisation, Settings, new_id

NOW = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
JURISDICTION = "yunxi.example"
ANSWERS: dict[str, dict[str, Any]] = {
    "light": {"pole": "P-7", "height": "3.5", "since": "2026-05-01", "more": "two\nlines", "kind": "b", "signs": ["x"]}
}
_LIGHT = [
    {"code": "note", "datatype": "string", "variable": False, "description_en": "Poles have numbers."},
    {"code": "pole", "datatype": "string", "required": True, "description_zh": "灯杆号", "description_en": "Pole"},
    {"code": "height", "datatype": "number", "description_en": "Height in metres"},
    {"code": "since", "datatype": "datetime", "description_en": "Since when?"},
    {"code": "more", "datatype": "text", "description_en": "More"},
    {"code": "kind", "datatype": "singlevaluelist", "required": True, "description_en": "Kind",
     "values": [{"key": "a", "name_zh": "甲", "name_en": "A"}, {"key": "b", "name_zh": "乙", "name_en": "B"}]},
    {"code": "signs", "datatype": "multivaluelist", "description_en": "Signs",
     "values": [{"key": "x", "name_zh": "", "name_en": "X"}, {"key": "y", "name_zh": "", "name_en": "Y"}]},
]  # fmt: skip
CATEGORIES = [
    {"code": "light", "name_zh": "路灯", "name_en": "Dark light", "keywords": "lamp;路灯", "attributes": _LIGHT},
    {"code": "road.hole", "name_zh": "坑洼", "name_en": "Pothole", "description_en": "A hole in the road."},
    {"code": "internal", "name_zh": "内部", "name_en": "Internal", "public": False},
]


@dataclass
class Open311City:
    """The engine behind a server, and the key of somebody's app."""

    house: House
    url: str
    key: str

    @property
    def base(self) -> str:
        """Where the version's resources stand."""
        return f"{self.url}/open311/v2"


@pytest.fixture
def moderated() -> bool:
    """Whether somebody reads what comes in before it is public."""
    return False


@pytest.fixture
def town(sqlite_template: Path, tmp_path: Path, moderated: bool) -> Iterator[Open311City]:
    shutil.copy(sqlite_template, tmp_path / "city.sqlite3")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'city.sqlite3'}", files_folder=tmp_path / "files",
        open311_jurisdiction=JURISDICTION, open311_contact="open311@yunxi.example", open311_moderated=moderated,
    )  # fmt: skip
    house = House(settings.database_url, settings=settings, now=NOW - timedelta(days=200))
    house.release(MODEL)
    prepare(house)
    house.clock.set(NOW)
    key = make_key(house)
    app = create_app(house.engine, settings)
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    with running(server) as port:
        yield Open311City(house, f"http://127.0.0.1:{port}", key)
    app.session_interface.store.close()  # type: ignore[attr-defined]
    house.close()


def prepare(house: House) -> None:
    """A unit, a person whose app it is, and the categories."""
    unit = {"unit_id": "city_desk", "parent_id": None, "level": "city", "name_zh": "热线", "name_en": "Hotline"}
    person = {
        "person_id": "user:dev", "sign_in_name": "dev", "display_name_zh": "开发者", "display_name_en": "Developer",
        "unit_id": "city_desk", "groups": [],
    }  # fmt: skip
    house.engine.handle(LoadOrganisation(command_id=new_id(), units=[unit], people=[person]), ADMIN)
    rows = [{"group": "公用|Facilities", "kind": "event", "process_id": "hotline_request", **one} for one in CATEGORIES]
    command = ChangeServiceCategories(command_id=new_id(), categories=rows, base_version=0, reason="first")
    house.engine.handle(command, ADMIN)


def make_key(house: House, *scopes: str) -> str:
    """A token of the developer's program."""
    token = new_token()
    found = house.engine.queries.organisation.find_actor("user:dev")
    assert found is not None
    command = CreateApiToken(
        command_id=new_id(), token_id=new_id(), token_sha256=token_sha256(token), name="App",
        scopes=scopes or ("open311:write",), days=30,
    )  # fmt: skip
    house.engine.handle(command, found)
    return token
