"""What would change the outcome: one fact at a time, with the nearest value that does it and how far it is away."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from bot.eligibility.benefits import Benefit, Outcome
from bot.eligibility.comparing import Limit, standard_limits, threshold
from bot.eligibility.conditions import Condition, comparisons
from bot.eligibility.decide import Verdict, decide, used_facts
from bot.eligibility.facts import Fact
from bot.eligibility.situation import Situation
from bot.eligibility.trying import candidate_values
from bot.eligibility.values import UNCLEAR, Range, Value


@dataclass(frozen=True)
class Flip:
    """If `fact` were `value`, the outcome would be `outcome` (还差信息: no longer refused)."""

    fact: str
    value: Value
    outcome: Outcome
    distance: float | None = None
    """By how much a number must change, in the fact's unit (a date: days); below zero: fall. None for choices."""


@dataclass(frozen=True)
class Distance:
    """How far a number lies from the limit it is compared with, both in the fact's unit."""

    fact: str
    value: Range
    limit: float
    gap: float
    """Above zero: over the limit by so much at least; below zero: under it."""
    standard: Limit | None
    """The standard that is the limit; None for a limit that the rule itself names."""


def flips(verdict: Verdict, situation: Situation) -> tuple[Flip, ...]:
    """The changes of one known fact that would better the outcome, best outcome first, then the nearest."""
    benefit = verdict.benefit
    found: list[Flip] = []
    for name in used_facts(benefit, situation):
        if situation.known.get(name, UNCLEAR) is UNCLEAR:
            continue
        best = _best_flip(situation.facts[name], benefit, situation, verdict.outcome)
        if best is not None:
            found.append(best)
    return tuple(sorted(found, key=lambda flip: (flip.outcome.rank, abs(flip.distance or 0.0))))


def distances(condition: Condition, situation: Situation, named: Mapping[str, Condition]) -> tuple[Distance, ...]:
    """How far the numbers of a condition lie from their limits."""
    found = []
    for comparison in comparisons(condition, named):
        value = situation.value(comparison.fact)
        if not isinstance(value, Range):
            continue
        limits: list[tuple[float, Limit | None]] = []
        if comparison.kind == "below_standard":
            limits = [(limit.value, limit) for limit in standard_limits(comparison, situation)]
        else:
            limit = threshold(comparison, situation)
            limits = [(limit, None)] if isinstance(limit, float) else []
        found += [Distance(comparison.fact, value, limit, _gap(value, limit), standard) for limit, standard in limits]
    return tuple(found)


def _gap(value: Range, limit: float) -> float:
    """The least that lies between; 0 where the limit lies within the range."""
    if value.low >= limit:
        return value.low - limit
    return min(0.0, value.high - limit)


def _best_flip(fact: Fact, benefit: Benefit, situation: Situation, now: Outcome) -> Flip | None:
    told = situation.known[fact.name]
    tried = []
    for value in candidate_values(fact, benefit, situation):
        if value == told or fact.kind == "region":
            continue
        outcome = decide(benefit, situation.with_facts({fact.name: value})).outcome
        if outcome.rank < now.rank:
            tried.append(Flip(fact.name, value, outcome, _distance(told, value)))
    return min(tried, key=lambda flip: (flip.outcome.rank, abs(flip.distance or 0.0)), default=None)


def _distance(told: Value, value: Value) -> float | None:
    if isinstance(told, Range) and isinstance(value, Range):
        return value.low - (told.low if value.low < told.low else told.high)
    if isinstance(told, datetime.date) and isinstance(value, datetime.date):
        return float((value - told).days)
    return None
