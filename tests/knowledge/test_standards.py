"""Amounts are found by programme, region and day, and told with place, date and level."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.answers.cite import tell
from bot.errors import KnowledgeError
from bot.knowledge.filling import fill_amounts
from bot.knowledge.library import Library, read_library
from bot.knowledge.standards import read_standards
from tests.conftest import SMALL

TODAY = datetime.date(2026, 11, 24)


@pytest.fixture(scope="module")
def library() -> Library:
    return read_library(SMALL)


def found(library: Library, programme: str, region: str, day: str) -> tuple[str, Decimal] | None:
    amount = library.standards.find(programme, region, day=datetime.date.fromisoformat(day))
    return (amount.region, amount.amount) if amount else None


@pytest.mark.parametrize(
    ("programme", "region", "day", "expected"),
    [
        ("meal", "450127", "2026-11-24", ("4501", Decimal(120))),
        ("meal", "4501", "2022-12-31", ("45", Decimal(80))),
        ("meal", "4501", "2023-01-01", ("4501", Decimal(120))),
        ("meal", "450226", "2026-11-24", ("45", Decimal(90))),
        ("meal", "45", "2024-12-31", ("45", Decimal(80))),
        ("meal", "45", "2018-12-31", None),
        ("meal", "450226101", "2026-11-24", ("45", Decimal(90))),
        ("local", "45", "2026-11-24", None),
        ("local", "450127", "2026-11-24", ("4501", Decimal("66.5"))),
        ("local", "450127", "2023-06-01", ("450127", Decimal(50))),
    ],
    ids=[
        "the city's for its county",
        "the day before a rise",
        "the day of a rise",
        "an old local amount below the floor",
        "the floor of that day",
        "before the first row",
        "a township's county's row is confidence C",
        "no row for the whole region",
        "a later amount of the city for all its counties, in cents",
        "the county's own before that",
    ],
)
def test_the_row_in_force_of_the_nearest_level_is_found(
    library: Library, programme: str, region: str, day: str, expected: tuple[str, Decimal] | None
):
    assert found(library, programme, region, day) == expected


@pytest.mark.parametrize(
    ("programme", "region", "day", "said"),
    [
        ("meal", None, TODAY, "每月90元（广西壮族自治区，2025年1月起）。有的市县更高"),
        ("meal", "450127", TODAY, "每月120元（您所在的横州市没有单独的数，按南宁市的标准，2023年1月起）。可能调整过"),
        ("local", "4501", datetime.date(2024, 6, 1), "每月66.5元（南宁市，2024年公布的数）"),
        ("local", None, TODAY, "各地不同"),
        ("local", "450226", TODAY, "三江侗族自治县没有查到"),
        ("meal", "45", datetime.date(2018, 5, 1), "2018年5月没有查到"),
    ],
    ids=["no region", "county without its own", "only the year", "no region, local only", "nothing here", "too early"],
)
def test_an_amount_is_told_with_place_and_date(
    library: Library, programme: str, region: str | None, day: datetime.date, said: str
):
    assert fill_amounts(f"{{amount: {programme}}}", library, region=region, day=day) == said


def test_the_amounts_source_stands_among_the_evidence(library: Library):
    entry = replace(library.entries["dibao-apply"], answer="每人：{amount: meal}")

    told = tell(entry, library, region="4501", day=TODAY)

    assert told.answer.startswith("每人：每月120元（南宁市，2023年1月起）")
    assert told.sources == "《示例办法》第1条；《示例标准》（示发〔2023〕1号）"


@pytest.mark.parametrize("row", ["45,never,day,90,example-law-2026,A", "45,2025-01-01,day,much,example-law-2026,A"])
def test_a_broken_row_is_named(tmp_path: Path, row: str):
    (tmp_path / "programmes.yaml").write_text('programmes: {meal: {name: 餐, says: "{amount}"}}\nwording: {}')
    (tmp_path / "meal.csv").write_text(f"region,valid_from,precision,amount,source,confidence\n{row}\n")

    with pytest.raises(KnowledgeError, match=r"standards/meal.csv 第 2 行"):
        read_standards(tmp_path)
