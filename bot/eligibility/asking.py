"""Which question to ask next: the one after which, on average, the least is left to ask.

Every value that a fact could have is tried (for a number: one on each side of every limit it is compared with). A fact
is only asked if one of them changes how the pre-check can end.
"""

from __future__ import annotations

import datetime
import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.eligibility.benefits import Benefit, Outcome
from bot.eligibility.conditions import Comparison, comparisons, threshold
from bot.eligibility.decide import Verdict, decide
from bot.eligibility.facts import Fact, Situation, ingredients
from bot.eligibility.values import Range, Value, exactly

# Trying every value of every fact is wasted where many benefits are open: the most wanted facts are enough.
_MOST_TRIED = 8
# How many ways to answer everything else are tried before a fact counts as one that cannot matter.
_WITNESSES = 12
_SPREAD = (0, 1, 3, 10, 30, 60, 100, 300, 600, 900, 1500, 3000, 10_000, 100_000)
# How many of ten people give the usual answer.
_USUAL = 0.85


def next_fact(benefits: Sequence[Benefit], situation: Situation, *, screening: bool = False) -> str | None:
    """Return the fact to ask for next, or None when no answer can change an outcome any more."""
    verdicts = [decide(benefit, situation, screening=screening) for benefit in benefits]
    open_ones = [verdict for verdict in verdicts if _is_open(verdict, screening)]
    wanted = Counter(name for verdict in open_ones for name in verdict.missing)
    order = {name: place for place, name in enumerate(situation.facts)}
    tried = sorted(wanted, key=lambda name: (-wanted[name], order[name]))[:_MOST_TRIED]
    costs = {name: _cost(name, open_ones, situation, screening) for name in tried}
    ranked = sorted(wanted, key=lambda name: (costs.get(name, math.inf), order[name]))
    for name in ranked:
        if any(_can_matter(name, verdict, situation, screening) for verdict in open_ones):
            return name
    # Nothing that can still be told decides. A refusal needs more than that: then everything is asked.
    refused = any(_guess(verdict, situation, screening) is Outcome.REFUSED for verdict in open_ones)
    return ranked[0] if ranked and refused else None


def conclude(benefit: Benefit, situation: Situation) -> Verdict:
    """The verdict; where facts are missing that cannot decide any more, the outcome that all answers lead to."""
    verdict = decide(benefit, situation)
    if not verdict.is_open or next_fact([benefit], situation) is not None:
        return verdict
    return replace(verdict, outcome=_guess(verdict, situation, False), missing=frozenset())


def _guess(verdict: Verdict, situation: Situation, screening: bool) -> Outcome:
    """The outcome of one way to answer everything else."""
    return _complete(verdict.benefit, situation, {}, {}, random.Random(verdict.benefit.id), screening)


@dataclass(frozen=True)
class Screened:
    """A benefit after a screening; `outcome` is OPEN where it is worth a closer look."""

    benefit: Benefit
    outcome: Outcome

    @property
    def is_worth(self) -> bool:
        return _worth(self.outcome) is Outcome.LIKELY


def rank_screened(benefits: Sequence[Benefit], situation: Situation) -> list[Screened]:
    """The benefits, the best outcome first; among equal ones in the order given."""
    verdicts = [decide(benefit, situation, screening=True) for benefit in benefits]
    found = [Screened(verdict.benefit, verdict.outcome) for verdict in verdicts]
    return sorted(found, key=lambda item: item.outcome.rank)


def _is_open(verdict: Verdict, screening: bool) -> bool:
    """In a screening it is enough to know that a benefit is worth a closer look."""
    if not screening:
        return verdict.is_open
    return len({_worth(outcome) for outcome in verdict.endings}) > 1


def _worth(outcome: Outcome) -> Outcome:
    return outcome if outcome in (Outcome.REFUSED, Outcome.BESIDE) else Outcome.LIKELY


def _cost(name: str, verdicts: Sequence[Verdict], situation: Situation, screening: bool) -> float:
    """How many facts are missing on average after `name` was told."""
    total = 0.0
    for verdict in verdicts:
        if name not in verdict.missing:
            total += len(verdict.missing)
            continue
        for value, weight in weighed_values(situation.facts[name], verdict.benefit, situation):
            then = decide(verdict.benefit, situation.with_facts({name: value}), screening=screening)
            total += weight * len(then.missing) * _is_open(then, screening)
    return total


def _can_matter(name: str, verdict: Verdict, situation: Situation, screening: bool) -> bool:
    """Tell whether a way to answer everything else was found in which this one answer decides."""
    if name not in verdict.missing:
        return False
    chance = random.Random(name)
    values = candidate_values(situation.facts[name], verdict.benefit, situation)
    for _ in range(_WITNESSES):
        others: dict[str, Value] = {}
        outcomes = {_complete(verdict.benefit, situation, {name: v}, others, chance, screening) for v in values}
        if len(outcomes) > 1:
            return True
    return False


def _complete(
    benefit: Benefit,
    situation: Situation,
    told: dict[str, Value],
    others: dict[str, Value],
    chance: random.Random,
    screening: bool,
) -> Outcome:
    """The outcome when everything else is answered as in `others`, which grows as more is asked."""
    now = situation.with_facts(told)
    for _ in range(len(situation.facts)):
        verdict = decide(benefit, now, screening=screening)
        if not _is_open(verdict, screening):
            return _worth(verdict.outcome) if screening else verdict.outcome
        for name in sorted(verdict.missing):
            if name not in others:
                others[name] = chance.choice(candidate_values(now.facts[name], benefit, now))
            now = now.with_facts({name: others[name]})
    return Outcome.OPEN


def weighed_values(fact: Fact, benefit: Benefit, situation: Situation) -> list[tuple[Value, float]]:
    """The candidate values with the share of people who would give them, as far as the file says (`usual`)."""
    values = candidate_values(fact, benefit, situation)
    if fact.usual and len(values) > 1:
        rest = (1 - _USUAL) / (len(values) - 1)
        usual = frozenset([fact.usual]) if fact.kind == "choices" else fact.usual
        return [(value, _USUAL if value == usual else rest) for value in values]
    return [(value, 1 / len(values)) for value in values]


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
