"""Cases from the first message to the rating, on every database that is there."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cases.cases import DANGER, NORMAL, URGENT, Opened, find_case, history, list_cases, open_case
from bot.cases.changes import close, forget_conversation, note, rate, reply, return_, take, transfer
from bot.cases.numbers import find_case_number, make_number, token_key
from bot.cases.progress import progress_of, say_progress
from bot.cases.tables import case_events, cases
from bot.database import Database
from bot.errors import CaseRefused
from bot.knowledge.handover import CHINA, read_handover
from tests.conftest import PROJECT

HANDOVER = read_handover(PROJECT / "knowledge")
KEY = token_key("a key of the tests")
NOW = datetime.datetime(2026, 11, 25, 10, 0, tzinfo=CHINA)
DAY = NOW.date()


def open_one(database: Database, **changed: Any) -> Opened:
    asked: dict[str, Any] = dict(
        conversation="web-1",
        kind="ask",
        topic="dibao.apply",
        region="450103",
        office="mz-450103",
        priority=NORMAL,
        summary="低保申请交了一个月没有消息",
        facts={"people": 3},
        trace=[{"rule": "income", "holds": None}],
        now=NOW,
        handover=HANDOVER,
        key=KEY,
    )
    with database.begin() as connection:
        return open_case(connection, **{**asked, **changed})


def later(minutes: int) -> datetime.datetime:
    return NOW + datetime.timedelta(minutes=minutes)


def kinds(database: Database, number: str) -> list[str]:
    with database.begin() as connection:
        return [event.kind for event in history(connection, number)]


def test_an_opened_case_keeps_what_is_known_and_promises_a_working_day(database: Database):
    opened = open_one(database)

    with database.begin() as connection:
        case = find_case(connection, opened.number)
    assert case is not None
    assert (opened.due_on, opened.is_due_sure) == (datetime.date(2026, 12, 2), True)
    assert (case.state, case.operator, case.days_allowed, case.due_on) == ("open", None, 5, opened.due_on)
    assert (case.facts, case.trace, case.opened_at) == ({"people": 3}, [{"rule": "income", "holds": None}], NOW)
    assert kinds(database, opened.number) == ["opened"]


def test_a_case_in_a_rolled_back_transaction_was_never_there(database: Database):
    with pytest.raises(RuntimeError), database.begin() as connection:
        open_case(
            connection,
            conversation="web-1",
            kind="ask",
            topic=None,
            region=None,
            office=None,
            priority=NORMAL,
            summary="",
            now=NOW,
            handover=HANDOVER,
            key=KEY,
        )
        raise RuntimeError

    with database.begin() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(cases)).scalar() == 0
        assert connection.execute(sa.select(sa.func.count()).select_from(case_events)).scalar() == 0


def test_a_message_read_twice_opens_one_case_and_tells_the_same_secret(database: Database):
    assert open_one(database, message=7) == open_one(database, message=7)
    assert open_one(database, message=8).number != open_one(database, message=7).number


def test_numbers_count_through_a_day_and_begin_anew_on_the_next(database: Database):
    numbers = [open_one(database).number for _ in range(12)]
    tomorrow = open_one(database, now=NOW + datetime.timedelta(days=1)).number

    assert numbers == [make_number(DAY, count) for count in range(12)]
    assert tomorrow == make_number(DAY + datetime.timedelta(days=1), 0)


def test_a_number_takes_the_day_in_china_and_not_in_greenwich(database: Database):
    evening = datetime.datetime(2026, 11, 24, 16, 30, tzinfo=datetime.timezone.utc)

    assert open_one(database, now=evening).number == make_number(DAY, 0)


def test_numbers_go_on_after_ten_thousand_cases_of_a_day(database: Database):
    first = open_one(database).number
    with database.begin() as connection:
        connection.execute(cases.update().where(cases.c.number == first).values(number=make_number(DAY, 9_999)))

    over = open_one(database).number

    assert over == make_number(DAY, 10_000)
    found = find_case_number(f"查{over}")
    assert found is not None and found.number == over
    assert open_one(database).number == make_number(DAY, 10_001)


def test_cases_opened_at_the_same_moment_get_a_number_each(database: Database):
    opened: list[Opened] = []
    ready = threading.Barrier(8)

    def work() -> None:
        ready.wait()
        for _ in range(4):
            opened.append(open_one(database))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(o.number for o in opened) == [make_number(DAY, count) for count in range(32)]


def test_a_message_read_by_many_at_once_opens_one_case(database: Database):
    opened: list[Opened] = []
    ready = threading.Barrier(6)

    def work() -> None:
        ready.wait()
        opened.append(open_one(database, message=7))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(opened) == 6
    assert len(set(opened)) == 1


def test_only_one_of_many_operators_takes_a_case(database: Database):
    number = open_one(database).number
    took: list[str] = []
    ready = threading.Barrier(6)

    def work(operator: str) -> None:
        ready.wait()
        try:
            with database.begin() as connection:
                take(connection, number, operator, now=later(1))
            took.append(operator)
        except CaseRefused:
            pass

    threads = [threading.Thread(target=work, args=(f"韦{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(took) == 1
    assert kinds(database, number) == ["opened", "taken"]


def test_what_identifies_a_citizen_is_masked_before_it_is_kept(database: Database):
    number = open_one(database, summary="我是11010519491231002X，电话13812345678").number
    with database.begin() as connection:
        take(connection, number, "韦", now=later(1))
        transfer(connection, number, "韦", region="450102", office=None, reason="打13812345678问过", now=later(2))
        case = find_case(connection, number)
        events = history(connection, number)

    assert case is not None
    assert case.summary == "我是［身份证号］，电话［电话号码］"
    assert events[-1].text == "打［电话号码］问过"


def test_a_case_goes_from_hand_to_hand_and_its_history_says_how(database: Database):
    number = open_one(database).number
    with database.begin() as connection:
        take(connection, number, "韦", now=later(1))
        take(connection, number, "韦", now=later(1))
        transfer(connection, number, "韦", region="450102", office="mz-450102", reason="户口在兴宁", now=later(2))
        take(connection, number, "黄", now=later(3))
        return_(connection, number, "黄", reason="属于街道办", now=later(4))
        transfer(connection, number, "管理员", region="450102", office="jd-1", reason="转街道", now=later(5))
        take(connection, number, "覃", now=later(6))
        reply(connection, number, "覃", "已经入户核查，下周公示。咨询0771-5678901。", now=later(7))
        close(connection, number, "覃", "已纳入低保。", now=later(8))
        case = find_case(connection, number)
        events = history(connection, number)

    assert case is not None
    assert (case.state, case.operator, case.office, case.closed_at) == ("closed", "覃", "jd-1", later(8))
    assert case.due_on == datetime.date(2026, 12, 2)
    assert [(event.who, event.kind, event.at) for event in events] == [
        ("citizen", "opened", NOW),
        ("韦", "taken", later(1)),
        ("韦", "transferred", later(2)),
        ("黄", "taken", later(3)),
        ("黄", "returned", later(4)),
        ("管理员", "transferred", later(5)),
        ("覃", "taken", later(6)),
        ("覃", "replied", later(7)),
        ("覃", "closed", later(8)),
    ]
    assert [event.text for event in events if event.is_public] == [
        "已经入户核查，下周公示。咨询0771-5678901。",
        "已纳入低保。",
    ]
    assert events[4].detail == {"from": {"region": "450102", "office": "mz-450102", "operator": "黄"}}


def test_a_reply_with_somebodys_papers_is_refused(database: Database):
    number = open_one(database).number
    with database.begin() as connection:
        take(connection, number, "韦", now=later(1))
        with pytest.raises(CaseRefused, match="身份证号"):
            reply(connection, number, "韦", "您的身份证11010519491231002X已登记", now=later(2))


@pytest.mark.parametrize("words", ["", "  "])
def test_a_change_without_words_is_refused(database: Database, words: str):
    number = open_one(database).number
    with database.begin() as connection:
        take(connection, number, "韦", now=later(1))
        for change in (
            lambda: reply(connection, number, "韦", words, now=later(2)),
            lambda: close(connection, number, "韦", words, now=later(2)),
            lambda: return_(connection, number, "韦", reason=words, now=later(2)),
            lambda: transfer(connection, number, "韦", region="45", office=None, reason=words, now=later(2)),
            lambda: note(connection, number, "韦", words, now=later(2)),
        ):
            with pytest.raises(CaseRefused):
                change()

    assert kinds(database, number) == ["opened", "taken"]


def test_an_unknown_number_is_refused_with_what_to_do(database: Database):
    with database.begin() as connection, pytest.raises(CaseRefused, match="核对办件号"):
        take(connection, make_number(DAY, 99), "韦", now=NOW)


def test_a_dissatisfied_citizen_opens_the_case_again_but_only_once(database: Database):
    number = open_one(database).number

    def finish(minute: int) -> None:
        with database.begin() as connection:
            take(connection, number, "韦", now=later(minute))
            close(connection, number, "韦", "办好了", now=later(minute + 1))

    def stars(count: int, minute: int) -> bool:
        with database.begin() as connection:
            return rate(connection, number, count, words="没解决", now=later(minute), handover=HANDOVER)

    finish(1)
    a_week = 7 * 24 * 60
    assert stars(1, a_week) is True
    assert stars(1, a_week) is True  # sent twice
    with database.begin() as connection:
        case = find_case(connection, number)
    assert case is not None
    assert (case.state, case.operator, case.rating, case.closed_at) == ("open", None, None, None)
    assert case.due_on == datetime.date(2026, 12, 9)
    finish(a_week + 10)
    assert stars(2, a_week + 20) is False
    assert stars(2, a_week + 20) is False
    again = ["taken", "closed", "rated"]
    assert kinds(database, number) == ["opened", *again, "reopened", *again]


def test_a_satisfied_citizen_leaves_the_case_closed(database: Database):
    number = open_one(database).number
    with database.begin() as connection:
        with pytest.raises(CaseRefused):
            rate(connection, number, 5, now=later(1), handover=HANDOVER)
        take(connection, number, "韦", now=later(1))
        close(connection, number, "韦", "办好了", now=later(2))
        assert rate(connection, number, 4, now=later(3), handover=HANDOVER) is False
        case = find_case(connection, number)

    assert case is not None
    assert (case.state, case.rating) == ("closed", 4)


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_a_rating_that_is_none_is_refused(database: Database, stars: int):
    number = open_one(database).number
    with database.begin() as connection, pytest.raises(CaseRefused, match="1到5"):
        rate(connection, number, stars, now=later(1), handover=HANDOVER)


def test_danger_is_worked_first_then_what_is_due_first_then_the_oldest(database: Database):
    old = open_one(database, now=later(-60)).number
    young = open_one(database).number
    complaint = open_one(database, kind="complaint", topic="marriage.office").number
    urgent = open_one(database, priority=URGENT).number
    # Opened two days later, so due on a later day than the urgent one.
    danger = open_one(database, priority=DANGER, topic="emergency.dv", now=later(2 * 60 * 24)).number

    with database.begin() as connection:
        listed = [case.number for case in list_cases(connection)]

    assert listed == [danger, urgent, old, young, complaint]


def test_a_list_is_narrowed_to_a_region_an_office_or_an_operator(database: Database):
    here = open_one(database).number
    there = open_one(database, region="450200", office="mz-450200").number
    done = open_one(database).number
    with database.begin() as connection:
        take(connection, there, "韦", now=later(1))
        take(connection, done, "韦", now=later(1))
        close(connection, done, "韦", "好了", now=later(2))

        def listed(**narrowed: Any) -> list[str]:
            return [case.number for case in list_cases(connection, **narrowed)]

        assert listed() == [here, there]
        assert listed(region="4501") == [here]
        assert listed(region="4%") == []
        assert listed(office="mz-450200") == [there]
        assert listed(operator="韦") == [there]
        assert listed(states=("closed",)) == [done]
        assert listed(limit=1) == [here]


def test_a_citizen_is_told_the_state_the_last_word_and_the_day_but_nothing_internal(database: Database):
    number = open_one(database).number

    def said(day: datetime.date = DAY) -> str:
        with database.begin() as connection:
            case = find_case(connection, number)
            assert case is not None
            return say_progress(progress_of(connection, case, handover=HANDOVER), HANDOVER, day=day)

    opened = f"办件{number}：等工作人员受理。\n11月25日，已登记。\n我们承诺12月2日下班前答复。"
    assert said() == opened
    with database.begin() as connection:
        take(connection, number, "韦秘密", now=later(1))
        note(connection, number, "韦秘密", "此人常来闹", now=later(2))
    assert said() == f"办件{number}：工作人员正在办。\n11月25日，已有工作人员受理。\n我们承诺12月2日下班前答复。"
    with database.begin() as connection:
        return_(connection, number, "韦秘密", reason="不想管", now=later(3))
        case = find_case(connection, number)
        assert case is not None
        assert "不想管" not in repr(progress_of(connection, case, handover=HANDOVER))
    assert said(datetime.date(2026, 12, 3)) == (
        f"办件{number}：等工作人员受理。\n11月25日，正在重新安排承办单位。\n"
        "已经过了我们承诺的12月2日，对不起。着急请打12345催办，报这个办件号。"
    )
    with database.begin() as connection:
        take(connection, number, "韦秘密", now=later(4))
        close(connection, number, "韦秘密", "已纳入低保{text}。", now=later(5))
    assert said() == f"办件{number}：已经办结。\n11月25日，办理结果：已纳入低保{{text}}。"


def test_a_day_due_beyond_the_announced_holidays_is_told_as_a_guess(database: Database):
    number = open_one(database, now=NOW + datetime.timedelta(days=35)).number
    with database.begin() as connection:
        case = find_case(connection, number)
        assert case is not None
        progress = progress_of(connection, case, handover=HANDOVER)

    assert (progress.due_on, progress.is_due_sure) == (datetime.date(2027, 1, 7), False)
    assert "大约1月7日下班前" in say_progress(progress, HANDOVER, day=DAY)


def test_a_deleted_conversation_leaves_its_cases_without_what_leads_back(database: Database):
    closed, still_open, other = open_one(database), open_one(database), open_one(database, conversation="web-2")
    with database.begin() as connection:
        connection.execute(cases.update().values(telephone="sealed"))
        take(connection, closed.number, "韦", now=later(1))
        close(connection, closed.number, "韦", "好了", now=later(2))

        assert forget_conversation(connection, "web-1", now=later(3)) == (closed.number, still_open.number)
        assert forget_conversation(connection, "web-1", now=later(4)) == ()

    def kept(number: str) -> tuple[Any, ...]:
        with database.begin() as connection:
            case = find_case(connection, number)
        assert case is not None
        return case.conversation, case.has_telephone, case.facts, case.trace

    facts = {"people": 3}
    assert kept(closed.number) == (None, False, {}, [])
    assert kept(still_open.number) == (None, True, facts, [{"rule": "income", "holds": None}])
    assert kept(other.number)[:3] == ("web-2", True, facts)
    with database.begin() as connection:
        take(connection, still_open.number, "韦", now=later(5))
        close(connection, still_open.number, "韦", "好了", now=later(6))
    assert kept(still_open.number) == (None, False, {}, [])


OPERATORS = st.sampled_from(["韦", "黄"])
STEPS = st.one_of(
    st.tuples(st.sampled_from(["take", "reply", "return", "close", "transfer", "note"]), OPERATORS),
    st.tuples(st.just("rate"), st.integers(1, 5)),
    st.tuples(st.just("forget"), st.none()),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25))
def test_whatever_people_do_a_case_is_in_one_clear_state_and_every_change_is_an_event(
    database: Database, steps: list[tuple[str, Any]]
):
    conversation = f"web-{steps!r}"[:80]
    number = open_one(database, conversation=conversation).number
    before = ["opened"]
    for minute, (step, who) in enumerate(steps):
        with database.begin() as connection:
            old = find_case(connection, number)
        assert old is not None
        allowed = {
            "take": old.state == "open" or (old.state, old.operator) == ("taken", who),
            "reply": (old.state, old.operator) == ("taken", who),
            "return": (old.state, old.operator) == ("taken", who),
            "close": (old.state, old.operator) == ("taken", who),
            "transfer": old.state != "closed",
            "note": True,
            "rate": old.state == "closed" or (old.state == "open" and before[-1] == "reopened"),
            "forget": True,
        }[step]
        try:
            with database.begin() as connection:
                now = later(minute)
                if step == "take":
                    take(connection, number, who, now=now)
                elif step == "reply":
                    reply(connection, number, who, "在办", now=now)
                elif step == "return":
                    return_(connection, number, who, reason="不归我们", now=now)
                elif step == "close":
                    close(connection, number, who, "好了", now=now)
                elif step == "transfer":
                    transfer(connection, number, who, region="4502", office=f"o{minute}", reason="转", now=now)
                elif step == "note":
                    note(connection, number, who, "记", now=now)
                elif step == "rate":
                    rate(connection, number, who, now=now, handover=HANDOVER)
                else:
                    forget_conversation(connection, conversation, now=now)
            was_done = True
        except CaseRefused:
            was_done = False
        assert was_done is allowed
        with database.begin() as connection:
            case = find_case(connection, number)
        after = kinds(database, number)
        assert case is not None
        assert after[: len(before)] == before
        assert case.state == old.state or len(after) > len(before)
        assert was_done or (case, after) == (old, before)
        assert (case.operator is None) is (case.state == "open")
        assert (case.closed_at is not None) is (case.state == "closed")
        assert after.count("reopened") <= 1
        before = after
