"""What is known of a household on one day, and what follows from it: one kind of computing a row."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from bot.eligibility.facts import Fact, Gap, Standard
from bot.eligibility.values import (
    UNCLEAR,
    Range,
    Value,
    add,
    divide,
    exactly,
    months_between,
    scale,
    subtract,
    years_between,
    years_later,
)
from bot.knowledge.regions import Regions
from bot.knowledge.standards import Standards
from bot.knowledge.workdays import NATIONAL


class Situation:
    """What is known on one day, with what follows from it. Values are computed once."""

    def __init__(
        self,
        known: Mapping[str, Value],
        *,
        facts: Mapping[str, Fact],
        day: datetime.date,
        standards: Standards,
        regions: Regions,
        thresholds: Mapping[str, Standard],
    ) -> None:
        self.known = known
        self.facts = facts
        self.day = day
        self.standards = standards
        self.regions = regions
        self.thresholds = thresholds
        self._computed: dict[str, Value | Gap] = {}

    def with_facts(self, changed: Mapping[str, Value]) -> Situation:
        """The same day with other facts beside or instead of the known ones."""
        return self.only({**self.known, **changed})

    def only(self, known: Mapping[str, Value]) -> Situation:
        """The same day with these facts and no others."""
        return Situation(
            known,
            facts=self.facts,
            day=self.day,
            standards=self.standards,
            regions=self.regions,
            thresholds=self.thresholds,
        )

    def value(self, name: str) -> Value | Gap:
        """Return the value of a fact, or why there is none."""
        told = self.known.get(name)
        if told is UNCLEAR:
            return Gap(unclear=frozenset([name]))
        if told is not None:
            return told
        if name not in self._computed:
            self._computed[name] = self._compute(self.facts[name])
        return self._computed[name]

    def _compute(self, fact: Fact) -> Value | Gap:
        if fact.compute:
            (kind, operands), *_ = fact.compute.items()
            found = COMPUTING[kind](operands, self)
            # A fact that can be asked for is asked for itself, never what it could also follow from.
            if not (isinstance(found, Gap) and fact.ask):
                return found
        if fact.assume is not None:
            if fact.assume == "today":
                return self.day
            return exactly(fact.assume) if isinstance(fact.assume, int | float) else fact.assume
        return Gap(missing=frozenset([fact.name]))


def _all(names: list[Any], situation: Situation) -> list[Any] | Gap:
    """The values of facts and plain numbers, or the union of their gaps."""
    values = [exactly(name) if isinstance(name, int | float) else situation.value(name) for name in names]
    gap = Gap()
    for value in values:
        if isinstance(value, Gap):
            gap = gap | value
    return gap if gap.missing or gap.unclear else values


def _folded(combine: Callable[[Range, Range], Range]) -> Callable[[Any, Situation], Value | Gap]:
    def compute(names: Any, situation: Situation) -> Value | Gap:
        values = _all(names, situation)
        if isinstance(values, Gap):
            return values
        first, *rest = values
        for value in rest:
            first = combine(first, value)
        result: Range = first
        return result

    return compute


def _divide(names: Any, situation: Situation) -> Value | Gap:
    values = _all(names, situation)
    if isinstance(values, Gap):
        return values
    if values[1].low <= 0:
        return Gap(unclear=frozenset([names[1]]))
    return divide(values[0], values[1])


def _scale(operands: Any, situation: Situation) -> Value | Gap:
    value = situation.value(operands["fact"])
    return scale(value, operands["by"]) if isinstance(value, Range) else value


def _since(between: Callable[[datetime.date, datetime.date], int]) -> Callable[[Any, Situation], Value | Gap]:
    def compute(operands: Any, situation: Situation) -> Value | Gap:
        names = operands if isinstance(operands, list) else [operands]
        values = _all(names, situation)
        if isinstance(values, Gap):
            return values
        start, day = values[0], values[1] if len(values) > 1 else situation.day
        return exactly(between(start, day))

    return compute


def _birthday(operands: Any, situation: Situation) -> Value | Gap:
    value = situation.value(operands["fact"])
    return years_later(value, operands["years"]) if isinstance(value, datetime.date) else value


def _days_after(operands: Any, situation: Situation) -> Value | Gap:
    value = situation.value(operands["fact"])
    if not isinstance(value, datetime.date):
        return value
    later = value + datetime.timedelta(days=int(operands["days"]))
    return NATIONAL.next_open(later) if operands.get("on_office_day") else later


def _by_region(operands: Any, situation: Situation) -> Value | Gap:
    """A choice that follows from where a region lies; one that is not known leaves it open."""
    value = situation.value(operands["fact"])
    if not isinstance(value, str):
        return value
    inside = (choice for code, choice in operands["inside"].items() if value.startswith(str(code)))
    return str(next(inside, operands["otherwise"]))


def _by_choices(operands: Any, situation: Situation) -> Value | Gap:
    """A choice that follows from several that were told together."""
    value = situation.value(operands["fact"])
    if not isinstance(value, frozenset):
        return value
    return str(next((choice for told, choice in operands["when"].items() if told in value), operands["otherwise"]))


def _first(names: Any, situation: Situation) -> Value | Gap:
    """The first of the facts that is known; else the gap of the first."""
    values = [situation.value(name) for name in names]
    return next((value for value in values if not isinstance(value, Gap)), values[0])


COMPUTING: Mapping[str, Callable[[Any, Situation], Value | Gap]] = {
    "divide": _divide,
    "subtract": _folded(subtract),
    "add": _folded(add),
    "scale": _scale,
    "years_since": _since(years_between),
    "months_since": _since(months_between),
    "birthday": _birthday,
    "days_after": _days_after,
    "by_region": _by_region,
    "by_choices": _by_choices,
    "first": _first,
}
"""How a fact follows from others: one kind a row."""
