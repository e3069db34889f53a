"""Values, distances and flips in the citizen's words; the sentences themselves stand in knowledge/prechecks.yaml."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from typing import Any

from bot.eligibility.facts import Fact, Gap
from bot.eligibility.flipping import Distance, Flip
from bot.eligibility.situation import Situation
from bot.eligibility.values import UNCLEAR, Range, Value
from bot.knowledge.filling import say_since
from bot.knowledge.regions import Regions

_PLACE = re.compile(r"\{([a-z_0-9]+)\}")


def say_value(fact: Fact, value: Value, wording: Mapping[str, Any], regions: Regions) -> str:
    """Put one value into words: 3人, 2000到3000元, 1945年7月1日, 南宁市青秀区."""
    if value is UNCLEAR:
        return str(wording["unclear"])
    if isinstance(value, Range):
        return _say_range(value, fact.unit, wording)
    if isinstance(value, datetime.date):
        return say_day(value)
    if isinstance(value, frozenset):
        return "、".join(choice for choice in fact.choices if choice in value)
    return regions.full_name(str(value)) if fact.kind == "region" else str(value)


def say_day(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def say_number(number: float) -> str:
    """At most one digit behind the point; none where it is zero."""
    return f"{number:.1f}".rstrip("0").rstrip(".")


def fill_facts(text: str, situation: Situation, wording: Mapping[str, Any]) -> str:
    """Replace the places `{fact}` of a line by the facts' values; one that is not known says so."""

    def fill(match: re.Match[str]) -> str:
        fact = situation.facts.get(match.group(1))
        if fact is None:
            return match.group(0)
        value = situation.value(fact.name)
        if isinstance(value, Gap):
            return str(wording["unknown"])
        return say_value(fact, value, wording, situation.regions)

    return _PLACE.sub(fill, text)


def say_distance(distance: Distance, situation: Situation, wording: Mapping[str, Any]) -> str:
    """人均月收入930元，比标准810元（南宁市，2022年4月起）高120元."""
    fact, standard = situation.facts[distance.fact], distance.standard
    far = "over" if distance.gap > 0 else "under" if distance.gap < 0 else "near"
    return str(wording["distance"][far]).format(
        label=fact.label,
        value=_say_range(distance.value, fact.unit, wording),
        limit=f"{say_number(distance.limit)}{fact.unit}",
        gap=("" if distance.value.is_exact else wording["at_least"]) + f"{say_number(abs(distance.gap))}{fact.unit}",
        of=wording["standard_of"].format(
            place=situation.regions.names.get(standard.amount.region, ""),
            area=standard.area,
            since=say_since(standard.amount.valid_from, standard.amount.precision),
        )
        if standard
        else "",
    )


def say_flip(flip: Flip, situation: Situation, wording: Mapping[str, Any]) -> str:
    """如果“残疾人证”是“有效”，就是：符合."""
    fact = situation.facts[flip.fact]
    value = say_value(fact, flip.value, wording, situation.regions)
    return str(wording["flip"]).format(label=fact.label, value=value, outcome=wording["outcomes"][flip.outcome.value])


def _say_range(value: Range, unit: str, wording: Mapping[str, Any]) -> str:
    if value.is_exact:
        return f"{say_number(value.low)}{unit}"
    if math.isinf(value.high):
        return str(wording["range_from"]).format(low=say_number(value.low), unit=unit)
    if math.isinf(value.low) or value.low <= 0:
        return str(wording["range_to"]).format(high=say_number(value.high), unit=unit)
    return str(wording["range"]).format(low=say_number(value.low), high=say_number(value.high), unit=unit)
