"""The desk through all its doors: the conversation, the cases in the store, the telephone, the operator's commands.

What a script can say stands in desk.yaml. Who guesses secrets does so from loopback addresses of their own: failures
are counted by address, and these tests share a server with the scripts.
"""

from __future__ import annotations

import datetime
import json
import re
import sqlite3
import subprocess
import sys
from typing import Any

import httpx
import pytest

from bot.cases import cases
from bot.cases.desk import Desk
from bot.cases.lookups import FAILURES_PER_NUMBER
from bot.cases.numbers import make_number
from bot.cases.store import store
from bot.channels.senders import Senders
from tests.conftest import PROJECT, Server, environment
from tests.conversations.test_conversations import Talk

pytestmark = pytest.mark.model

NOBODY_HAS = make_number(datetime.date(2026, 1, 4), 4321)
WRONG = "3000-0001"


def test_a_case_from_a_pre_check_carries_its_facts_and_why(real: Server):
    talk = Talk(real, real.new_sender())
    for said in ("预审高龄津贴", "82岁", "户口在横州", "没有", "把结果转给工作人员"):
        talk.send(said)

    case = case_of(real, talk.case["number"])

    assert case is not None and case.conversation == conversation_of(talk)
    assert (case.kind, case.topic, case.region) == ("precheck", "elder.allowance", "450181")
    assert case.office is not None and case.office.endswith("450181")
    assert {"age": 82, "hukou_county": "450181", "receiving_other": "没有"}.items() <= case.facts.items()
    assert [outcome["id"] for outcome in case.trace] == ["gaoling"]
    assert case.trace[0]["outcome"] in case.summary


def test_a_complaint_keeps_what_was_said_with_personal_numbers_masked(real: Server):
    talk = open_case(real, "罗城的窗口要我交两百块手续费，我电话13812345678，去年十月的事")

    case = case_of(real, talk.case["number"])

    assert case is not None and (case.kind, case.region, case.facts) == ("complaint", "451225", {})
    assert case.summary == "罗城的窗口要我交两百块手续费，我电话［电话号码］，去年十月的事"


def test_a_conversation_deleted_on_request_leaves_a_case_that_nothing_leads_back_from(real: Server):
    talk = open_case(real, "容县的窗口说系统坏了，让我下个月再来")
    conversation = conversation_of(talk)

    told = talk.send("删除我的信息")

    assert told["holder"] == "bot"
    with sqlite3.connect(real.settings.database) as database:
        for table, column in (("events", "sender_id"), ("messages", "conversation"), ("conversations", "id")):
            query = f"select count(*) from {table} where {column} = ?"
            assert database.execute(query, (conversation,)).fetchone() == (0,), table
    case = case_of(real, talk.case["number"])
    assert case is not None and (case.conversation, case.state, case.region) == (None, "open", "450921")


def test_a_secret_is_in_no_file_after_it_was_told_and_asked_for_in_every_way(real: Server):
    talk = open_case(real, "扶绥的窗口把我的表填错了又叫我重来")
    number, secret = talk.case["number"], talk.case["secret"]
    plain = secret.replace("-", "")
    talk.send("查询码忘了")
    for said in (f"{number} {secret}", f"{number}{plain}", f"查进度 {number} 密码 {plain}", wide(f"{number} {secret}")):
        asked = Talk(real, real.new_sender()).send(said)
        assert f"办件{number}" in asked["record"]["reply"], said
        assert plain not in str(asked).replace("-", "")
    later = Talk(real, real.new_sender())
    later.send(number)
    assert f"办件{number}" in later.send(plain)["record"]["reply"]
    Talk(real, real.new_sender()).send(f"查询码{secret}")

    assert real.settings.database.name in files_with(real, number)
    assert files_with(real, secret, plain, wide(secret), wide(plain)) == []


def test_wrong_unknown_and_blocked_are_told_the_same(real: Server):
    talk = open_case(real, "平果的窗口态度差，还骂人，上个礼拜的事")
    number, secret = talk.case["number"], talk.case["secret"]

    wrong = ask_from(real, "127.0.0.31", f"{number} {WRONG}")
    unknown = ask_from(real, "127.0.0.32", f"{NOBODY_HAS} {WRONG}")
    right = ask_from(real, "127.0.0.33", f"{number} {secret}")
    for guess in range(FAILURES_PER_NUMBER):
        ask_from(real, "127.0.0.34", f"{number} 3000-{guess:04d}")
    blocked = ask_from(real, "127.0.0.33", f"{number} {secret}")

    assert f"办件{number}" in right
    assert wrong == unknown == blocked
    assert "对不上，查不到" in blocked
    assert f"办件{number}" in talk.send("查进度")["record"]["reply"]


