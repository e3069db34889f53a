"""Shared parts of the tests: a small made-up knowledge base, one trained model, one running server."""

from __future__ import annotations

import datetime
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["RASA_TELEMETRY_ENABLED"] = "false"

from bot.settings import Settings, load_settings

PROJECT = Path(__file__).resolve().parent.parent
# The day on which the real knowledge is asked.
DAY = datetime.date(2026, 11, 25)
SMALL = PROJECT / "tests" / "small" / "knowledge"


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings over the small knowledge, with a state folder of the test run's own."""
    return replace(
        load_settings(), knowledge=SMALL, state=tmp_path_factory.mktemp("state"), host="127.0.0.1", port=free_port()
    )


def environment(settings: Settings) -> dict[str, str]:
    """The environment in which a process of the product finds these settings."""
    return {
        **os.environ,
        "GUIMIN_KNOWLEDGE": str(settings.knowledge),
        "GUIMIN_STATE": str(settings.state),
        "GUIMIN_PORT": str(settings.port),
        "GUIMIN_ACTIONS": "server" if settings.action_server else "in-process",
        "GUIMIN_ACTIONS_PORT": str(settings.actions_port),
        **({"GUIMIN_DATABASE_URL": settings.given_database_url} if settings.given_database_url else {}),
        **({"GUIMIN_DAY": settings.day.isoformat()} if settings.day else {}),
    }


@pytest.fixture(scope="session")
def trained(small: Settings) -> Settings:
    """The small knowledge with a model that Rasa really trained."""
    command = [sys.executable, "-m", "bot", "train"]
    done = subprocess.run(command, cwd=PROJECT, env=environment(small), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return small


class Server:
    """A running `guimin run`, its log, and one citizen who talks to it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = f"http://127.0.0.1:{settings.port}"
        self.log = settings.state / f"server-{settings.port}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"], cwd=PROJECT, env=environment(settings), stdout=log, stderr=log
            )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/health").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.3)
        self.stop()
        raise AssertionError(f"not ready: {self.log.read_text()[-2000:]}")

    def new_sender(self) -> str:
        sender: str = httpx.post(f"{self.url}/api/session").json()["sender"]
        return sender

    def send(self, text: object, *, sender: str | None = None) -> httpx.Response:
        body = {"sender": sender or self.new_sender(), "text": text}
        return httpx.post(f"{self.url}/api/messages", json=body, timeout=30)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(trained: Settings) -> Iterator[Server]:
    running = Server(trained)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def real_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The real knowledge with its index and model; what the project's own state folder has ready is not made again."""
    state = tmp_path_factory.mktemp("real")
    settings = replace(load_settings(), state=state, host="127.0.0.1", port=free_port(), day=DAY)
    settings = replace(settings, knowledge=PROJECT / "knowledge")
    ready = PROJECT / "var"
    for name in ("vectors.db", "topics.npz"):
        if (ready / name).exists():
            shutil.copy(ready / name, state)
    if (ready / "models").exists():
        shutil.copytree(ready / "models", state / "models")
    command = [sys.executable, "-m", "bot", "train"]
    done = subprocess.run(command, cwd=PROJECT, env=environment(settings), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return settings


@pytest.fixture(scope="session")
def real(real_settings: Settings) -> Iterator[Server]:
    """A server with the real knowledge on DAY."""
    server = Server(real_settings)
    yield server
    server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@functools.lru_cache(maxsize=1)
def postgresql_url() -> str | None:
    """The address of this machine's PostgreSQL (GUIMIN_TEST_POSTGRESQL or the usual one); None where none answers."""
    url = os.environ.get("GUIMIN_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")
    try:
        with sa.create_engine(url, connect_args={"connect_timeout": 3}).connect():
            return url
    except sa.exc.SQLAlchemyError:
        return None
