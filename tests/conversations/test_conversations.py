"""Whole conversations about eligibility, cases and places, with the real knowledge, the real model and the real server.

A script (*.yaml beside this file) is what a citizen says and what a good service does with it:

- say: a message; nothing is sent where only the slip page is looked at
- decision, topics, region: as in the record; holder: who speaks to the citizen from then on (bot, waiting, operator)
- facts: what is remembered by then, `lost: [names]` what no longer is
- contains, not_contains: what stands in all bubbles together; ends_with_question: the last bubble asks it
- buttons, no_buttons: titles that can, or can not, be tapped after it
- slip: {status, contains}: the page of the last result, opened now; forged: the same with a changed signature
- {number} and {secret} in what is said or looked for: those of the case that was opened last
- anew: true: from this message on it is another conversation, which knows the case only from what is said
- tap: the number of a button of the last reply, sent instead of a text
- answers: {part of a question: what is said to it}; whatever is asked is answered, in any order, until the result. A
  question that no part fits is a fault: it should not have been asked. until: the question to stop after
"""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from ruamel.yaml import YAML

from tests.conftest import Server

pytestmark = pytest.mark.model

MOST_QUESTIONS = 30
OPENED = re.compile(r"办件号：(GM\d{6}-\d{5})\n查询码：(\d{4}-\d{4})（")
PROGRESS = re.compile(r"（最多还差\d+个问题|（第\d+个问题")
TROUBLE = "系统刚才出了点问题"
SCRIPTS = [
    script
    for path in sorted(Path(__file__).parent.glob("*.yaml"))
    for script in YAML(typ="safe").load(path.read_text(encoding="utf-8"))
]


@dataclass
class Talk:
    """One citizen's conversation so far."""

    server: Server
    sender: str
    told: dict[str, Any] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    slip: str = ""
    case: dict[str, str] = field(default_factory=dict)
    """The number and the secret of the case opened last."""
    last: dict[str, Any] = field(default_factory=dict)

    def send(self, text: str) -> dict[str, Any]:
        response = self.server.send(text, sender=self.sender)
        assert response.status_code == 200, (text, response.status_code, response.text)
        content: dict[str, Any] = response.json()
        self.last = content
        if content["record"]["facts"] or content["record"]["decision"] == "precheck":
            self.told = content["record"]["facts"]
        self.buttons = [button["title"] for message in content["messages"] for button in message["buttons"]]
        slips = [card["slip"] for message in content["messages"] for card in message["cards"] if card.get("slip")]
        self.slip = slips[-1] if slips else self.slip
        opened = OPENED.search("\n".join(message["text"] for message in content["messages"]))
        if opened:
            self.case = {"number": opened[1], "secret": opened[2]}
        return content

    def fill(self, text: str) -> str:
        """Put the case's number and secret where a script names them."""
        for name, value in self.case.items():
            text = text.replace(f"{{{name}}}", value)
        return text


@pytest.mark.parametrize("script", SCRIPTS, ids=[script["name"] for script in SCRIPTS])
def test_the_conversation_goes_as_a_good_service_would_have_it(real: Server, script: dict[str, Any]):
    talk = Talk(real, real.new_sender())
    faults: list[str] = []
    for place, turn in enumerate(script["turns"], 1):
        said, content = take_turn(turn, talk)
        faults += [f"{place} “{said or '（打开办事单）'}”：{fault}" for fault in faults_of(turn, content, talk)]
    assert faults == []


def take_turn(turn: dict[str, Any], talk: Talk) -> tuple[str | None, dict[str, Any] | None]:
    """What the citizen said last in this turn, and the reply to it."""
    if turn.get("anew"):
        talk.sender = talk.server.new_sender()
    if "answers" not in turn:
        said = talk.buttons[turn["tap"] - 1] if "tap" in turn else turn.get("say")
        said = talk.fill(said) if said is not None else None
        return said, talk.send(said) if said is not None else None
    content = talk.last
    said = None
    for _ in range(MOST_QUESTIONS):
        question = content["messages"][-1]["text"]
        if not PROGRESS.search(question):
            break
        said = next((str(answer) for part, answer in turn["answers"].items() if part in question), None)
        assert said is not None, f"没料到会问：{question}"
        content = talk.send(said)
        if "until" in turn and turn["until"] in question:
            break
    return said, content