def test_a_telephone_is_kept_for_who_works_the_case_and_read_nowhere_else(real: Server):
    talk = open_case(real, "天等县的窗口要我跑了五趟，每次说的都不一样")
    number, telephone = talk.case["number"], "13907805432"

    bad = leave_telephone(talk, number, "1390780")
    strange = leave_telephone(Talk(real, real.new_sender()), number, telephone)
    kept = leave_telephone(talk, number, "139-0780-5432")

    assert (bad.status_code, strange.status_code, kept.status_code) == (400, 400, 200)
    assert bad.json()["error"] == strange.json()["error"]
    assert "电话没有记下" in bad.json()["error"]["message"] and "电话记下了" in kept.json()["message"]
    assert files_with(real, telephone, "139-0780-5432", "1390780") == []
    assert run(real, "show", number)["telephone"] is None
    run(real, "take", number)
    assert run(real, "show", number, operator="b")["telephone"] is None
    assert run(real, "show", number)["telephone"] == telephone
    events = [event["kind"] for event in run(real, "show", number)["events"]]
    assert events == ["opened", "contact_given", "taken", "contact_read"]


def test_an_operator_speaks_in_place_of_the_bot_until_they_give_back(real: Server):
    talk = Talk(real, real.new_sender())
    conversation = conversation_of(talk)
    asked = talk.send("转人工")
    assert asked["holder"] == "waiting"

    run(real, "take", conversation)
    silent = talk.send("低保怎么申请？")
    run(real, "reply", conversation, "您好，我是民政局的，您户口在哪里？")
    run(real, "reply", conversation, "您好，我是民政局的，您户口在哪里？", "--id", "1")
    run(real, "reply", conversation, "您好，我是民政局的，您户口在哪里？", "--id", "1")
    run(real, "give-back", conversation)
    answered = talk.send("低保怎么申请？")

    assert (silent["holder"], silent["messages"]) == ("operator", [])
    assert (answered["holder"], answered["record"]["decision"]) == ("bot", "answer")
    heard = news(talk, after=asked["id"])
    assert [said["author"] for said in heard["messages"]][:-1].count("operator") == 2
    order = [(said["author"], said["text"]) for said in heard["messages"] if said["author"] in ("system", "operator")]
    assert order == [
        ("system", "工作人员来了，下面是真人在跟您说话。"),
        ("operator", "您好，我是民政局的，您户口在哪里？"),
        ("operator", "您好，我是民政局的，您户口在哪里？"),
        ("system", "工作人员先离开了，下面由桂小民接着答。还要找人就说“转人工”。"),
    ]
    assert news(talk, after=heard["messages"][-1]["id"])["messages"] == []


def test_who_asks_for_a_person_while_one_is_there_gets_no_bot_between(real: Server):
    talk = Talk(real, real.new_sender())
    talk.send("转人工")
    run(real, "take", conversation_of(talk))

    again = talk.send("转人工")

    assert (again["holder"], again["messages"]) == ("operator", [])
    run(real, "give-back", conversation_of(talk))


def test_the_answer_to_a_case_reaches_its_conversation_and_who_has_the_secret(real: Server):
    talk = open_case(real, "田东的窗口收了材料不给收件单")
    number, secret = talk.case["number"], talk.case["secret"]
    before = talk.last["id"]

    run(real, "take", number)
    run(real, "reply", number, "已经让窗口补开收件单，请明天去拿")
    answered = talk.send("查进度")["record"]["reply"]
    run(real, "close", number, "收件单已经补给您")
    closed = ask_from(real, "127.0.0.41", f"{number} {secret}")

    assert "工作人员答复：已经让窗口补开收件单" in answered
    assert "已经办结" in closed and "收件单已经补给您" in closed
    told = [said["text"] for said in news(talk, after=before)["messages"] if said["author"] not in ("citizen", "bot")]
    assert told == [
        f"办件 {number} 的答复：已经让窗口补开收件单，请明天去拿",
        f"办件 {number} 办结了：收件单已经补给您",
    ]
    assert leave_telephone(talk, number, "13907805432").status_code == 400


