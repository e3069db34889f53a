"""Values that a fact could have: enough to reach everything it can lead to, with how many people would give each.

For a choice these are its choices; for a number one value on each side of every limit it is compared with, also where
another fact is computed from it (found by halving). The shares are rough: the usual answer where the file names one,
else wide distributions of ages, people and sums.
"""

from __future__ import annotations

import datetime
import itertools
import math

from bot.eligibility.benefits import Benefit
from bot.eligibility.comparing import Comparison, threshold
from bot.eligibility.conditions import comparisons
from bot.eligibility.facts import Fact, ingredients
from bot.eligibility.situation import Situation
from bot.eligibility.values import Range, Value, exactly

_SPREAD = (0, 1, 3, 10, 30, 60, 100, 300, 600, 900, 1500, 3000, 10_000, 100_000)
# How many of ten people give the usual answer.
_USUAL = 0.85
# Up to where the numbers of most people lie, by kind.
_MOST_COMMON = {"years": 100.0, "count": 8.0, "months": 36.0, "number": 10.0, "money": 20_000.0}


def weighed_values(fact: Fact, benefit: Benefit, situation: Situation) -> list[tuple[Value, float]]:
    """The candidate values with the share of people who would give them."""
    values = candidate_values(fact, benefit, situation)
    if fact.usual and len(values) > 1:
        rest = (1 - _USUAL) / (len(values) - 1)
        usual = frozenset([fact.usual]) if fact.kind == "choices" else fact.usual
        return [(value, _USUAL if value == usual else rest) for value in values]
    if fact.is_number:
        numbers = sorted(value.low for value in values if isinstance(value, Range))
        return [(exactly(number), share) for number, share in zip(numbers, _shares(fact, numbers))]
    return [(value, 1 / len(values)) for value in values]


def _shares(fact: Fact, numbers: list[float]) -> list[float]:
    """The share of each number: of all that lie nearest to it, even for ages, logarithmic for money."""
    low, high = fact.least, max(_MOST_COMMON[fact.kind], numbers[-1])

    def place(number: float) -> float:
        return math.log10(max(number, 0.0) + 100) if fact.kind == "money" else number

    middles = [(a + b) / 2 for a, b in itertools.pairwise(numbers)]
    ends = [place(min(low, numbers[0])), *map(place, middles), place(high)]
    widths = [max(b - a, 1e-9) for a, b in itertools.pairwise(ends)]
    return [width / sum(widths) for width in widths]


def candidate_values(fact: Fact, benefit: Benefit, situation: Situation) -> list[Value]:
    """Values of which every outcome that the fact can lead to is reached: all choices, or both sides of every limit."""
    if fact.kind == "choice":
        return list(fact.choices)
    if fact.kind == "choices":
        return [frozenset([choice]) for choice in fact.choices]
    if fact.kind == "region":
        return _regions(benefit, situation)
    limits = sorted(_limits(fact, benefit, situation))
    if fact.kind == "date":
        days: list[Value] = []
        for limit in limits:
            day = datetime.date.fromordinal(int(limit))
            days += [day - datetime.timedelta(days=1), day, day + datetime.timedelta(days=1)]
        return days or [situation.day]
    values: list[Value] = []
    for limit in limits:
        values += [exactly(v) for v in (limit - 1, limit, limit + 1) if fact.least <= v <= fact.most]
    # While what it is compared with is not known, its limits are not either.
    return list(dict.fromkeys(values)) or [exactly(v) for v in _SPREAD if fact.least <= v <= fact.most]


def _regions(benefit: Benefit, situation: Situation) -> list[Value]:
    """A place of every kind that the benefit tells apart."""
    codes = [code for code in situation.regions.names if len(code) == 4]
    for comparison in _all_comparisons(benefit, situation):
        if comparison.kind == "inside":
            wanted = comparison.operand
            codes += wanted if isinstance(wanted, list) else [wanted]
    return list(dict.fromkeys(codes))


def _all_comparisons(benefit: Benefit, situation: Situation) -> list[Comparison]:
    named = benefit.named(situation.day)
    conditions = [rule.when for rule in benefit.rules_on(situation.day) if rule.when is not None]
    if benefit.screening is not None:
        conditions.insert(0, benefit.screening)
    return [comparison for condition in conditions for comparison in comparisons(condition, named)]


def _limits(fact: Fact, benefit: Benefit, situation: Situation) -> set[float]:
    """The values of `fact` at which a comparison changes, found by halving where another fact is computed from it."""
    found: set[float] = set()
    for comparison in _all_comparisons(benefit, situation):
        if comparison.kind in ("is", "one_of") and comparison.fact == fact.name:
            operands = comparison.operand if isinstance(comparison.operand, list) else [comparison.operand]
            found |= {float(operand) for operand in operands}
            continue
        limit = threshold(comparison, situation)
        if limit is None:
            continue
        if comparison.fact == fact.name:
            found.add(float(limit.toordinal()) if isinstance(limit, datetime.date) else limit)
        elif fact.name in ingredients(comparison.fact, situation.facts):
            turn = _turning_point(fact, comparison.fact, limit, situation)
            found |= {turn} if turn is not None else set()
    return found


def _turning_point(fact: Fact, computed: str, limit: float | datetime.date, situation: Situation) -> float | None:
    """The whole number at which `computed` first reaches `limit` as `fact` grows or shrinks; None: it never does."""
    days = fact.kind == "date"
    low = situation.day.toordinal() - 130 * 366 if days else int(fact.least)
    high = situation.day.toordinal() + 40 * 366 if days else int(min(fact.most, 10_000_000))

    def reaches(number: int) -> bool | None:
        told: Value = datetime.date.fromordinal(number) if days else exactly(number)
        value = situation.with_facts({fact.name: told}).value(computed)
        if isinstance(value, Range) and not isinstance(limit, datetime.date):
            return value.low >= limit
        if isinstance(value, datetime.date) and isinstance(limit, datetime.date):
            return value >= limit
        return None

    at_low, at_high = reaches(low), reaches(high)
    if at_low is None or at_high is None or at_low is at_high:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if reaches(middle) is at_low:
            low = middle
        else:
            high = middle
    return float(high)
