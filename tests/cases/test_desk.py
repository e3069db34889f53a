"""The desk as actions, channels and commands use it: conversations and cases by the rules of handover.yaml."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cases import cases, changes, holding, log
from bot.cases.cases import Opened
from bot.cases.desk import Desk, NewCase
from bot.cases.numbers import SECRET_TAKEN_OUT
from bot.database import Database
from bot.errors import CaseRefused
from bot.knowledge.handover import CHINA
from bot.settings import load_settings
from tests.conftest import PROJECT

MINUTE = datetime.timedelta(minutes=1)
# A Wednesday, in the desk's hours and after them.
MORNING = datetime.datetime(2026, 11, 25, 10, 0, tzinfo=CHINA)
EVENING = datetime.datetime(2026, 11, 25, 20, 0, tzinfo=CHINA)
WHO = "web-1"


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, replace(load_settings(), knowledge=PROJECT / "knowledge", state=tmp_path))


def say(desk: Desk, text: str, now: datetime.datetime, *, who: str = WHO) -> log.Message:
    with desk.database.begin() as connection:
        return log.accept(connection, who, channel="web", text=text, now=now)


def open_one(desk: Desk, message: log.Message, now: datetime.datetime) -> Opened:
    case = NewCase(kind="complaint", topic="dibao.complaint", region="450226", summary=message.text)
    return desk.open_case(WHO, case, message=message.id, now=now)


def rows(desk: Desk, *, who: str = WHO) -> list[log.Message]:
    with desk.database.begin() as connection:
        return log.read(connection, who)


def test_who_waits_in_vain_gets_a_case_with_what_they_said_and_goes_back_to_the_bot(desk: Desk):
    say(desk, "转人工", MORNING)
    asked = desk.ask_for_person(WHO, topic="dibao.apply", region="450226", now=MORNING)
    say(desk, "我家低保停了，想问为什么", MORNING + MINUTE)

    desk.expire(MORNING + 9 * MINUTE)
    before = rows(desk)
    desk.expire(MORNING + 10 * MINUTE)

    [told] = rows(desk)[len(before) :]
    assert (asked.before, asked.is_staffed) == (0, True)
    assert told.content["event"] == "nobody_free"
    with desk.database.begin() as connection:
        case = cases.find_case(connection, told.content["number"])
        held = log.find(connection, WHO)
    assert case is not None and held is not None
    assert (case.kind, case.topic, case.region, case.conversation) == ("handover", "dibao.apply", "450226", WHO)
    assert case.summary == "转人工\n我家低保停了，想问为什么"
    assert (held.holder, held.deadline) == ("bot", None)


def test_who_asks_in_the_evening_waits_until_the_desk_is_there_in_the_morning(desk: Desk):
    say(desk, "转人工", EVENING)
    asked = desk.ask_for_person(WHO, topic=None, region=None, now=EVENING)
    desk.expire(EVENING + 60 * MINUTE)
    with desk.database.begin() as connection:
        held = log.find(connection, WHO)

    assert (asked.is_staffed, asked.back_at) == (False, datetime.datetime(2026, 11, 26, 9, tzinfo=CHINA))
    assert held is not None
    assert (held.holder, held.deadline) == ("waiting", datetime.datetime(2026, 11, 26, 9, 10, tzinfo=CHINA))


def test_danger_goes_before_whoever_waits_and_the_citizen_is_told(desk: Desk):
    for minute, who in enumerate(("first", "second")):
        say(desk, "转人工", MORNING + minute * MINUTE, who=who)
        desk.ask_for_person(who, topic=None, region=None, now=MORNING + minute * MINUTE)
    say(desk, "我不想活了", MORNING + 5 * MINUTE)
    with desk.database.begin() as connection:
        decision = {"topics": ["emergency.suicide"], "region": None}
        desk.bring_danger(connection, WHO, decision, now=MORNING + 5 * MINUTE)
        desk.bring_danger(connection, WHO, decision, now=MORNING + 6 * MINUTE)
        queue = [(one.id, one.priority) for one in holding.queue(connection)]

    assert queue == [(WHO, 0), ("first", 2), ("second", 2)]
    assert [row.content.get("event") for row in rows(desk)] == [None, "danger_brought"]


def test_a_secret_is_only_in_what_leaves_for_its_own_conversation(desk: Desk):
    message = say(desk, "村里低保名单没有公示", MORNING)
    opened = open_one(desk, message, MORNING)
    reply = f"办件号{opened.number}，查询码{opened.secret}"

    mine, theirs = desk.fill_secrets(reply, WHO), desk.fill_secrets(reply, "web-2")

    secret = mine.rpartition("查询码")[2]
    assert secret not in reply
    assert theirs == f"办件号{opened.number}，查询码{SECRET_TAKEN_OUT}"
    kept, key = desk.take_secret_out(f"{opened.number} {secret}", caller="1.2.3.4")
    assert key is not None
    assert secret not in kept and secret.replace("-", "") not in kept
    assert "1.2.3.4" not in str(key)
    found = desk.look_up(key["number"], key["token"], caller=key["caller"], now=MORNING)
    assert found is not None and opened.number in found


def test_a_message_that_is_read_twice_opens_one_case(desk: Desk):
    message = say(desk, "村里低保名单没有公示", MORNING)

    assert open_one(desk, message, MORNING) == open_one(desk, message, MORNING + MINUTE)


def test_an_answer_and_a_result_reach_the_conversation(desk: Desk):
    opened = open_one(desk, say(desk, "村里低保名单没有公示", MORNING), MORNING)
    with desk.database.begin() as connection:
        changes.take(connection, opened.number, "wei", now=MORNING)
    desk.reply(opened.number, "wei", "已经请镇里公示。", now=MORNING + MINUTE)
    desk.close(opened.number, "wei", "名单已经公示。", now=MORNING + 2 * MINUTE)

    assert [(row.author, row.text, row.content.get("event")) for row in rows(desk)[1:]] == [
        ("system", "已经请镇里公示。", "case_reply"),
        ("system", "名单已经公示。", "case_closed"),
    ]


def test_a_telephone_is_kept_for_ones_own_case_only(desk: Desk):
    opened = open_one(desk, say(desk, "村里低保名单没有公示", MORNING), MORNING)
    desk.keep_telephone(WHO, opened.number, "13812345678", now=MORNING)

    with pytest.raises(CaseRefused):
        desk.keep_telephone("web-2", opened.number, "13912345678", now=MORNING)
    with pytest.raises(CaseRefused):
        desk.telephone_for(opened.number, "wei", now=MORNING)


def test_a_forgotten_conversation_leaves_its_open_case_cut_off(desk: Desk):
    opened = open_one(desk, say(desk, "村里低保名单没有公示", MORNING), MORNING)
    with desk.database.begin() as connection:
        kept = desk.forget(connection, WHO, now=MORNING + MINUTE)
        case = cases.find_case(connection, opened.number)

    assert kept == (opened.number,)
    assert case is not None and (case.state, case.conversation) == ("open", None)
    assert rows(desk) == []
    desk.expire(MORNING + 600 * MINUTE)


def test_the_case_of_who_waited_in_vain_has_all_that_was_said_each_once(desk: Desk):
    say(desk, "村里不给我办低保，说我有儿子", MORNING)
    say(desk, "转人工", MORNING + MINUTE)
    desk.ask_for_person(WHO, topic=None, region=None, now=MORNING + MINUTE)

    desk.expire(MORNING + 11 * MINUTE)

    with desk.database.begin() as connection:
        [case] = cases.of_conversation(connection, WHO)
    assert case.summary == "村里不给我办低保，说我有儿子\n转人工"


def test_what_came_after_a_deletion_stays_to_be_answered(desk: Desk):
    asked = say(desk, "删除我的信息", MORNING)
    later = say(desk, "低保怎么申请", MORNING + MINUTE)
    with desk.database.begin() as connection:
        desk.forget(connection, WHO, upto=asked.id, now=MORNING + MINUTE)

    assert [row.id for row in rows(desk)] == [later.id]


def test_a_telephone_is_erased_a_while_after_closing(desk: Desk):
    opened = open_one(desk, say(desk, "村里低保名单没有公示", MORNING), MORNING)
    desk.keep_telephone(WHO, opened.number, "13812345678", now=MORNING)
    with desk.database.begin() as connection:
        changes.take(connection, opened.number, "wei", now=MORNING)
    desk.close(opened.number, "wei", "名单已经公示。", now=MORNING)

    left = []
    for days in (29, 31):
        desk.clean(MORNING + datetime.timedelta(days=days))
        with desk.database.begin() as connection:
            case = cases.find_case(connection, opened.number)
            left.append(bool(case and case.has_telephone))

    assert left == [True, False]


def test_rules_that_cannot_be_read_leave_the_last_good_ones(desk: Desk, tmp_path: Path):
    folder = tmp_path / "knowledge"
    folder.mkdir()
    for name in ("handover.yaml", "workdays.yaml"):
        (folder / name).write_text((PROJECT / "knowledge" / name).read_text())
    own = Desk(desk.database, replace(load_settings(), knowledge=folder, state=tmp_path))
    before = own.patience

    (folder / "handover.yaml").write_text("hours: broken: [")

    assert own.patience == before
