"""Conditions in plain Chinese, as short lines under each other; the words stand in knowledge/prechecks.yaml, picture.

"Not" is said at the single line it belongs to: no citizen and no colleague should have to turn a whole list around.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.eligibility.benefits import Benefit, Period
from bot.eligibility.catalogue import Catalogue
from bot.eligibility.comparing import Comparison
from bot.eligibility.conditions import Condition, Joined, Named
from bot.eligibility.facts import Fact
from bot.eligibility.wording import say_day, say_number

_PLACE = re.compile(r"\{([a-z_0-9]+)\}")


@dataclass(frozen=True)
class Line:
    """One line of a condition; `depth` 0 is a heading or the only line, deeper ones belong to the line above."""

    text: str
    depth: int = 0


def describe(condition: Condition, benefit: Benefit, catalogue: Catalogue) -> tuple[Line, ...]:
    """Return the condition as lines; a list of parts stands under its heading (all of them, one of them)."""
    return tuple(_lines(condition, True, 0, benefit, catalogue))


def _lines(condition: Condition, wanted: bool, depth: int, benefit: Benefit, catalogue: Catalogue) -> list[Line]:
    words = catalogue.wording["picture"]
    if isinstance(condition, Named):
        says = fill_labels(benefit.requirements[condition.name].says, catalogue)
        return [Line(words["requirement"][_side(wanted)].format(says=says), depth)]
    if isinstance(condition, Comparison):
        return [Line(_say_comparison(condition, wanted, catalogue), depth)]
    if condition.how == "not":
        return _lines(condition.parts[0], not wanted, depth, benefit, catalogue)
    needs_all = (condition.how == "all") is wanted
    days = _days_between(condition, catalogue) if wanted else ""
    if days:
        return [Line(days, depth)]
    parts = _flat(condition, condition.how)
    if len(parts) == 1:
        return _lines(parts[0], wanted, depth, benefit, catalogue)
    lines = [Line(words["join"]["all" if needs_all else "any"], depth)]
    for part in parts:
        lines += _lines(part, wanted, depth + 1, benefit, catalogue)
    return lines


def _flat(condition: Condition, how: str) -> list[Condition]:
    """The parts of a list; a list of the same kind inside it is no list of its own."""
    if isinstance(condition, Joined) and condition.how == how:
        return [inner for part in condition.parts for inner in _flat(part, how)]
    return [condition]


def _days_between(condition: Joined, catalogue: Catalogue) -> str:
    """One line for a first and a last day of the same fact; empty for anything else."""
    parts = [
        part for part in condition.parts if isinstance(part, Comparison) and isinstance(part.operand, datetime.date)
    ]
    limits = {part.kind: part for part in parts}
    if len(condition.parts) != 2 or set(limits) != {"at_least", "at_most"} or len({part.fact for part in parts}) != 1:
        return ""
    first, last = limits["at_least"], limits["at_most"]
    return str(catalogue.wording["picture"]["days"]["between"]).format(
        label=catalogue.facts[first.fact].label, first=say_day(first.operand), last=say_day(last.operand)
    )


def _side(wanted: bool) -> str:
    return "met" if wanted else "not_met"


def _say_comparison(comparison: Comparison, wanted: bool, catalogue: Catalogue) -> str:
    """年龄：满80岁; 户口在不在广西：外省; 人均月收入：低于当地低保标准."""
    words = catalogue.wording["picture"]
    fact, kind, operand = catalogue.facts[comparison.fact], comparison.kind, comparison.operand
    if kind == "unclear":
        return str(words["kinds"]["unclear"][_side(bool(operand) is wanted)]).format(label=fact.label)
    if kind == "below_standard":
        times = float(operand.get("times", 1))
        value = words["standards"][operand["standard"]]
        value = value if times == 1 else words["times"].format(standard=value, times=say_number(times))
    else:
        values = operand if isinstance(operand, list) else [operand]
        value = words["or"].join(_say_operand(fact, one, catalogue) for one in values)
    table = words["days"] if fact.kind == "date" and kind in words["days"] else words["kinds"]
    return str(table[kind][_side(wanted)]).format(label=fact.label, value=value)


def _say_operand(fact: Fact, operand: Any, catalogue: Catalogue) -> str:
    if isinstance(operand, Mapping):
        return catalogue.facts[operand["fact"]].label
    if isinstance(operand, datetime.date):
        return say_day(operand)
    if fact.kind == "region":
        return catalogue.library.regions.names.get(str(operand), str(operand))
    return f"{say_number(float(operand))}{fact.unit}" if fact.is_number else str(operand)


def fill_labels(text: str, catalogue: Catalogue) -> str:
    """Put the fact's label where a household's value would stand."""
    around = str(catalogue.wording["picture"]["place"])

    def fill(match: re.Match[str]) -> str:
        fact = catalogue.facts.get(match.group(1))
        return around.format(label=fact.label) if fact else match.group(0)

    return _PLACE.sub(fill, text)


def say_period(period: Period, catalogue: Catalogue) -> str:
    """When a rule is in force; empty for one without limits."""
    words = catalogue.wording["picture"]["period"]
    if period.first and period.last:
        return str(words["both"]).format(first=say_day(period.first), last=say_day(period.last))
    if period.first:
        return str(words["first"]).format(first=say_day(period.first))
    return str(words["last"]).format(last=say_day(period.last)) if period.last else ""
