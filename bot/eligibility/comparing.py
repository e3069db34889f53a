"""A fact against an operand: one kind of comparing a row, and the thresholds that depend on place and day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.eligibility.facts import Gap, Standard
from bot.eligibility.situation import Situation
from bot.eligibility.truth import STANDARD, TRUE, Truth, settled, unknown
from bot.eligibility.values import Range
from bot.knowledge.standards import Amount

_YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Comparison:
    """A fact against an operand, by one of the KINDS."""

    fact: str
    kind: str
    operand: Any


@dataclass(frozen=True)
class Limit:
    """What a sum is compared with: a standard of the place, and from where on it refuses nobody wrongly."""

    value: float
    refuses_from: float
    area: str
    amount: Amount


def threshold(comparison: Comparison, situation: Situation) -> float | datetime.date | None:
    """The limit that a comparison compares with, where it has one that is known."""
    if comparison.kind == "below_standard":
        limits = standard_limits(comparison, situation)
        return limits[0].value if len({limit.value for limit in limits}) == 1 else None
    if comparison.kind in ("below", "at_least", "above", "at_most"):
        operand = _operand(comparison.operand, situation)
        return operand if isinstance(operand, float | datetime.date) else None
    return None


def compare(comparison: Comparison, situation: Situation) -> Truth:
    kind, operand = comparison.kind, comparison.operand
    value = situation.value(comparison.fact)
    if kind == "unclear":
        if isinstance(value, Gap) and value.missing:
            return unknown(value.missing, value.unclear)
        return settled(isinstance(value, Gap) is bool(operand))
    if kind == "below_standard" and _has_no_standard(comparison, situation):
        return unknown(unclear=frozenset([STANDARD]))
    if isinstance(value, Gap):
        return unknown(value.missing, value.unclear)
    return KINDS[kind](value, comparison, situation)


def _has_no_standard(comparison: Comparison, situation: Situation) -> bool:
    place = situation.value(situation.thresholds[comparison.operand["standard"]].place)
    return isinstance(place, str) and not standard_limits(comparison, situation)


def _operand(operand: Any, situation: Situation) -> float | datetime.date | Gap | None:
    if isinstance(operand, Mapping):
        value = situation.value(operand["fact"])
        if isinstance(value, Range):
            return value.low if value.is_exact else Gap(unclear=frozenset([operand["fact"]]))
        return value if isinstance(value, datetime.date | Gap) else None
    return operand if isinstance(operand, datetime.date) else float(operand)


def _ordered(
    test: Callable[[Range, float], bool | None], of_days: Callable[[datetime.date, datetime.date], bool]
) -> Callable[[Any, Comparison, Situation], Truth]:
    def compare(value: Any, comparison: Comparison, situation: Situation) -> Truth:
        operand = _operand(comparison.operand, situation)
        if isinstance(operand, Gap):
            return unknown(operand.missing, operand.unclear)
        if isinstance(value, datetime.date):
            return settled(of_days(value, operand))  # type: ignore[arg-type]  # the check refuses a number against a day
        return _known(test(value, operand), comparison.fact)  # type: ignore[arg-type]  # and a day against a number

    return compare


def _known(value: bool | None, fact: str) -> Truth:
    return settled(value) if value is not None else unknown(unclear=frozenset([fact]))


def _is(value: Any, comparison: Comparison, situation: Situation) -> Truth:
    if isinstance(value, Range):
        return _known(value.is_equal(float(comparison.operand)), comparison.fact)
    return settled(value == comparison.operand)


def _one_of(value: Any, comparison: Comparison, situation: Situation) -> Truth:
    if isinstance(value, Range):
        found = [value.is_equal(float(number)) for number in comparison.operand]
        return _known(True if True in found else None if None in found else False, comparison.fact)
    return settled(value in comparison.operand)


def _includes(value: Any, comparison: Comparison, situation: Situation) -> Truth:
    wanted = comparison.operand if isinstance(comparison.operand, list) else [comparison.operand]
    return settled(not value.isdisjoint(wanted))


def _inside(value: Any, comparison: Comparison, situation: Situation) -> Truth:
    """A region lies in one of the operand's; a larger one that contains it may or may not."""
    wanted = comparison.operand if isinstance(comparison.operand, list) else [comparison.operand]
    if any(value.startswith(code) for code in wanted):
        return TRUE
    return _known(None if any(code.startswith(value) for code in wanted) else False, comparison.fact)


def standard_limits(comparison: Comparison, situation: Situation) -> list[Limit]:
    """The limit of every area that may apply, as far as the place's standards are on record."""
    standard = situation.thresholds[comparison.operand["standard"]]
    times = float(comparison.operand.get("times", 1))
    place, area = situation.value(standard.place), situation.value(standard.area)
    if not isinstance(place, str):
        return []
    found = []
    for name in [area] if isinstance(area, str) and area in standard.areas else standard.areas:
        row = situation.standards.find(standard.areas[name].programme, place, day=situation.day)
        if row is not None:
            limit = float(row.amount) / standard.areas[name].months * times
            years = (situation.day - row.valid_from).days / _YEAR_DAYS
            found.append(Limit(limit, limit * _growth(standard, name, years), name, row))
    return found


def _growth(standard: Standard, area: str, years: float) -> float:
    return 1.0 if years <= standard.fresh_years else max(standard.least_growth[area], standard.growth**years)


def _below_standard(value: Any, comparison: Comparison, situation: Situation) -> Truth:
    """A sum a month below a standard of the place. An old standard may have risen since: what lies above it is unknown.

    Where the area is not known, every area's standard is asked; where it is unclear, the one that refuses nobody.
    """
    standard = situation.thresholds[comparison.operand["standard"]]
    place, area = situation.value(standard.place), situation.value(standard.area)
    if isinstance(place, Gap):
        return unknown(place.missing, place.unclear)
    truths = []
    for limit in standard_limits(comparison, situation):
        below, above = value.is_below(limit.value), value.is_at_least(limit.refuses_from)
        truths.append(True if below else False if above else None)
    known_areas = 1 if isinstance(area, str) and area in standard.areas else len(standard.areas)
    if len(truths) == known_areas and len(set(truths)) == 1 and truths[0] is not None:
        return settled(truths[0])
    if isinstance(area, Gap) and area.missing:
        return unknown(area.missing)
    if True in truths:
        return TRUE
    return unknown(unclear=frozenset([STANDARD if value.is_exact else comparison.fact]))


KINDS: Mapping[str, Callable[[Any, Comparison, Situation], Truth]] = {
    "is": _is,
    "one_of": _one_of,
    "includes": _includes,
    "inside": _inside,
    "below": _ordered(Range.is_below, lambda day, limit: day < limit),
    "at_least": _ordered(Range.is_at_least, lambda day, limit: day >= limit),
    "above": _ordered(Range.is_above, lambda day, limit: day > limit),
    "at_most": _ordered(Range.is_at_most, lambda day, limit: day <= limit),
    "below_standard": _below_standard,
}
"""How a fact is compared: one kind a row ("unclear", which needs no value, stands beside)."""
