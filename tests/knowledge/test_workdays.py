"""Working days and the desk's hours; the national days are those of the State Council's plan for 2026."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.handover import CHINA, Handover, read_handover
from bot.knowledge.workdays import NATIONAL, Workdays, read_workdays
from tests.conftest import PROJECT

DAYS = st.dates(datetime.date(2024, 1, 1), datetime.date(2029, 12, 31))


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.fixture(scope="module")
def desk() -> Handover:
    return read_handover(PROJECT / "knowledge")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-12-02", "2026-12-02"),
        ("2026-10-01", "2026-10-08"),
        ("2026-10-10", "2026-10-10"),  # a Saturday that is worked for the holiday
        ("2027-01-01", "2027-01-04"),  # not announced yet: the day that the law fixes, and the weekend
    ],
)
def test_a_period_that_ends_on_a_holiday_ends_on_the_next_office_day(told: str, expected: str):
    assert NATIONAL.next_open(day(told)) == day(expected)


@pytest.mark.parametrize(
    ("start", "count", "end", "is_sure"),
    [
        ("2026-11-25", 0, "2026-11-25", True),
        ("2026-11-28", 0, "2026-11-28", True),  # danger on a Saturday is due on that Saturday
        ("2026-11-25", 5, "2026-12-02", True),
        ("2026-11-28", 1, "2026-11-30", True),
        ("2026-09-30", 1, "2026-10-08", True),
        ("2026-10-09", 1, "2026-10-10", True),
        ("2026-12-28", 1, "2026-12-29", False),  # the plan of 2027 may move the last days of 2026
        ("2026-12-31", 5, "2027-01-08", False),
    ],
)
def test_working_days_are_counted_over_weekends_holidays_and_swapped_days(start, count, end, is_sure):
    assert NATIONAL.add_working_days(day(start), count) == (day(end), is_sure)


@given(start=DAYS, count=st.integers(0, 30))
def test_exactly_as_many_days_are_open_on_the_way_as_were_allowed(start: datetime.date, count: int):
    end, _ = NATIONAL.add_working_days(start, count)

    passed = [start + datetime.timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(map(NATIONAL.is_open, passed)) == count
    assert count == 0 or NATIONAL.is_open(end)


@given(start=DAYS, count=st.integers(0, 20), more=st.integers(0, 20))
def test_working_days_add_up_when_counted_in_two_steps(start: datetime.date, count: int, more: int):
    half, first_sure = NATIONAL.add_working_days(start, count)
    end, second_sure = NATIONAL.add_working_days(half, more)

    assert NATIONAL.add_working_days(start, count + more) == (end, first_sure and second_sure)


def test_a_period_over_days_that_nobody_has_checked_is_not_sure():
    calendar = Workdays(unsure=frozenset({day("2026-04-20")}))

    assert calendar.add_working_days(day("2026-04-17"), 2) == (day("2026-04-21"), False)
    assert calendar.add_working_days(day("2026-04-20"), 1) == (day("2026-04-21"), True)


def test_beyond_the_announced_days_the_log_is_warned_once(caplog: pytest.LogCaptureFixture):
    calendar = Workdays(known_until=day("2026-12-30"))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            calendar.add_working_days(day("2026-12-31"), 3)

    assert [record.getMessage().split(" ")[:2] for record in caplog.records] == [
        ["workdays_end", "known_until=2026-12-30"]
    ]


def test_staff_enter_a_new_year_before_the_library_knows_it(tmp_path: Path):
    (tmp_path / "workdays.yaml").write_text(
        "known_until: 2027-12-28\n"
        "closed: [{from: 2027-02-05, to: 2027-02-11, note: 春节}]\n"
        "open: [{day: 2027-02-13, note: 春节调休}]\n",
        encoding="utf-8",
    )

    calendar = read_workdays(tmp_path)

    assert calendar.add_working_days(day("2027-02-04"), 2) == (day("2027-02-13"), True)


def test_without_a_file_of_their_own_the_national_days_hold(tmp_path: Path):
    assert read_workdays(tmp_path) == NATIONAL


def test_every_fault_of_the_workdays_is_told_at_once(tmp_path: Path):
    (tmp_path / "workdays.yaml").write_text(
        "known_until: 明年\nopne: []\n"
        "closed: [{day: 2027-02-05}, {from: 2027-02-09, to: 2027-02-01, note: 反了}, {day: 2027-03-01, note: 两处}]\n"
        "open: [{day: 2027-03-01, note: 两处}]\n",
        encoding="utf-8",
    )

    with pytest.raises(KnowledgeError) as refused:
        read_workdays(tmp_path)

    assert len(str(refused.value).splitlines()) == 5


def test_the_shipped_calendar_is_unsure_around_the_third_of_the_third_month(desk: Handover):
    due, is_sure = desk.workdays.add_working_days(day("2026-04-17"), 5)

    assert (due, is_sure) == (day("2026-04-24"), False)


@pytest.mark.parametrize(
    ("now", "back"),
    [
        ("2026-11-25T09:00", "2026-11-25T09:00"),
        ("2026-11-25T08:59", "2026-11-25T09:00"),
        ("2026-11-25T12:00", "2026-11-25T14:30"),
        ("2026-11-25T17:30", "2026-11-26T09:00"),
        ("2026-11-27T17:30", "2026-11-30T09:00"),  # Friday evening
        ("2026-11-28T10:00", "2026-11-30T09:00"),
        ("2026-09-30T18:00", "2026-10-08T09:00"),
        ("2026-10-10T10:00", "2026-10-10T10:00"),  # a worked Saturday
    ],
)
def test_people_are_back_at_the_next_hour_of_the_desk(desk: Handover, now: str, back: str):
    moment = datetime.datetime.fromisoformat(now).replace(tzinfo=CHINA)

    assert desk.next_staffed(moment.astimezone(datetime.timezone.utc)) == datetime.datetime.fromisoformat(back).replace(
        tzinfo=CHINA
    )
    assert desk.is_staffed(moment) is (now == back)


@given(now=st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2027, 12, 31)))
def test_somebody_is_there_when_people_are_said_to_be_back(now: datetime.datetime):
    desk = read_handover(PROJECT / "knowledge")
    moment = now.replace(tzinfo=CHINA)

    back = desk.next_staffed(moment)

    assert desk.is_staffed(back)
    assert moment <= back <= moment + datetime.timedelta(days=12)


@pytest.mark.parametrize(
    ("priority", "topic", "kind", "days"),
    [
        ("danger", "dibao.apply", "danger", 0),
        ("urgent", None, "ask", 1),
        ("normal", "emergency.hunger", "ask", 0),
        ("normal", "dibao.apply", "ask", 5),
        ("normal", "dibao.complaint", "ask", 10),
        ("normal", "marriage.register", "complaint", 10),
        ("normal", None, "handover", 5),
    ],
)
def test_days_allowed_go_by_urgency_then_topic_then_kind(desk: Handover, priority, topic, kind, days):
    assert desk.days_allowed(priority=priority, topic=topic, kind=kind) == days


def test_every_fault_of_the_desk_is_told_at_once(tmp_path: Path):
    (tmp_path / "handover.yaml").write_text(
        'hours: [["14:30", "17:30"], ["09:00", "12:00"]]\n'
        "days_allowed: {default: 五, topics: {dibao: -1}}\n"
        "patience_minutes: {wait: 0, quiet: 10, reply: 5}\n"
        'progress: {states: {open: "等{text}"}, events: {}, lines: {due: "{days}前"}}\n',
        encoding="utf-8",
    )

    with pytest.raises(KnowledgeError) as refused:
        read_handover(tmp_path)

    faults = str(refused.value).splitlines()
    assert [fault.partition("：")[2].split(" ")[0] for fault in faults] == [
        "hours",
        "days_allowed.topics.dibao",
        "days_allowed.default",
        "patience_minutes.wait",
        "progress.states",
        "progress.states.open",
        "progress.events",
        "progress.lines",
        "progress.lines.due",
    ]
