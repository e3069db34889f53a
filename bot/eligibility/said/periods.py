"""How many months a phrase names: "半年", "一年多", "三个礼拜", "年把"."""

from __future__ import annotations

import re

from bot.eligibility.said.numerals import read_numeral
from bot.eligibility.said.quantities import modify
from bot.eligibility.values import Range

_TIME = re.compile(
    r"(?P<before>不到|没到|冇到|不足|未满|没满|超过|不止|至少|起码|最多|不超过|差不多|大概|大约|快要|快到|快|将近)?(?:有|满)?"
    r"(?:(?P<half>大半|小半|半)年(?P<halfmany>多)?|(?P<years>[\d一二两三四五六七八九十几好]+多?)个?年(?P<and>半)?(?P<many>多)?)?"
    r"(?:零|又|过|加)?(?P<months>(?:\d+|[一二两三四五六七八九十几好半])+(?:个?多|把)?)?(?P<unit>个多月|个把月|个?月)?"
    r"(?P<after>以上|以内|以下|左右|不到)?"
)
_SHORT = re.compile(r"(\d+|[一二两三四五六七八九十几]+)个?(天|日|礼拜|星期|周)")


def read_months(text: str) -> Range | None:
    """Return the months of a tidied phrase: 一年半 18, 一年多 [12, 24), 两三年 [24, 48), 二十天 [0, 1)."""
    text = re.sub(r"个多月", "多个月", text)
    if re.search(r"[去今前\d]年.*月|月(?:份|开始|初|底)", text):
        return None
    if text.startswith("年把"):
        return Range(12.0, 24.0, high_open=True)
    if re.search(r"(?<![一二两三四五六七八九十\d])个把月", text):
        return Range(1.0, 2.0)
    for match in _TIME.finditer(text):
        if match["half"] or match["years"] or match["months"]:
            found = _months_of(match)
            if found is not None and not (
                match["months"] and not match["unit"] and text[match.end() :][:1] in tuple("天日礼星周个")
            ):
                return modify(found, match["before"] or "", match["after"] or "", "months")
    short = _SHORT.search(text)
    if short:
        number = read_numeral(short[1])
        days = number.high * (7 if short[2] in ("礼拜", "星期", "周") else 1) if number else 0.0
        return Range(0.0, 1.0, high_open=True) if 0 < days < 28 else None
    return None


def _months_of(match: re.Match[str]) -> Range | None:
    low = high = 0.0
    is_open = False
    if match["half"]:
        if match["half"] == "小半":
            return Range(4.0, 6.0)
        if match["half"] == "大半" or match["halfmany"]:
            return Range(6.0, 12.0, high_open=True)
        low = high = 6.0
    if match["years"]:
        years = read_numeral(match["years"] + ("多" if match["many"] and not match["years"].endswith("多") else ""))
        if years is None:
            return None
        if years.is_exact:
            low = high = years.low * 12 + (6 if match["and"] else 0)
        else:
            low, high, is_open = years.low * 12, (years.high + (not years.high_open)) * 12, True
    if match["months"]:
        if match["months"] == "半":
            months: Range | None = Range(0.0, 1.0, high_open=True)
        else:
            months = read_numeral(match["months"].replace("个", ""))
        if months is None or (match["years"] and not match["unit"]):
            return Range(low, high, high_open=is_open) if match["years"] else None
        low, high, is_open = low + months.low, high + months.high, is_open or months.high_open
    return Range(low, high, high_open=is_open)
