"""Which range a numeral with its words means: "不到两千", "快八十", "三千以上", "两到三千", "大概两千块".

Around (左右, 大概): ±20 % of a sum, ±3 years of an age, at least ±1 of people and months. Nearly (快, 将近): the last
tenth below, of an age the last two years. A little over (出头): half of the last place said, of an age three years.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.eligibility.said.numerals import NUMERAL, last_place, read_numeral, unit_of
from bot.eligibility.values import Range, join

_BEFORE = {
    "below": (
        r"(?:还|都)?(?:不到|不够|冇够|没够|唔够|唔到|冇到|不足|没到|没得到|未到|没有到|没满|未满|不满"
        r"|冇满|少于|低于|小于|没有(?!超)|冇有|冇)"
    ),
    "at_most": r"最多|顶多|至多|撑死|不超过|没超过|没有超过|冇超过|封顶|顶天",
    "at_least": r"至少|起码|最少|最低|不低于|不少于|过了|已过",
    "above": r"不止|不只|超过|大于|高于|多于",
    "nearly": r"差不多到|快到|就快|快要|快|将近|接近|将将",
    "around": r"大概|大约|差不多|约莫|约|估计|估摸",
    "over_unit": r"上(?=[百千万])",
}
_AFTER = {
    "below": r"(?:都|还)?不到|都没到|不足|不够|冇到|没到",
    "at_least": r"以上|往上|朝上|打底|起步",
    "at_most": r"以下|以内|之内|封顶",
    "around": r"左右|上下|这样子|的样子|这样",
    "a_little_over": r"出头|冒点|挂零|冒头",
}
_UNIT = r"(?:块钱|块|元整|元|蚊|圆|周岁|岁|个人|口人|个月|个|口)?"


def _either(words: dict[str, str]) -> str:
    return "|".join(words.values())


QUANTITY = (
    rf"(?:(?:{_either(_BEFORE)})(?:就|有|得|要|在|是|花掉?了?)?){{0,2}}{NUMERAL}{_UNIT}"
    rf"(?:(?:到|至|-|~){NUMERAL}{_UNIT}(?:之间)?)?多?(?:钱)?\+?(?:{_either(_AFTER)})?"
)
"""A numeral with its words in text, without groups."""

_PARTS = re.compile(
    rf"(?P<before>(?:(?:{_either(_BEFORE)})(?:就|有|得|要|在|是|花掉?了?)?){{0,2}})(?P<a>{NUMERAL}){_UNIT}"
    rf"(?:(?:到|至|-|~)(?P<b>{NUMERAL}){_UNIT}(?:之间)?)?(?P<many>多)?(?:钱)?(?P<plus>\+)?(?P<after>{_either(_AFTER)})?"
)


_BEFORE_WORDS, _AFTER_WORDS = (
    re.compile("|".join(f"(?P<{how}>{pattern.split('(?=')[0]})" for how, pattern in table.items()))
    for table in (_BEFORE, _AFTER)
)


@dataclass(frozen=True)
class Found:
    """A quantity and where it stands in the (tidied) text."""

    start: int
    end: int
    range: Range


def find_quantities(text: str, kind: str) -> list[Found]:
    """Return the quantities of a tidied text in reading order."""
    found = []
    for match in _PARTS.finditer(text):
        core = _core(match)
        if core is not None:
            found.append(Found(match.start(), match.end(), _modify(core, match, kind)))
    return found


def modify(core: Range, before: str, after: str, kind: str) -> Range:
    """Return `core` with the words before and after it taken in; 大概 adds nothing beside 不到."""
    said = [match.lastgroup or "" for match in _BEFORE_WORDS.finditer(before)]
    said += [match.lastgroup or "" for match in _AFTER_WORDS.finditer(after)]
    how = next((name for name in said if name != "around"), said[0] if said else "")
    return whole(_MODIFYING[how](core, kind) if how else core, kind)


def whole(found: Range, kind: str) -> Range:
    """Years and people are whole numbers: [60, 70) is 60 to 69."""
    if kind not in ("years", "count"):
        return found
    low = math.floor(found.low) + 1 if found.low_open else math.ceil(found.low)
    high = found.high
    if not math.isinf(high):
        high = math.ceil(high) - 1 if found.high_open else math.floor(high)
    return Range(float(low), float(max(low, high)))


def _core(match: re.Match[str]) -> Range | None:
    text, many = match["a"], bool(match["many"] or match["plus"])
    first = read_numeral(text + "多" if many and not match["b"] else text)
    if not match["b"] or first is None:
        return first
    second = read_numeral(match["b"] + ("多" if many else ""))
    if second is None:
        return None
    # 两到三千, 2-3千: the unit is said once.
    scale = unit_of(match["b"])
    if unit_of(text) == 1 and first.high < 10 and scale > first.high:
        first = Range(first.low * scale, first.high * scale)
    return join(first, second) if first.low <= second.high else None


def _modify(core: Range, match: re.Match[str], kind: str) -> Range:
    return modify(core, match["before"], match["after"] or "", kind)


def _around(core: Range, kind: str) -> Range:
    if not core.is_exact:
        return core
    margin = {"years": 3.0, "count": max(1.0, 0.2 * core.low), "months": max(1.0, 0.2 * core.low)}
    by = margin.get(kind, 0.2 * core.low)
    return Range(max(0.0, core.low - by), core.high + by)


def _nearly(core: Range, kind: str) -> Range:
    if kind == "years":
        return Range(max(0.0, core.low - 2), core.high, high_open=True)
    low = 0.9 * core.low
    return Range(math.floor(low) if kind in ("months", "count") else low, core.high, high_open=True)


def _a_little_over(core: Range, kind: str) -> Range:
    if kind == "years":
        return Range(core.low, core.high + 3)
    return Range(core.low, core.high + last_place(core.high) / 2, high_open=True)


_MODIFYING: dict[str, Callable[[Range, str], Range]] = {
    "below": lambda core, kind: Range(0.0, core.high, high_open=True),
    "at_most": lambda core, kind: Range(0.0, core.high),
    "at_least": lambda core, kind: Range(core.low, math.inf),
    "above": lambda core, kind: Range(core.low, math.inf, low_open=True),
    "nearly": _nearly,
    "around": _around,
    "over_unit": lambda core, kind: Range(core.low, core.low * 10, high_open=True),
    "a_little_over": _a_little_over,
}
