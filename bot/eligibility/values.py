"""What is known of a fact: an exact number or a range, a choice, several choices, a day, a region, or "不清楚".

A fact that nobody has told is simply absent. UNCLEAR is an answer: the citizen was asked and does not know.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Final


class _Unclear:
    """The answer "不清楚"."""

    def __repr__(self) -> str:
        return "UNCLEAR"


UNCLEAR: Final = _Unclear()


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`; an end is left out where it is open. An exact number has both ends equal."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    def is_below(self, limit: float) -> bool | None:
        """Tell whether every number is below `limit` (False: none is; None: some are)."""
        if self.high < limit or (self.high == limit and self.high_open and not self.is_exact):
            return True
        return False if self.low >= limit else None

    def is_at_least(self, limit: float) -> bool | None:
        below = self.is_below(limit)
        return None if below is None else not below

    def is_at_most(self, limit: float) -> bool | None:
        if self.high <= limit:
            return True
        return False if self.low > limit or (self.low == limit and self.low_open) else None

    def is_above(self, limit: float) -> bool | None:
        at_most = self.is_at_most(limit)
        return None if at_most is None else not at_most

    def is_equal(self, number: float) -> bool | None:
        if self.is_exact:
            return self.low == number
        below_low = number < self.low or (number == self.low and self.low_open)
        above_high = number > self.high or (number == self.high and self.high_open)
        return False if below_low or above_high else None


Value = Range | str | frozenset[str] | datetime.date | _Unclear
"""str: a choice, or the code of a region. frozenset: all choices that apply."""


def exactly(number: float) -> Range:
    return Range(float(number), float(number))


def add(a: Range, b: Range) -> Range:
    return Range(a.low + b.low, a.high + b.high, a.low_open or b.low_open, a.high_open or b.high_open)


def subtract(a: Range, b: Range) -> Range:
    return Range(a.low - b.high, a.high - b.low, a.low_open or b.high_open, a.high_open or b.low_open)


def scale(a: Range, factor: float) -> Range:
    """Multiply by a number above zero."""
    return Range(a.low * factor, a.high * factor, a.low_open, a.high_open)


def divide(a: Range, b: Range) -> Range:
    """Divide by numbers above zero."""
    low, low_open = (a.low / b.high, a.low_open or b.high_open) if a.low >= 0 else (a.low / b.low, a.low_open)
    high, high_open = (a.high / b.low, a.high_open or b.low_open) if a.high >= 0 else (a.high / b.high, a.high_open)
    if math.isnan(low):
        low = 0.0
    return Range(low, high, low_open, high_open)


def join(a: Range, b: Range) -> Range:
    """The smallest range that holds both."""
    low, low_open = min((a.low, a.low_open), (b.low, b.low_open))
    high, not_open = max((a.high, not a.high_open), (b.high, not b.high_open))
    return Range(low, high, low_open, not not_open)


def years_between(born: datetime.date, day: datetime.date) -> int:
    """Full years of age on `day`; who was born on 29 February is a year older from 1 March of a common year.

    民法典第202条 would end a period on the last day of the month; which day the registries' system takes is not
    known, so the later one: nobody comes a day too early.
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def months_between(start: datetime.date, day: datetime.date) -> int:
    """Full months from `start` to `day`."""
    return (day.year - start.year) * 12 + day.month - start.month - (day.day < start.day)


def years_later(start: datetime.date, years: int) -> datetime.date:
    """The same day after `years`; 29 February becomes 1 March in a common year."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return datetime.date(start.year + years, 3, 1)
