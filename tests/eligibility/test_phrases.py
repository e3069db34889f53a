"""What people say and what is read from it: the lines of phrases.yaml, by kind, and what may not be taken."""

from __future__ import annotations

import datetime
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.eligibility.facts import Fact
from bot.eligibility.reading_facts import read_facts
from bot.eligibility.said.cues import merge_cues
from bot.eligibility.said.phrases import read_choice, read_day, read_number, says_unclear
from bot.eligibility.said.sentences import hear
from bot.eligibility.telling import read_value, write_value
from bot.eligibility.values import UNCLEAR, exactly
from bot.errors import ValueRefused
from bot.knowledge.regions import read_regions

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
TODAY = datetime.date(2025, 7, 1)
YES_NO = Fact("is_so", "choice", "是不是", choices=("是", "否"))
REGIONS = read_regions(KNOWLEDGE)
LINES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("phrases.yaml").read_text("utf-8"))


@cache
def facts() -> dict[str, Fact]:
    found, _, faults = read_facts(sorted((KNOWLEDGE / "facts").glob("*.yaml")))
    assert not [fault for fault in faults if "cues.yaml" in fault]
    return found


def read(line: dict[str, Any]) -> Any:
    """What the code reads from a line, written as the file writes it."""
    kind, said = line["kind"], line["said"]
    if kind == "sentence":
        told = hear(said, facts(), day=TODAY, regions=REGIONS)
        return {name: write_value(value) for name, value in told.items()}
    if kind in ("yesno", "choice"):
        if says_unclear(said):
            return "unclear"
        found = read_choice(YES_NO if kind == "yesno" else facts()[line["fact"]], said)
        return {"是": True, "否": False}.get(found or "") if kind == "yesno" else found
    if kind == "day":
        try:
            return read_day(said, today=TODAY)
        except ValueError:
            return "error"
    if kind == "household":
        try:
            return write_value(read_value(facts()["hh_members"], said, day=TODAY, regions=REGIONS))
        except ValueRefused:
            return None
    number = {
        "money": lambda: read_number(said, "money"),
        "money_year": lambda: read_number(said, "money", per="year"),
        "age": lambda: read_number(said, "years", today=TODAY),
        "count": lambda: read_number(said, "count"),
        "months": lambda: read_number(said, "months"),
    }[kind]()
    return None if number is None else write_value(number)


