"""Every message is answered once and in order: sent at once, sent again, and with processes killed in the middle.

Real servers, each in its own process: one on SQLite, and two on one PostgreSQL (skipped where none answers).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot.cases.tables import messages
from bot.settings import Settings
from tests.cases.conftest import postgresql_schema
from tests.conftest import PROJECT, Server, environment, free_port

pytestmark = pytest.mark.model

SENDERS = 4
EACH = 12
AT_ONCE = 6
QUESTIONS = ("低保怎么申请", "你好", "谢谢", "结婚登记要什么材料", "特困供养是什么", "转人工")


class Bots:
    """One or several bot processes on one database, started and killed by the test."""

    def __init__(self, settings: list[Settings]) -> None:
        self.settings = settings
        self.urls = [f"http://127.0.0.1:{one.port}" for one in settings]
        self.engine = sa.create_engine(settings[0].database_url, future=True)
        self.processes = [self.start(place) for place in range(len(settings))]
        for url in self.urls:
            wait_until_ready(url)

    def start(self, place: int) -> subprocess.Popen[bytes]:
        one = self.settings[place]
        log = (one.state / f"bot-{one.port}.log").open("a")
        command = [sys.executable, "-m", "bot", "serve"]
        return subprocess.Popen(command, cwd=PROJECT, env=environment(one), stdout=log, stderr=log)

    def kill(self, place: int) -> None:
        self.processes[place].kill()
        self.processes[place].wait()

    def restart(self, place: int) -> None:
        self.processes[place] = self.start(place)
        wait_until_ready(self.urls[place])

    def new_sender(self) -> str:
        sender: str = httpx.post(f"{self.urls[0]}/api/session", timeout=30).json()["sender"]
        return sender

    def rows(self) -> list[Any]:
        with self.engine.begin() as connection:
            return connection.execute(sa.select(messages).order_by(messages.c.id)).all()

    def tracked(self, sender: str) -> list[str]:
        """The messages of a citizen that Rasa's own tracker has, in order."""
        events = sa.table("events", sa.column("id"), sa.column("sender_id"), sa.column("type_name"), sa.column("data"))
        query = sa.select(events.c.data).where(events.c.sender_id == sender, events.c.type_name == "user")
        with self.engine.begin() as connection:
            return list(connection.execute(query.order_by(events.c.id)).scalars())

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(timeout=30)
        self.engine.dispose()


def wait_until_ready(url: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            if httpx.get(f"{url}/health").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"not ready: {url}")


@pytest.fixture(params=["one bot on SQLite", "two bots on PostgreSQL"])
def bots(request: pytest.FixtureRequest, trained: Settings, tmp_path: Any) -> Iterator[Bots]:
    if request.param == "one bot on SQLite":
        url = f"sqlite:///{tmp_path}/turns.db"
        running = Bots([replace(trained, port=free_port(), given_database_url=url)])
        yield running
        running.stop()
        return
    with postgresql_schema() as url:
        running = Bots([replace(trained, port=free_port(), given_database_url=url) for _ in range(2)])
        yield running
        running.stop()


async def send(client: httpx.AsyncClient, urls: list[str], sender: str, place: int, *, patience: float = 120) -> Any:
    """Send one message until a server has taken it, as a browser does; the servers take turns."""
    body = {"sender": sender, "id": f"m{place}", "text": f"{QUESTIONS[place % len(QUESTIONS)]} {place}"}
    until = time.monotonic() + patience
    attempt = place
    while time.monotonic() < until:
        try:
            answer = await client.post(f"{urls[attempt % len(urls)]}/api/messages", json=body, timeout=60)
            if answer.status_code == 200:
                return answer.json()
        except httpx.HTTPError:
            pass
        attempt += 1
        await asyncio.sleep(0.3)
    raise AssertionError(f"never taken: {body['id']}")


