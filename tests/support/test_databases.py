"""The databases that tests get: really empty, really their own."""

from __future__ import annotations

import pytest
import sqlalchemy as sa


@pytest.mark.parametrize("turn", [1, 2])
def test_database_is_empty_each_time(empty_database_url: str, turn: int) -> None:
    engine = sa.create_engine(empty_database_url)
    with engine.begin() as connection:
        assert sa.inspect(connection).get_table_names() == []
        connection.execute(sa.text("CREATE TABLE mine (turn INTEGER)"))
        connection.execute(sa.text("INSERT INTO mine VALUES (:turn)"), {"turn": turn})
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT turn FROM mine")).scalars().all() == [turn]
    engine.dispose()
