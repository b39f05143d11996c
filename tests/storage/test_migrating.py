"""The schema that migrations make is the schema in the code, on both databases."""

from __future__ import annotations

import pytest

from tests.support.house import House
from workflow_engine import Settings, StateFormatError, open_engine
from workflow_engine.storage.database import Database
from workflow_engine.storage.migrating import differences, find_revision, latest_revision, upgrade


def test_upgrade_makes_the_schema_of_the_code(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    assert differences(empty_database_url) == []


def test_upgrade_again_changes_nothing(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    upgrade(empty_database_url)
    database = Database(empty_database_url)
    with database.read() as connection:
        assert find_revision(connection) == latest_revision()
    database.close()


def test_open_engine_on_an_empty_database_says_what_to_do(empty_database_url: str) -> None:
    with pytest.raises(StateFormatError, match="db upgrade"):
        open_engine(Settings(database_url=empty_database_url))


def test_open_engine_on_another_schema_is_refused(house: House, database_url: str) -> None:
    with house.engine._database.write() as unit:
        unit._cursor.execute("UPDATE alembic_version SET version_num = '9999'")
        unit.commit()
    with pytest.raises(StateFormatError, match="9999"):
        open_engine(Settings(database_url=database_url))


@pytest.mark.parametrize("verb", ["UPDATE audit_entry SET actor = 'user:x'", "DELETE FROM audit_entry"])
def test_audit_entries_are_never_changed_or_deleted(house: House, verb: str) -> None:
    house.deploy(
        '<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>'
        '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/></bpmn:process>'
    )
    with pytest.raises(Exception, match="never changed or deleted"), house.engine._database.write() as unit:
        unit._cursor.execute(verb)
    assert len(house.rows("SELECT 1 FROM audit_entry")) == 1
