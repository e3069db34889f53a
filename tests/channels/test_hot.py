"""An edit in the live knowledge is answered by the running server: no restart, no training, no lost conversation."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.conftest import SMALL, Server, free_port

pytestmark = pytest.mark.model
APPLY = "faq/dibao/dibao-apply.md"


@pytest.fixture(scope="module")
def hot(trained: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("hot") / "knowledge"))
    url = f"sqlite:///{folder.parent}/guimin.db"
    running = Server(replace(trained, knowledge=folder, port=free_port(), given_database_url=url))
    yield running
    running.stop()


def soon(holds: Callable[[], bool]) -> bool:
    """Ask until it holds; the promise is two seconds, a busy machine gets five times as long."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_edits_additions_and_removals_are_answered_in_the_same_conversation(hot: Server):
    folder, sender = hot.settings.knowledge, hot.new_sender()

    def reply(text: str) -> str:
        answered: str = hot.send(text, sender=sender).json()["record"]["reply"]
        return answered

    assert "到户籍所在地的乡镇（街道）窗口申请。" in reply("低保怎么申请")

    path = folder / APPLY
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace("窗口申请。", "窗口提出，新写的。"), encoding="utf-8")
    assert soon(lambda: "新写的" in reply("低保怎么申请"))

    path.write_text("broken", encoding="utf-8")
    time.sleep(1.5)
    assert "新写的" in reply("低保怎么申请")

    path.write_text(original, encoding="utf-8")
    assert soon(lambda: "到户籍所在地的乡镇（街道）窗口申请。" in reply("低保怎么申请"))

    amounts = folder / "standards/meal.csv"
    path.write_text(original.replace("12345", "12345\n- 餐：{amount: meal}"), encoding="utf-8")
    assert soon(lambda: "每月90元" in reply("低保怎么申请"))
    amounts.write_text(amounts.read_text(encoding="utf-8").replace(",90,", ",95,"), encoding="utf-8")
    assert soon(lambda: "每月95元" in reply("低保怎么申请"))

    path.unlink()
    assert soon(lambda: "窗口申请。" not in reply("低保怎么申请"))


def test_the_conversation_remembers_region_and_subject(hot: Server):
    sender = hot.new_sender()
    first = hot.send("我在横州市，什么样的家庭可以申请低保", sender=sender).json()["record"]
    second = hot.send("三江呢", sender=sender).json()["record"]

    third = hot.send("我在南宁市横州市", sender=sender).json()["record"]

    assert third["region"] == "450127"
    assert (first["region"], first["entries"][0]["id"]) == ("450127", "dibao-conditions")
    assert (second["region"], second["entries"][0]["id"]) == ("450226", "dibao-conditions")
