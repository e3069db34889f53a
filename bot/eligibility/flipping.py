"""What would change the outcome: one fact at a time, with the nearest value that does it and how far it is away."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from bot.eligibility.asking import candidate_values, ingredients
from bot.eligibility.benefits import Benefit, Outcome
from bot.eligibility.conditions import Condition, comparisons, threshold
from bot.eligibility.decide import Verdict, decide
from bot.eligibility.facts import Fact, Situation
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
    """How far a computed or told number lies from the limit it is compared with; above zero: over it."""

    fact: str
    value: float
    limit: float
    gap: float


def flips(verdict: Verdict, situation: Situation) -> tuple[Flip, ...]:
    """The changes of one known fact that would better the outcome, best outcome first, then the nearest."""
    benefit = verdict.benefit
    found: list[Flip] = []
    for name in _known_and_used(benefit, situation):
        best = _best_flip(situation.facts[name], benefit, situation, verdict.outcome)
        if best is not None:
            found.append(best)
    return tuple(sorted(found, key=lambda flip: (flip.outcome.rank, abs(flip.distance or 0.0))))


def distances(condition: Condition, situation: Situation, named: Mapping[str, Condition]) -> tuple[Distance, ...]:
    """How far the numbers of a condition lie from their limits."""
    found = []
    for comparison in comparisons(condition, named):
        limit, value = threshold(comparison, situation), situation.value(comparison.fact)
        if isinstance(limit, float) and isinstance(value, Range) and value.is_exact:
            found.append(Distance(comparison.fact, value.low, limit, value.low - limit))
    return tuple(found)


def _known_and_used(benefit: Benefit, situation: Situation) -> list[str]:
    """The told facts that the rules compare, directly or by what is computed from them; in file order."""
    used: dict[str, None] = {}
    named = benefit.named(situation.day)
    for rule in benefit.rules_on(situation.day):
        for comparison in comparisons(rule.when, named) if rule.when is not None else ():
            for name in (comparison.fact, *sorted(ingredients(comparison.fact, situation.facts))):
                told = situation.known.get(name)
                if told is not None and told is not UNCLEAR:
                    used[name] = None
    return list(used)


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
