"""From what is told of a fact to its value: "三四千", 是, "1945-07-01", {"low": 2000, "high": 3000}."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from bot.eligibility.facts import Fact
from bot.eligibility.said.cues import uses
from bot.eligibility.said.household import read_household
from bot.eligibility.said.phrases import read_choice, read_day, read_number, says_unclear
from bot.eligibility.said.places import find_region
from bot.eligibility.values import UNCLEAR, Range, Value
from bot.errors import ValueRefused
from bot.knowledge.regions import Regions

_NEGATIVE = re.compile(r"(?:负|[-－−])[\d零一二两三四五六七八九十百千万]")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def read_value(fact: Fact, told: Any, *, day: datetime.date, regions: Regions) -> Value:
    """Return the value of `fact` that `told` means. Raises ValueRefused with the code of the fault."""
    if isinstance(told, str):
        told = told.strip()
        if told not in fact.choices and says_unclear(told):
            return UNCLEAR
    if fact.is_number:
        return _check_limits(fact, _number(fact, told, day), told)
    if fact.kind == "choices":
        return _choices(fact, told)
    if fact.kind == "choice":
        return _choice(fact, told)
    if fact.kind == "date":
        return _day(fact, told, day)
    return _region(fact, told, regions)


def write_value(value: Value) -> Any:
    """The JSON that read_value reads back."""
    if isinstance(value, Range):
        if value.is_exact:
            return int(value.low) if value.low.is_integer() else value.low
        ends = {"low": value.low, "high": value.high}
        opened = {"low_open": value.low_open, "high_open": value.high_open}
        return {k: v for k, v in ends.items() if abs(v) != float("inf")} | {k: v for k, v in opened.items() if v}
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    return "不清楚" if value is UNCLEAR else value


def read_tapped(fact: Fact, text: str) -> Value | None:
    """The value of a choice word for word, or of several joined by 、 (大病重病、因病长期卧床); None for anything else.

    Marks may be of either width: the text was normalised, the files are not.
    """
    folded = {unicodedata.normalize("NFKC", choice): choice for choice in fact.choices}
    text = unicodedata.normalize("NFKC", text)
    if fact.kind == "choice":
        return folded.get(text)
    named = set()
    for choice in sorted(folded, key=len, reverse=True):
        if choice in text:
            named.add(folded[choice])
            text = text.replace(choice, "")
    return frozenset(named) if named and not text.strip("、") else None


def period_of(fact: Fact) -> str:
    """Whether the sums of a fact are a year's or a month's."""
    return "year" if "一年" in fact.unit else "month"


def _number(fact: Fact, told: Any, day: datetime.date) -> Range:
    if isinstance(told, bool):
        raise ValueRefused("unreadable", fact.name, told)
    if isinstance(told, int | float):
        number = _end(fact, told)
        return Range(number, number)
    if isinstance(told, Mapping):
        low, high = _end(fact, told.get("low", -math.inf)), _end(fact, told.get("high", math.inf))
        return Range(low, high, bool(told.get("low_open")), bool(told.get("high_open")))
    if isinstance(told, list | tuple) and len(told) == 2:
        return Range(_end(fact, told[0]), _end(fact, told[1]))
    if isinstance(told, str) and fact.least >= 0 and _NEGATIVE.match(told):
        raise ValueRefused("too_small", fact.name, told)
    found = _spoken(fact, told, day) if isinstance(told, str) else None
    if found is None:
        raise ValueRefused("unreadable", fact.name, told)
    return found


def _end(fact: Fact, told: Any) -> float:
    """One end of a range; what lies beyond all numbers is without end."""
    try:
        number = float(told)
    except OverflowError:
        return math.inf
    except (TypeError, ValueError) as error:
        raise ValueRefused("unreadable", fact.name, told) from error
    if math.isnan(number):
        raise ValueRefused("unreadable", fact.name, told)
    return number


def _spoken(fact: Fact, text: str, day: datetime.date) -> Range | None:
    """A number said; people of one home may also be named one by one."""
    people = read_household(text) if uses(fact, "household") else None
    return people or read_number(text, fact.kind, per=period_of(fact), today=day)


def _check_limits(fact: Fact, value: Range, told: Any) -> Range:
    if value.low > value.high:
        raise ValueRefused("unreadable", fact.name, told)
    if value.high < fact.least:
        raise ValueRefused("too_small", fact.name, told)
    if value.low > fact.most or (value.is_exact and value.high > fact.most):
        raise ValueRefused("too_large", fact.name, told)
    low = max(value.low, fact.least)
    return Range(low, value.high, value.low_open and low == value.low, value.high_open)


def _choice(fact: Fact, told: Any) -> str:
    if isinstance(told, bool):
        told = "是" if told else "否"
    if isinstance(told, float) and told.is_integer():
        told = int(told)
    found = read_choice(fact, str(told))
    if found is None:
        raise ValueRefused("not_a_choice", fact.name, told)
    return found


def _choices(fact: Fact, told: Any) -> frozenset[str]:
    whole = read_choice(fact, str(told)) if isinstance(told, str) else None
    if whole is not None:
        return frozenset([whole])
    items = told if isinstance(told, list | tuple | set | frozenset) else _parts(fact, str(told))
    found = {read_choice(fact, str(item)) for item in items if str(item).strip()}
    named = frozenset(choice for choice in found if choice is not None)
    if None in found or not named:
        raise ValueRefused("not_a_choice", fact.name, told)
    return named


def _parts(fact: Fact, text: str) -> list[str]:
    """The choices named in a text, whole ones first: a choice may itself hold a 、 or a 和."""
    named = []
    for choice in sorted(fact.choices, key=len, reverse=True):
        if len(choice) > 1 and choice in text:
            named.append(choice)
            text = text.replace(choice, "，")
    return [*named, *(part for part in re.split(r"[、,，;；和\s]+", text) if part)]


def _day(fact: Fact, told: Any, today: datetime.date) -> datetime.date:
    if isinstance(told, datetime.date):
        found: datetime.date | None = told
    else:
        match = _ISO.fullmatch(str(told))
        try:
            found = datetime.date(*map(int, match.groups())) if match else read_day(str(told), today=today)
        except ValueError as error:
            raise ValueRefused("no_such_day", fact.name, told) from error
    if found is None:
        raise ValueRefused("unreadable", fact.name, told)
    if not 1900 <= found.year <= 2100:
        raise ValueRefused("no_such_day", fact.name, told)
    # A birth lies behind us, within a human life.
    if "birth" in fact.name and not today.replace(year=today.year - 125, day=1) <= found <= today:
        raise ValueRefused("later_than_today" if found > today else "too_small", fact.name, told)
    return found


def _region(fact: Fact, told: Any, regions: Regions) -> str:
    text = str(told)
    if text in regions.names:
        return text
    if text in regions.aliases:
        return regions.aliases[text]
    fitting = [
        code for code, name in regions.names.items() if name == text or (len(code) < 9 and name.startswith(text))
    ]
    if len(text) >= 2 and fitting:
        shortest = min(fitting, key=len)
        if all(code.startswith(shortest) for code in fitting) or len(fitting) == 1:
            return shortest
    found = find_region(re.sub(r"^(?:我?(?:是|在|住在|户口在|系))+", "", text), regions)
    if found is not None:
        return found
    raise ValueRefused("unknown_region", fact.name, told)