async def send_all(urls: list[str], senders: list[str], *, each: int, at_once: int, twice: bool = False) -> None:
    """Every sender sends `each` messages, `at_once` of them at a time; `twice`: every one a second time as well."""
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(limits=limits) as client:

        async def talk(sender: str) -> None:
            gate = asyncio.Semaphore(at_once)

            async def one(place: int) -> None:
                async with gate:
                    await send(client, urls, sender, place)

            await asyncio.gather(*(one(place) for place in range(each) for _ in range(2 if twice else 1)))

        await asyncio.gather(*map(talk, senders))


def check_log(bots: Bots, senders: list[str], each: int) -> None:
    """Each message once, each answered once, the answers in the order of the messages, and Rasa knows them all."""
    rows = bots.rows()
    for signed in senders:
        sender = signed.rpartition(".")[0]
        said = [row for row in rows if row.conversation == sender and row.author == "citizen"]
        assert sorted(row.client_id for row in said) == sorted(f"m{place}" for place in range(each))
        answers = [row for row in rows if row.conversation == sender and row.author == "bot"]
        answered = list(dict.fromkeys(row.reply_to for row in answers))
        assert answered == [row.id for row in said]
        for message in said:
            ids = [row.id for row in answers if row.reply_to == message.id]
            last, first = ids[-1], ids[0]
            assert not [row for row in answers if first < row.id < last and row.reply_to != message.id]
        tracked = bots.tracked(sender)
        assert len(tracked) == each
        assert [row.id for row in said] == [int(event.split('"log-')[1].split('"')[0]) for event in tracked]


def test_what_one_sender_sends_at_once_is_answered_in_order_and_none_is_lost(bots: Bots):
    senders = [bots.new_sender() for _ in range(SENDERS)]

    asyncio.run(send_all(bots.urls, senders, each=EACH, at_once=AT_ONCE, twice=True))

    check_log(bots, senders, EACH)


def test_what_was_accepted_is_answered_once_although_the_bots_are_killed(bots: Bots):
    senders = [bots.new_sender() for _ in range(SENDERS)]
    each = 30

    async def load_and_kill() -> None:
        load = asyncio.create_task(send_all(bots.urls, senders, each=each, at_once=4))
        for round in range(2):
            await asyncio.sleep(1.5)
            place = round % len(bots.settings)
            await asyncio.to_thread(bots.kill, place)
            await asyncio.to_thread(bots.restart, place)
        await load

    asyncio.run(load_and_kill())

    check_log(bots, senders, each)


def test_a_message_whose_sender_hung_up_is_answered_by_the_sweeper(bots: Bots):
    signed = bots.new_sender()
    for place in range(8):
        body = {"sender": signed, "id": f"m{place}", "text": f"低保怎么申请 {place}"}
        with contextlib.suppress(httpx.TimeoutException):
            httpx.post(f"{bots.urls[0]}/api/messages", json=body, timeout=httpx.Timeout(5, read=0.005))
    bots.kill(0)
    accepted = {row.id for row in bots.rows() if row.author == "citizen"}
    bots.restart(0)

    until = time.monotonic() + 30
    while time.monotonic() < until and {row.reply_to for row in bots.rows() if row.author == "bot"} != accepted:
        time.sleep(0.3)
    assert accepted
    assert {row.reply_to for row in bots.rows() if row.author == "bot"} == accepted


def test_bots_die_with_their_supervisor_and_what_was_accepted_is_answered_after_a_new_start(
    trained: Settings, tmp_path: Any
):
    settings = replace(trained, port=free_port(), given_database_url=f"sqlite:///{tmp_path}/supervised.db")
    first = Server(settings)
    signed = first.new_sender()
    assert first.send("你好", sender=signed).status_code == 200

    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()

    second = Server(settings)
    try:
        news = httpx.get(f"{second.url}/api/messages?after=0", headers={"X-Guimin-Sender": signed}).json()
        assert [message["author"] for message in news["messages"]] == ["citizen", "bot"]
        assert second.send("谢谢", sender=signed).status_code == 200
    finally:
        second.stop()
