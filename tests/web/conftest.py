"""A real engine on SQLite with a small city and one small process, and people who visit its pages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from web.app import create_app
from workflow_engine import (
    OPERATOR,
    Actor,
    DeployDefinition,
    Engine,
    LoadOrganisation,
    ReleaseDefinition,
    Settings,
    StartCase,
    VirtualClock,
    hash_password,
    new_id,
    open_engine,
)

MODELS = Path(__file__).parent / "models"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
KEY = re.compile(r'name="command_id" value="([^"]+)"')
PASSWORD = "rain on the river"
NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)

UNITS = [
    {"unit_id": "duty", "parent_id": None, "level": "city", "name_zh": "值班室", "name_en": "Duty office"},
    {"unit_id": "fire", "parent_id": "duty", "level": "city", "name_zh": "消防支队", "name_en": "Fire brigade"},
    {"unit_id": "water", "parent_id": "duty", "level": "city", "name_zh": "水务局", "name_en": "Water bureau"},
    {"unit_id": "it", "parent_id": "duty", "level": "city", "name_zh": "信息中心", "name_en": "Information centre"},
]
ROLES = [{"group_id": "role:duty_room", "name_zh": "值班员", "name_en": "Duty room"}]
PEOPLE = {
    "wang": ("王芳", "Wang Fang", "duty", ["role:duty_room"]),
    "li": ("李强", "Li Qiang", "duty", ["role:duty_room"]),
    "chen": ("陈刚", "Chen Gang", "fire", []),
    "hu": ("胡洋", "Hu Yang", "water", []),
    "he": ("何静", "He Jing", "it", ["auditors"]),
    "jiang": ("江帆", "Jiang Fan", "it", ["administrators"]),
    "yu": ("于岚", "Yu Lan", "it", ["administrators"]),
}


class Visitor:
    """Somebody in front of the pages: follows forms as a browser does, with their hidden keys."""

    def __init__(self, app: Flask, person: str | None = None, language: str = "en") -> None:
        self.client = app.test_client()
        self.client.set_cookie("language", "zh-CN" if language == "zh" else "en")
        self.page = ""
        if person is not None:
            self.get("/sign-in")
            answer = self.post("/sign-in/demo", {"person_id": f"user:{person}"})
            assert answer.status_code == 303, answer.text

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._seen(self.client.get(path, **options))

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form of the page last seen; hidden keys come from that page unless given."""
        token, key = TOKEN.search(self.page), KEY.search(self.page)
        form: dict[str, Any] = {"csrf_token": token[1] if token else "", "command_id": key[1] if key else new_id()}
        return self._seen(self.client.post(path, data={**form, **(data or {})}, **options))

    def _seen(self, answer: TestResponse) -> TestResponse:
        answer.get_data()
        answer.close()
        if answer.mimetype == "text/html" and answer.status_code != 303 and answer.text:
            self.page = answer.text
        return answer


def actor(engine: Engine, person: str) -> Actor:
    """A person as the engine knows them."""
    found = engine.queries.find_person(f"user:{person}")
    assert found is not None
    return Actor(found.person_id, groups=found.groups)


def read_models() -> dict[str, bytes]:
    """The small process with its form and words."""
    return {path.name: path.read_bytes() for path in MODELS.iterdir()}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'liandong.sqlite3'}", demo=True, session_file=tmp_path / "sessions.db",
        files_folder=tmp_path / "files",
    )  # fmt: skip


@pytest.fixture(scope="session")
def prepared_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the people and the released process, made once and copied for each test."""
    path = tmp_path_factory.mktemp("web") / "prepared.sqlite3"
    engine = open_engine(Settings(database_url=f"sqlite:///{path}"), clock=VirtualClock(NOW), migrate=True)
    stored = hash_password(PASSWORD)
    people = [
        {"person_id": f"user:{key}", "sign_in_name": key, "display_name_zh": zh, "display_name_en": en,
         "password_hash": stored, "unit_id": unit, "disabled": False, "groups": groups}
        for key, (zh, en, unit, groups) in PEOPLE.items()
    ]  # fmt: skip
    units = [{**unit, "subject_class": "government"} for unit in UNITS]
    engine.handle(LoadOrganisation(command_id=new_id(), units=units, roles=ROLES, people=people), OPERATOR)
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=read_models()), actor(engine, "jiang"))
    release = ReleaseDefinition(command_id=new_id(), definition_id=deployed.result["definition_id"])
    engine.handle(release, actor(engine, "yu"))
    engine.close()
    return path


@pytest.fixture
def engine(prepared_database: Path, settings: Settings, clock: VirtualClock) -> Iterator[Engine]:
    shutil.copy(prepared_database, settings.database_url.removeprefix("sqlite:///"))
    opened = open_engine(settings, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def app(engine: Engine, settings: Settings) -> Iterator[Flask]:
    made = create_app(engine, settings)
    yield made
    made.session_interface.store.close()  # type: ignore[attr-defined]


@pytest.fixture
def case_id(engine: Engine) -> str:
    """A case that waits for the duty room to record what happened."""
    new = new_id()
    command = StartCase(
        command_id=new_id(), case_id=new, process_id="incident_report", business_key="R-7", title="Smoke at <Dock> 3",
        variables={"reporter": "<i>Harbour</i> master"},
    )  # fmt: skip
    engine.handle(command, actor(engine, "wang"))
    return new


@pytest.fixture
def task_id(engine: Engine, case_id: str) -> str:
    """The first task of that case."""
    return open_task(engine, case_id, "record")


def open_task(engine: Engine, case_id: str, element_id: str) -> str:
    """The id of the open task at this element."""
    tasks = engine.queries.get_case(case_id, OPERATOR).user_tasks
    return next(t.user_task_id for t in tasks if t.element_id == element_id and t.state in ("ready", "claimed"))
