"""A fresh database for every test, on SQLite and, where a server answers, on PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.database import Database, open_database
from tests.conftest import postgresql_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        opened = open_database(f"sqlite:///{tmp_path}/test.db")
        yield opened
        opened.close()
        return
    with postgresql_schema() as url:
        opened = open_database(url)
        yield opened
        opened.close()


class postgresql_schema:
    """A new schema of its own on the machine's PostgreSQL, dropped at the end; skips where no server answers."""

    def __enter__(self) -> str:
        url = postgresql_url()
        if url is None:
            pytest.skip("no PostgreSQL answers on 127.0.0.1:5432")
        self._name = f"guimin_{uuid.uuid4().hex[:12]}"
        self._engine = sa.create_engine(url, future=True)
        with self._engine.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {self._name}"))
        return f"{url}?options=-csearch_path%3D{self._name}"

    def __exit__(self, *failure: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {self._name} CASCADE"))
        self._engine.dispose()
