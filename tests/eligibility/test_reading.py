"""What a benefit's file may not say, and how the fault is told."""

from __future__ import annotations

import datetime
import shutil

import pytest

from bot.eligibility.benefits import Period
from bot.eligibility.catalogue import catalogue_of, read_catalogue
from bot.eligibility.examples import check_cases
from bot.knowledge.library import read_library


def faults_with(made_up, tmp_path, change):
    """The faults of the benefit after one change of its text."""
    folder = tmp_path / "knowledge"
    shutil.copytree(made_up, folder)
    path = folder / "benefits" / "warm.yaml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return read_catalogue(folder, read_library(folder)).faults


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("outcome: 符合,", "outcome: 可以,", "规则 W-5 的 outcome 要写成"),
        ("{help: 甲}", "{help: 丙}", "help 没有“丙”这个选项"),
        ("{not: old}", "{not: young}", "没有叫 young 的条件"),
        ("{card: 没有}", "{colour: 没有}", "用到的 colour 没有登记在 facts/"),
        ("at_least: 80", "at_least: 2026-01-01", "age 和 2026-01-01 不是一类，不能比"),
        ("below_standard: dibao", "below_standard: other", "没有叫 other 的标准"),
        ("where: 窗口\n", "", "缺 where"),
        ("decides: 窗口说了算", "decides: 窗口说了算\ncolour: red", "colour 不认识"),
        ("topic: dibao.conditions", "topic: dibao.unknown", "主题 dibao.unknown 没有登记"),
        ("  - {id: W-5, outcome: 符合, says: 可以申请}\n", "", "最后一条规则不能有 when"),
    ],
)
def test_a_fault_in_a_benefit_is_told_with_its_place(made_up, tmp_path, old, new, fault):
    faults = faults_with(made_up, tmp_path, lambda text: text.replace(old, new))

    assert [told for told in faults if not (told.startswith("benefits/warm.yaml") and fault in told)] == []
    assert faults


def test_an_unknown_source_is_told(made_up, tmp_path):
    source = next(iter(read_library(made_up).sources))
    faults = faults_with(made_up, tmp_path, lambda text: text.replace(f"{source}#5", "nowhere#5"))

    assert faults == ("benefits/warm.yaml：来源 nowhere 没有登记。请先在 sources.yaml 登记这份文件。",)


def test_an_example_that_no_longer_holds_and_too_few_examples_are_told(made_up, tmp_path):
    (tmp_path / "warm.yaml").write_text(
        "- {name: 八十岁, day: 2026-06-30, facts: {age: 79}, outcome: 符合}\n", encoding="utf-8"
    )
    faults = check_cases(tmp_path, read_catalogue(made_up, read_library(made_up)), least=2)

    assert [fault.partition("：")[0] for fault in faults] == ["examples/warm.yaml“八十岁”", "examples/warm.yaml"]
    assert "应当是符合，算出来是不符合" in faults[0]


def test_a_broken_edit_leaves_the_last_good_benefits_in_place(made_up, tmp_path):
    folder = tmp_path / "knowledge"
    shutil.copytree(made_up, folder)
    good = catalogue_of(read_library(folder), folder)
    path = folder / "benefits" / "warm.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("outcome: 符合,", "outcome: 好,"), encoding="utf-8")

    assert catalogue_of(read_library(folder), folder) is good


def test_a_faulty_benefit_is_left_out_where_no_good_one_is_known(made_up, tmp_path):
    folder = tmp_path / "knowledge"
    shutil.copytree(made_up, folder)
    good, faulty = folder / "benefits" / "warm.yaml", folder / "benefits" / "cold.yaml"
    text = good.read_text(encoding="utf-8").replace("id: warm", "id: cold")
    faulty.write_text(text.replace("outcome: 符合,", "outcome: 好,"), encoding="utf-8")

    assert list(catalogue_of(read_library(folder), folder).benefits) == ["warm"]


def test_a_period_holds_on_its_first_and_last_day():
    period = Period(datetime.date(2025, 5, 10), datetime.date(2026, 6, 30))
    days = ["2025-05-09", "2025-05-10", "2026-06-30", "2026-07-01"]
    assert [period.holds(datetime.date.fromisoformat(day)) for day in days] == [False, True, True, False]
