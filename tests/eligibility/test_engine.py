"""One benefit for one household: outcome, reasons, what is still open, and what would change it."""

from __future__ import annotations

import datetime

import pytest

from bot.eligibility.asking import next_fact
from bot.eligibility.benefits import Outcome
from bot.eligibility.decide import decide, given
from bot.eligibility.flipping import distances, flips
from bot.eligibility.prechecking import precheck, read_facts_told
from bot.eligibility.values import years_between, years_later

DAY = datetime.date(2026, 6, 30)
QUALIFIES = {
    "help": ["乙"],
    "age": 80,
    "hukou_county": "4501",
    "area_type": "城镇",
    "people": 3,
    "income": 2397,
    "card": "有",
}


def verdict_for(catalogue, day=DAY, **told):
    known, refused = read_facts_told(told, catalogue, day=day)
    assert not refused
    situation = catalogue.situation(known, day=day)
    return decide(catalogue.benefits["warm"], situation), situation


def test_the_small_files_have_no_fault(catalogue):
    assert catalogue.faults == ()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("符合", "W-5")),
        ({"help": ["甲", "乙"]}, ("不符合", "W-1")),
        ({"age": 79}, ("不符合", "W-2")),
        ({"age": None, "birth": "1946-06-30"}, ("符合", "W-5")),
        ({"age": None, "birth": "1946-07-01"}, ("不符合", "W-2")),
        ({"income": 2399}, ("符合", "W-5")),
        ({"income": 2400}, ("不符合", "W-3")),
        ({"area_type": "农村", "income": 1499}, ("符合", "W-5")),
        ({"area_type": "农村", "income": 1500}, ("不符合", "W-3")),
        ({"area_type": "不清楚", "income": 2399}, ("符合", "W-5")),
        ({"income": {"low": 2000, "high": 2399}}, ("符合", "W-5")),
        ({"income": {"low": 2300, "high": 2500}}, ("需核实", None)),
        ({"income": "不清楚"}, ("需核实", None)),
        ({"card": "没有"}, ("可能符合", "W-4")),
        ({"card": "不清楚"}, ("可能符合", None)),
        ({"hukou_county": "450226"}, ("需核实", None)),
        ({"people": None}, ("还差信息", None)),
        ({"age": 79, "income": None, "card": None}, ("不符合", "W-2")),
    ],
)
def test_decide_follows_the_first_rule_that_holds(catalogue, changed, expected):
    verdict, _ = verdict_for(catalogue, **{**QUALIFIES, **changed})

    assert (verdict.outcome.value, verdict.rule.id if verdict.rule else None) == expected


@pytest.mark.parametrize(
    ("day", "income", "expected"),
    [
        ("2026-12-31", 2400, Outcome.REFUSED),  # still fresh: one year
        ("2022-06-30", 2100, Outcome.REFUSED),  # the amount of that day: 700
        ("2024-01-01", 2100, Outcome.VERIFY),  # two years old: it may have risen by 1.2 * 1.2
        ("2024-01-01", 3025, Outcome.REFUSED),  # above what it can have become: 700 * 1.44 * 3
        ("2024-01-01", 2099, Outcome.QUALIFIES),  # below the old amount
    ],
)
def test_an_old_standard_refuses_only_what_no_rise_explains(catalogue, day, income, expected):
    told = {**QUALIFIES, "income": income}
    verdict, _ = verdict_for(catalogue, day=datetime.date.fromisoformat(day), **told)

    assert verdict.outcome is expected


def test_only_facts_that_still_matter_are_missing(catalogue):
    verdict, situation = verdict_for(catalogue, help=["都没有"], age=85)

    assert verdict.outcome is Outcome.OPEN
    assert next_fact([verdict.benefit], situation) in verdict.missing
    assert "age" not in verdict.missing
    assert verdict_for(catalogue, age=12)[0].missing == frozenset()


def test_a_refusal_says_what_would_change_it_and_how_far_it_is(catalogue):
    verdict, situation = verdict_for(catalogue, **{**QUALIFIES, "income": 2760})

    found = {flip.fact: (flip.outcome, flip.distance) for flip in flips(verdict, situation)}
    (far,) = distances(verdict.benefit.requirements["poor"].when, situation, {})
    assert found["income"] == (Outcome.QUALIFIES, -361.0)
    assert (far.value.low, far.limit, far.gap, far.standard.amount.region) == (920.0, 800.0, 120.0, "4501")


def test_materials_follow_the_answers(catalogue):
    _, situation = verdict_for(catalogue, **{**QUALIFIES, "card": "没有"})
    benefit = catalogue.benefits["warm"]

    assert given(benefit.materials, benefit, situation) == (("身份证", True),)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"income": -500}, "too_small"),
        ({"age": 200}, "too_large"),
        ({"people": 30}, "too_large"),
        ({"people": 0}, "too_small"),
        ({"birth": "1980-02-30"}, "no_such_day"),
        ({"birth": "2080-01-01"}, "later_than_today"),
        ({"card": "也许大概"}, "not_a_choice"),
        ({"hukou_county": "亚特兰蒂斯"}, "unknown_region"),
        ({"income": "很多很多"}, "unreadable"),
        ({"colour": "red"}, "unknown_fact"),
        ({"income": 10**400}, "too_large"),
        ({"income": float("nan")}, "unreadable"),
        ({"income": {"low": "x"}}, "unreadable"),
        ({"income": [[1], 2]}, "unreadable"),
        ({"card": 10**400}, "not_a_choice"),
        ({"help": {"a": 1}}, "not_a_choice"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name_and_the_rest_is_kept(catalogue, told, code):
    record = precheck({"facts": {**QUALIFIES, **told}, "benefit": "示例补贴"}, catalogue, day=DAY)

    assert [(item["fact"], item["code"]) for item in record["refused"]] == [(next(iter(told)), code)]
    assert len(record["facts"]) >= len(QUALIFIES) - 1


def test_a_request_with_an_impossible_day_or_benefit_says_so(catalogue):
    record = precheck({"facts": {}, "benefit": "没有的补贴", "day": "2026-02-30"}, catalogue, day=DAY)

    assert [item["code"] for item in record["refused"]] == ["no_such_day", "unknown_benefit"]
    assert record["benefits"] == []


@pytest.mark.parametrize("facts", [[1], "三口人", 5])
def test_facts_that_are_none_are_refused_as_a_whole(catalogue, facts):
    record = precheck({"facts": facts, "benefit": "warm"}, catalogue, day=DAY)

    assert record["refused"] == [{"fact": "facts", "code": "unreadable"}]


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [("1946-07-01", "2026-06-30", 79), ("1946-07-01", "2026-07-01", 80), ("2004-02-29", "2026-02-28", 21)],
)
def test_who_is_how_old_on_a_day(born, day, age):
    assert years_between(datetime.date.fromisoformat(born), datetime.date.fromisoformat(day)) == age


def test_a_birthday_on_29_february_never_raises():
    assert years_later(datetime.date(2004, 2, 29), 22) == datetime.date(2026, 3, 1)
