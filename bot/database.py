"""The one SQL database: SQLite (WAL) on a laptop, PostgreSQL by GUIMIN_DATABASE_URL. bot/migrations gives its shape.

A transaction that writes takes its lock at once on SQLite (BEGIN IMMEDIATE): a reader that turns writer half-way would
be refused instead of waiting.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection, Engine, make_url

from bot.errors import SetupError

METADATA = sa.MetaData()
_BUSY_SECONDS = 20
_MIGRATIONS = Path(__file__).with_name("migrations")
# Any number, the same in every process: one of them changes the shape of a database at a time.
_MIGRATION_LOCK = 7_021_345
# Alembic keeps what it is doing in a module of its own.
_one_at_a_time = threading.Lock()


class Moment(sa.TypeDecorator[datetime.datetime]):
    """A point in time with its zone; kept in UTC, SQLite knows no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: Any) -> datetime.datetime | None:
        if value is None:
            return None
        utc = value.astimezone(datetime.timezone.utc)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime.datetime | None, dialect: Any) -> datetime.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=datetime.timezone.utc) if value.tzinfo is None else value


class Database:
    """Connections to one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def is_postgresql(self) -> bool:
        return bool(self.engine.dialect.name == "postgresql")

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back by any error."""
        with self.engine.begin() as connection:
            yield connection

    def upgrade(self) -> None:
        """Bring the database to the newest shape; nothing happens where it has it. Safe from several processes."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with _one_at_a_time, self.begin() as connection:
            if self.is_postgresql:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Return a database that is reached and up to date. Raises SetupError when it cannot be."""
    try:
        parsed = make_url(url)
        engine = _engine_of_sqlite(url) if parsed.get_backend_name() == "sqlite" else _engine_of_server(url)
        database = Database(engine)
        database.upgrade()
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        # The address may hold a password: the message says only what kind of error it was.
        raise SetupError(
            f"数据库打不开（{type(error).__name__}）。请检查 GUIMIN_DATABASE_URL 和数据库是否在运行。"
        ) from error
    return database


def _engine_of_server(url: str) -> Engine:
    # What citizens wrote never stands in an error: it would reach the log.
    return sa.create_engine(url, future=True, hide_parameters=True, pool_pre_ping=True, pool_size=5, max_overflow=20)


def _engine_of_sqlite(url: str) -> Engine:
    arguments = {"timeout": _BUSY_SECONDS, "check_same_thread": False}
    engine = sa.create_engine(url, future=True, hide_parameters=True, connect_args=arguments)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