def is_same(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(is_same(a[key], b[key]) for key in a)
    if type(a) in (int, float) and type(b) in (int, float):
        return abs(a - b) < 0.01
    return type(a) is type(b) and bool(a == b)


def is_misread(found: Any, means: Any) -> bool:
    """Tell whether something was read that was not meant: worse than reading nothing."""
    if isinstance(found, dict) and isinstance(means, dict) and not {"low", "high"} & {*found, *means}:
        return any(name not in means or not is_same(value, means[name]) for name, value in found.items())
    return found is not None


# Measured over all lines: money 154/157 (0.981), money_year 19/19, age 60/61 (0.984), count 32/32, months 34/34,
# day 47/47, yesno 69/73 (0.945), choice 47/49 (0.959), household 41/41, sentence 78/83 (0.940); misread 2.
# The first reading, before anything was changed for the lines: batch 1 397 of 420 right (written beside the code, so
# too kind), batch 2 69 of 124, 18 misread; batch 3 40 of 52
# right, 1 misread. Batch 2 is in the figures above as it reads now, so only batch 3 tells how new phrases fare.
FLOORS = {
    "money": 0.96,
    "money_year": 0.94,
    "age": 0.96,
    "count": 0.96,
    "months": 0.96,
    "day": 0.96,
    "yesno": 0.92,
    "choice": 0.93,
    "household": 0.96,
    "sentence": 0.91,
}
MOST_MISREAD = 3


def test_phrases_are_understood_at_least_as_often_as_measured():
    total, right, misread = Counter(), Counter(), Counter()
    for line in LINES:
        found = read(line)
        total[line["kind"]] += 1
        if is_same(found, line["means"]):
            right[line["kind"]] += 1
        else:
            misread[line["kind"]] += is_misread(found, line["means"])
            print(f"  {line['kind']}: {line['said']} means {line['means']}, read as {found}")
    for kind in total:
        print(f"{kind}: {right[kind]}/{total[kind]} = {right[kind] / total[kind]:.3f}, misread {misread[kind]}")
    assert {kind for kind in total if right[kind] / total[kind] < FLOORS[kind]} == set()
    assert sum(misread.values()) <= MOST_MISREAD


def make_facts() -> dict[str, Fact]:
    """A cert, houses and people, with cues of their own."""
    made = {
        "cert": Fact("cert", "choice", "残疾证", choices=("有", "没有")),
        "houses": Fact("houses", "count", "房子"),
        "hh_members": Fact("hh_members", "count", "人数"),
        "age": Fact("age", "years", "年龄"),
    }
    faults = merge_cues(
        made,
        {
            "cert": {"cues": {"有": ["有残疾证"], "没有": ["没有残疾证"]}},
            "houses": {"cues": ["有{count}套房"]},
            "hh_members": {"cues": ["{household}"]},
            "age": {"cues": ["{age}岁"]},
        },
    )
    assert faults == []
    return made


@pytest.mark.parametrize(
    ("said", "means"),
    [
        pytest.param("我有残疾证", {"cert": "有"}, id="stated"),
        pytest.param("我没有残疾证", {"cert": "没有"}, id="negation is not its contrary"),
        pytest.param("要不要有残疾证", {}, id="asked before"),
        pytest.param("是不是有残疾证才行", {}, id="asked whether"),
        pytest.param("有残疾证吗", {}, id="asked behind"),
        pytest.param("如果有残疾证呢", {}, id="supposed"),
        pytest.param("有两套房能不能申请", {"houses": exactly(2)}, id="told inside a question"),
        pytest.param("我邻居有两套房", {}, id="a neighbour's"),
        pytest.param("我朋友说他有两套房，我有残疾证", {"cert": "有"}, id="a friend's, then one's own"),
        pytest.param("听说村里有个90岁的", {}, id="hearsay"),
        pytest.param("我50岁，我老婆有残疾证", {"age": exactly(50)}, id="of two persons the speaker's"),
        pytest.param("我妈83岁，有残疾证", {"age": exactly(83), "cert": "有"}, id="all of one of the family"),
        pytest.param("我妈83岁，我爸有残疾证", {}, id="of two of the family nothing"),
        pytest.param("我有两套房，不对，有三套房", {}, id="two values"),
        pytest.param("我老婆要和我离婚", {}, id="persons who are merely named"),
        pytest.param(
            "就我跟我妈，她83岁", {"hh_members": exactly(2), "age": exactly(83)}, id="people named one by one"
        ),
    ],
)
def test_hear_takes_only_what_is_told_of_the_citizen(said: str, means: dict[str, Any]):
    assert hear(said, make_facts(), day=TODAY, regions=REGIONS) == means


def test_hear_reads_the_rest_as_the_answer_to_the_question_asked():
    told = hear("八十三，我有残疾证", make_facts(), day=TODAY, regions=REGIONS, asking="age")

    assert told == {"cert": "有", "age": exactly(83)}


def test_hear_takes_not_knowing_as_the_answer_to_the_question_asked():
    assert hear("不清楚哦", make_facts(), day=TODAY, regions=REGIONS, asking="age") == {"age": UNCLEAR}


def test_read_choice_does_not_count_places_where_choices_are_digits():
    level = Fact("level", "choice", "等级", choices=("2", "3", "4"))

    assert [read_choice(level, said) for said in ("2", "第一个", "1")] == ["2", None, None]


def test_merge_cues_appends_and_tells_every_fault():
    made = {"cert": Fact("cert", "choice", "残疾证", choices=("有", "没有"), heard={"有": ("在",)})}

    faults = merge_cues(
        made,
        {
            "cert": {"heard": {"有": ["办了"], "丢了": ["x"]}, "cues": {"有": ["("]}, "says": "?"},
            "nobody": {"cues": ["{count}"]},
        },
    )

    assert made["cert"].heard["有"] == ("在", "办了")
    assert len(faults) == 4
