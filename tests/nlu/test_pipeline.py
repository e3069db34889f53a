"""Every component through a real training, and again from the saved model."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest

from bot.channels.server import load
from bot.commands.agents import actions_of
from bot.errors import SetupError
from bot.nlu.training import model_path, refuse_tensorflow
from bot.settings import Settings
from tests.conftest import PROJECT, environment

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def parse(trained: Settings, request: pytest.FixtureRequest) -> Any:
    """Parse a text with the model as it was loaded from its file, in this process."""
    patch = pytest.MonkeyPatch()
    request.addfinalizer(patch.undo)
    for name, value in environment(trained).items():
        patch.setenv(name, value)
    loop = asyncio.new_event_loop()
    request.addfinalizer(loop.close)
    agent = loop.run_until_complete(load(trained, str(model_path(trained)), actions_of(trained)))
    return lambda text: loop.run_until_complete(agent.parse_message(text))


def test_tensorflow_is_neither_installed_nor_really_imported(parse: Any):
    script = "import bot.nlu, rasa.core.run, tensorflow; print(type(tensorflow).__name__)"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=PROJECT, capture_output=True, text=True)
    installed = subprocess.run([sys.executable, "-c", "import tensorflow"], cwd=PROJECT, capture_output=True)

    assert done.stdout.strip() == "_InertModule"
    assert installed.returncode != 0


def test_a_pipeline_that_needs_tensorflow_is_refused(tmp_path):
    config = tmp_path / "config.yml"
    config.write_text("pipeline:\n- name: DIETClassifier\npolicies:\n- name: TEDPolicy\n")

    with pytest.raises(SetupError, match="DIETClassifier、TEDPolicy"):
        refuse_tensorflow(config)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("你好", "greet"),
        ("谢谢你啊", "thank"),
        ("帮我转人工", "request_human"),
        ("你是机器人吗", "ask_identity"),
        ("我的申请办到哪一步了", "ask_progress"),
        ("以上都不是", "reject_choices"),
        ("低保怎么申请", "ask"),
        ("老公又打我了", "emergency"),
    ],
)
def test_the_intent_is_what_the_citizen_wants_to_do(parse: Any, text: str, intent: str):
    assert parse(text)["intent"]["name"] == intent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我在三江想办低保", {("region", "三江", "450226"), ("benefit", "低保", "dibao")}),
        ("請問橫州市點樣辦最低生活保障", {("region", "橫州市", "450127"), ("benefit", "最低生活保障", "dibao")}),
        ("我妈８２歲，二级残废", {("kin", "妈", "妈"), ("age", "８２歲", "82岁"), ("grade", "二级", "二级")}),
        ("残疾护理补贴每月１２２元", {("benefit", "残疾护理补贴", "care_subsidy"), ("amount", "１２２元", "122元")}),
    ],
)
def test_entities_stand_in_the_citizens_own_text(parse: Any, text: str, expected: set[tuple[str, str, str]]):
    entities = parse(text)["entities"]

    found = {(entity["entity"], text[entity["start"] : entity["end"]], entity["value"]) for entity in entities}
    assert found == expected


@pytest.mark.parametrize(
    ("text", "kind", "topic"),
    [
        ("低保怎么申请", "answer", "dibao.apply"),
        ("請問領結婚證要帶咩材料", "answer", "marriage.register"),
        ("老板拖欠工资找谁", "refer", "oos.social_insurance"),
        ("我不想活了", "danger", "emergency.suicide"),
        ("他把农药喝了，快救人", "danger", "emergency.suicide"),
    ],
)
def test_the_search_decides(parse: Any, text: str, kind: str, topic: str):
    decision = parse(text)["decision"]

    assert (decision["kind"], decision["topics"][0]) == (kind, topic)


def test_the_decision_can_be_sent_to_an_action_server(parse: Any):
    decision = parse("低保怎么申请")["decision"]

    assert json.loads(json.dumps(decision)) == decision | {
        key: list(value) for key, value in decision.items() if isinstance(value, tuple)
    }