def test_a_citizen_rates_a_closed_case_and_the_first_dissatisfaction_opens_it_again(real: Server):
    talk = open_case(real, "田东的窗口收了材料不给收件单")
    number, before = talk.case["number"], talk.last["id"]
    early = talk.send(f"{number} 满意")["record"]["reply"]
    run(real, "take", number)
    run(real, "close", number, "收件单已经补给您")
    [closed] = [said for said in news(talk, after=before)["messages"] if said.get("event") == "case_closed"]

    assert "现在不能评价" in early
    assert [button["title"] for button in closed["buttons"]] == ["满意", "一般", "不满意"]
    assert "重新打开" in talk.send(closed["buttons"][2]["payload"])["record"]["reply"]
    case = case_of(real, number)
    assert case is not None and case.state == "open"
    run(real, "take", number)
    run(real, "close", number, "已经当面交给您")
    assert "谢谢您的评价" in talk.send(closed["buttons"][0]["payload"])["record"]["reply"]


def test_a_conversation_in_danger_is_first_in_the_operators_list(real: Server):
    waiting, danger = Talk(real, real.new_sender()), Talk(real, real.new_sender())
    waiting.send("转人工")
    danger.send("我喝了农药")

    listed = [one["id"] for one in run(real, "list")["waiting"]]

    assert listed.index(conversation_of(danger)) < listed.index(conversation_of(waiting))


def open_case(real: Server, account: str) -> Talk:
    """A citizen who has just had a complaint taken down, the place told in it."""
    talk = Talk(real, real.new_sender())
    talk.send("我要投诉")
    talk.send(account)
    assert talk.case, talk.last["record"]["reply"]
    return talk


def conversation_of(talk: Talk) -> str:
    """The conversation's id as the store has it."""
    return Senders(talk.server.settings.secret()).check(talk.sender)


def case_of(real: Server, number: str) -> cases.Case | None:
    with Desk(store(real.settings.database_url), real.settings).database.begin() as connection:
        return cases.find_case(connection, number)


def ask_from(real: Server, address: str, text: str) -> str:
    """What one message of a new conversation is answered when it comes from another address."""
    with httpx.Client(transport=httpx.HTTPTransport(local_address=address), timeout=30) as client:
        sender = client.post(f"{real.url}/api/session").json()["sender"]
        content = client.post(f"{real.url}/api/messages", json={"sender": sender, "text": text}).json()
    reply: str = content["record"]["reply"]
    return reply


def leave_telephone(talk: Talk, number: str, telephone: str) -> httpx.Response:
    body = {"sender": talk.sender, "number": number, "telephone": telephone}
    return httpx.post(f"{talk.server.url}/api/cases/telephone", json=body)


def news(talk: Talk, *, after: int) -> dict[str, Any]:
    headers = {"X-Guimin-Sender": talk.sender}
    told: dict[str, Any] = httpx.get(f"{talk.server.url}/api/messages", params={"after": after}, headers=headers).json()
    return told


def run(real: Server, *words: str, operator: str = "a") -> dict[str, Any]:
    """`guimin case` as an operator runs it beside the server."""
    command = [sys.executable, "-m", "bot", "case", *words, "--as", operator, "--json"]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment(real.settings), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def files_with(real: Server, *words: str) -> list[str]:
    """The files of the state folder in which one of the words stands, as text or as JSON writes it."""
    files = [path for path in real.settings.state.rglob("*") if path.is_file() and path.suffix not in (".gz", ".npz")]
    assert real.settings.database in files and real.log in files
    written = [form.encode() for word in words for form in {word, json.dumps(word)[1:-1]}]
    # In the middle of a longer number, such as a measure of the search, the same digits are none of ours.
    pattern = re.compile(rb"(?<!\d)(?:" + b"|".join(map(re.escape, written)) + rb")(?!\d)")
    return [path.name for path in files if pattern.search(path.read_bytes())]


def wide(text: str) -> str:
    """The text as a phone's full-width keyboard types it."""
    return "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text)
