"""The same actions at rasa_sdk's action server, and the command line, say what the running bot says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from tests.conftest import PROJECT, Server, environment, free_port

pytestmark = pytest.mark.model

TEXTS = [
    "低保怎么申请",
    "你好",
    "我不想活了",
    "老板拖欠工资找谁",
    "请问结婚要带户口本吗？离婚冷静期多少天？",
    "转人工",
    "qwerty",
]


@pytest.fixture(scope="module")
def with_action_server(trained: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    url = f"sqlite:///{tmp_path_factory.mktemp('apart')}/guimin.db"
    apart = replace(trained, action_server=True, port=free_port(), actions_port=free_port(), given_database_url=url)
    running = Server(apart)
    yield running
    running.stop()


def ask(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=PROJECT,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=120,
    )


def told(content: dict[str, Any]) -> dict[str, Any]:
    """A reply without what is its own each time: ids and moments."""
    messages = [{k: v for k, v in message.items() if k not in ("id", "at")} for message in content["messages"]]
    return {"messages": messages, "record": content["record"], "holder": content["holder"]}


def test_actions_in_process_and_at_their_server_say_the_same(server: Server, with_action_server: Server):
    here = [server.send(text).json() for text in TEXTS]
    there = [with_action_server.send(text).json() for text in TEXTS]

    assert list(map(told, here)) == list(map(told, there))


def test_ask_prints_what_the_running_server_decides(server: Server, tmp_path: Path):
    lines = tmp_path / "questions.jsonl"
    lines.write_text("\n".join(json.dumps({"id": str(i), "text": text}) for i, text in enumerate(TEXTS)))

    done = ask(server.settings, "ask", "--jsonl", str(lines))
    printed: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]

    assert [line.pop("id") for line in printed] == [str(i) for i in range(len(TEXTS))]
    assert printed == [server.send(text).json()["record"] for text in TEXTS]
    assert list(printed[0]) == [
        "text", "masked", "decision", "topics", "entries", "region", "facts", "reply", "sources", "knowledge",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"), [("{broken", "第 1 行不是合格的 JSON"), ('{"question": "x"}', "第 1 行缺少 text")]
)
def test_ask_says_which_line_it_cannot_read(trained: Settings, tmp_path: Path, content: str, said: str):
    lines = tmp_path / "questions.jsonl"
    lines.write_text(content)

    done = ask(trained, "ask", "--jsonl", str(lines))

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_bot_on_the_same_sqlite_is_refused_in_one_sentence(server: Server):
    done = ask(replace(server.settings, port=free_port()), "serve")

    assert done.returncode == 2
    assert "SQLite 只能有一个" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said_in_one_sentence(server: Server):
    done = ask(server.settings, "run")

    assert done.returncode == 2
    assert f"端口 {server.settings.port} 被占用了" in done.stderr
    assert "Traceback" not in done.stderr
