"""A refused form, a refused action, a failing action: the conversation goes on. Stock Rasa fell silent for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.cases.store import store
from bot.channels.endpoints import InProcessActions
from bot.channels.server import load
from bot.channels.turns import Turns
from bot.nlu.training import train
from bot.settings import Settings
from tests.conftest import PROJECT, environment

pytestmark = pytest.mark.model


class Break(Action):
    def name(self) -> str:
        return "action_break"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise RuntimeError("a part is down")


class Refuse(Action):
    def name(self) -> str:
        return "action_refuse"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ActionExecutionRejection(self.name())


@pytest.fixture(scope="module")
def say(trained: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], str]]:
    settings = replace(trained, project=PROJECT / "tests/small/form", state=tmp_path_factory.mktemp("form"))
    patch = pytest.MonkeyPatch()
    for name, value in environment(trained).items():
        patch.setenv(name, value)
    executor = ActionExecutor()
    executor.register_package("actions")
    executor.register_action(Break)
    executor.register_action(Refuse)
    model = train(settings)
    loop = asyncio.new_event_loop()
    actions = InProcessActions(executor, ActionExecutionRejection)
    agent = loop.run_until_complete(load(settings, str(model), actions))
    turns = Turns(store(settings.database_url), settings)

    def talk(text: str, sender: str) -> str:
        coming = turns.receive(agent, text, sender=sender, channel="web")
        return loop.run_until_complete(coming).reply.text

    yield talk
    loop.close()
    patch.undo()


def test_a_form_that_is_refused_many_times_still_answers_and_can_be_finished(say: Callable[[str, str], str]):
    assert say("谢谢", "form") == "残疾证是几级？"
    for _ in range(12):
        assert "到户籍所在地的乡镇（街道）窗口申请。" in say("低保怎么申请", "form")
        assert say("qwerty", "form")

    assert say("二级", "form").endswith("记下了，二级。")
    assert "到户籍所在地的乡镇（街道）窗口申请。" in say("低保怎么申请", "form")


@pytest.mark.parametrize("text", ["你好", "再见"], ids=["failing action", "refused action"])
def test_an_action_that_fails_gets_a_sentence_and_the_next_question_an_answer(
    say: Callable[[str, str], str], text: str
):
    for _ in range(12):
        assert say(text, text)

    assert "到户籍所在地的乡镇（街道）窗口申请。" in say("低保怎么申请", text)
