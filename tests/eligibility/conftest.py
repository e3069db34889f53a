"""A small made-up set of facts and benefits over the small made-up knowledge."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.eligibility.catalogue import Catalogue, read_catalogue
from bot.knowledge.library import read_library
from tests.conftest import SMALL

PRECHECKS = """
standards:
  dibao:
    place: hukou_county
    area: area_type
    fresh_years: 1
    growth: 1.2
    areas:
      城镇: {programme: made_up_urban, least_growth: 1.3}
      农村: {programme: made_up_rural, months: 12, least_growth: 1.6}
screened: [warm]
"""
FACTS = """
hukou_county: {kind: region, label: 户口在哪里, ask: 户口在哪里？}
area_type: {kind: choice, label: 城镇还是农村, ask: 城镇还是农村？, choices: [城镇, 农村]}
people: {kind: count, label: 人数, ask: 几口人？, least: 1, most: 20, unit: 人}
income: {kind: money, label: 收入, ask: 一个月多少钱？, unit: 元, most: 100000}
per_head: {kind: money, label: 人均收入, unit: 元, compute: {divide: [income, people]}}
birth: {kind: date, label: 出生日期}
age: {kind: years, label: 年龄, ask: 多大？, most: 120, unit: 岁, changes: time, compute: {years_since: birth}}
card: {kind: choice, label: 证件, ask: 有证吗？, choices: [有, 没有], changes: act}
help: {kind: choices, label: 已有的帮助, ask: 有哪些帮助？, choices: [甲, 乙, 都没有]}
"""
WARM = """
id: warm
name: 示例补贴
topic: dibao.conditions
for_whom: 示例
conditions:
  old: {says: 满80岁, when: {age: {at_least: 80}}, source: "example-1#3"}
  poor: {says: 收入低于标准, when: {per_head: {below_standard: dibao}}, source: "example-1#4"}
rules:
  - {id: W-1, when: {help: 甲}, outcome: 不符合, says: 已有甲, source: "example-1#1"}
  - {id: W-2, when: {not: old}, outcome: 不符合, says: 未满80岁, source: "example-1#3"}
  - {id: W-3, when: {not: poor}, outcome: 不符合, says: 收入超过标准, source: "example-1#4"}
  - {id: W-4, when: {card: 没有}, outcome: 可能符合, says: 先办证, source: "example-1#5"}
  - {id: W-5, outcome: 符合, says: 可以申请}
materials: [身份证, {text: 证件, when: {card: 有}}]
where: 窗口
tell_them: 我来申请
decides: 窗口说了算
"""


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small knowledge with two standards of one city, facts and one benefit."""
    folder = tmp_path_factory.mktemp("made-up") / "knowledge"
    shutil.copytree(SMALL, folder)
    source = next(iter(read_library(SMALL).sources))
    (folder / "prechecks.yaml").write_text(PRECHECKS, encoding="utf-8")
    (folder / "facts").mkdir()
    (folder / "facts" / "all.yaml").write_text(FACTS, encoding="utf-8")
    (folder / "benefits").mkdir()
    (folder / "benefits" / "warm.yaml").write_text(WARM.replace("example-1", source), encoding="utf-8")
    programmes = folder / "standards" / "programmes.yaml"
    text = programmes.read_text(encoding="utf-8")
    rows = '  made_up_urban: {name: 城, says: "{amount}元"}\n  made_up_rural: {name: 乡, says: "{amount}元"}\n'
    programmes.write_text(text.replace("programmes:\n", f"programmes:\n{rows}", 1), encoding="utf-8")
    header = "region,valid_from,precision,amount,source,confidence\n"
    urban = f"4501,2022-01-01,day,700,{source},B\n4501,2026-01-01,day,800,{source},B\n"
    (folder / "standards" / "made_up_urban.csv").write_text(header + urban, encoding="utf-8")
    (folder / "standards" / "made_up_rural.csv").write_text(
        f"{header}4501,2026-01-01,day,6000,{source},B\n", encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="session")
def catalogue(made_up: Path) -> Catalogue:
    return read_catalogue(made_up, read_library(made_up))
