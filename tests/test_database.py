"""The database has the shape that the code believes it has, on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.cases import tables
from bot.database import METADATA, Database, open_database
from bot.errors import SetupError
from tests.cases.conftest import database  # noqa: F401

NOON = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


def test_the_migrations_make_what_the_tables_say(database: Database):  # noqa: F811
    with database.begin() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
        differing = [found for found in _flat(compare_metadata(context, METADATA)) if "comment" not in found[0]]

    assert differing == []


def test_a_moment_comes_back_with_its_zone(database: Database):  # noqa: F811
    row = {"number": "x", "caller": "y", "at": NOON}
    with database.begin() as connection:
        connection.execute(tables.lookups.insert().values(row))
        [at] = connection.execute(sa.select(tables.lookups.c.at)).scalars()

    assert at == NOON
    assert at.tzinfo is not None


def test_several_processes_may_open_a_new_database_at_once(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/new.db"
    faults: list[BaseException] = []

    def open_it() -> None:
        try:
            open_database(url).close()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_database_that_is_not_there_is_said_without_its_password():
    with pytest.raises(SetupError) as failure:
        open_database("postgresql://me:geheim@127.0.0.1:1/none")

    assert "GUIMIN_DATABASE_URL" in str(failure.value)
    assert "geheim" not in str(failure.value)


def _flat(found: list[Any]) -> list[Any]:
    return [one for item in found for one in (item if isinstance(item, list) else [item])]


def _is_ours(thing: object, name: str, type_: str, reflected: bool, compare_to: object) -> bool:
    return not (type_ == "table" and name not in METADATA.tables)