def faults_of(turn: dict[str, Any], content: dict[str, Any] | None, talk: Talk) -> list[str]:
    """What is not as the script has it."""
    found = []
    if content is not None:
        record, text = content["record"], "\n".join(message["text"] for message in content["messages"])
        wrong = [
            (TROUBLE in text, "系统出错"),
            ("decision" in turn and record["decision"] != turn.get("decision"), f"decision {record['decision']}"),
            ("topics" in turn and record["topics"] != turn.get("topics"), f"topics {record['topics']}"),
            ("region" in turn and record["region"] != turn.get("region"), f"region {record['region']}"),
            ("holder" in turn and content["holder"] != turn.get("holder"), f"holder {content['holder']}"),
        ]
        wanted, unwanted = (map(talk.fill, turn.get(name, ())) for name in ("contains", "not_contains"))
        wrong += [(part not in text, f"没有“{part}”：{text[:400]}") for part in wanted]
        wrong += [(part in text, f"有“{part}”：{text[:400]}") for part in unwanted]
        last = content["messages"][-1]["text"]
        wrong.append((turn.get("ends_with_question", "") not in last, f"最后问的不是：{last[:200]}"))
        wrong += [
            (title not in talk.buttons, f"没有按钮“{title}”：{talk.buttons}") for title in turn.get("buttons", ())
        ]
        wrong += [(title in talk.buttons, f"有按钮“{title}”") for title in turn.get("no_buttons", ())]
        found += [fault for is_wrong, fault in wrong if is_wrong]
    for name, value in turn.get("facts", {}).items():
        if talk.told.get(name) != value:
            found.append(f"{name} 是 {talk.told.get(name)}，应当是 {value}")
    found += [f"{name} 还在：{talk.told[name]}" for name in turn.get("lost", ()) if name in talk.told]
    return found + (slip_faults(turn["slip"], talk) if "slip" in turn else [])


def slip_faults(wanted: dict[str, Any], talk: Talk) -> list[str]:
    """What is not as it should be on the page of the last result."""
    address = talk.slip[:-3] + ("abc" if talk.slip[-3:] != "abc" else "cba") if wanted.get("forged") else talk.slip
    page = httpx.get(f"{talk.server.url}{address}")
    found = [f"办事单 {page.status_code}"] if page.status_code != wanted.get("status", 200) else []
    found += [f"办事单上没有“{part}”" for part in wanted.get("contains", ()) if part not in page.text]
    return found + [f"办事单上有“{part}”" for part in wanted.get("not_contains", ()) if part in page.text]


NUMBERS = ("450103194507011234", "13812345678", "6222021234567890123")


def test_personal_numbers_typed_in_the_middle_are_masked_and_kept_nowhere(real: Server):
    talk = Talk(real, real.new_sender())
    talk.send("预审高龄津贴")
    for number in NUMBERS:
        content = talk.send(f"我妈的号码是{number}，82岁")
        assert number not in str(content)
    assert talk.told["age"] == 82

    assert sqlite3.connect(real.settings.database).execute("SELECT count(*) FROM events").fetchone()[0] > 0
    files = [path for path in real.settings.state.rglob("*") if path.is_file() and path.suffix not in (".gz", ".npz")]
    assert real.settings.database in files and real.log in files
    for path in files:
        content_of_file = path.read_bytes()
        assert [number for number in NUMBERS if number.encode() in content_of_file] == [], path


def test_what_is_deleted_on_request_is_gone_from_the_database_too(real: Server):
    talk = Talk(real, real.new_sender())
    for said in ("帮我算算高龄津贴够不够条件", "户口在南宁青秀区", "老人家今年九十三岁零五个月"):
        talk.send(said)
    with sqlite3.connect(real.settings.database) as database:
        said = json.dumps("九十三岁零五个月")[1:-1]
        ((sender,),) = database.execute("select distinct sender_id from events where data like ?", (f"%{said}%",))

    talk.send("删除我的信息")

    with sqlite3.connect(real.settings.database) as database:
        left = database.execute("select count(*) from events where sender_id = ?", (sender,)).fetchone()
    assert left == (0,)


def test_who_returns_the_next_day_goes_on_where_they_left(real: Server):
    talk = Talk(real, real.new_sender())
    talk.send("预审低保")
    talk.send("户口在南宁青秀区，家里四口人")
    with sqlite3.connect(real.settings.database) as database:
        said = json.dumps("户口在南宁青秀区，家里四口人")[1:-1]
        ((sender,),) = database.execute(
            "select distinct sender_id from events where data like ?", (f"%{said}%",)
        ).fetchall()
        rows = database.execute("select id, timestamp, data from events where sender_id = ?", (sender,)).fetchall()
        for id, stamp, data in rows:
            event = json.loads(data) | {"timestamp": stamp - 86_400}
            changed = (stamp - 86_400, json.dumps(event), id)
            database.execute("update events set timestamp = ?, data = ? where id = ?", changed)

    content = talk.send("都不是")

    assert content["record"]["decision"] == "precheck"
    facts = {"hukou_county": "450103", "hh_members": 4, "current_status": ["都不是"]}
    assert facts.items() <= talk.told.items()
    assert PROGRESS.search(content["messages"][-1]["text"])
    with sqlite3.connect(real.settings.database) as database:
        sessions = database.execute(
            "select count(*) from events where sender_id = ? and type_name = 'session_started'", (sender,)
        ).fetchone()
    assert sessions == (2,)
