"""Which question to ask next: the one after which, on average, the fewest questions are left.

For one benefit this is tried out: each open fact is asked first, the rest in file order, for a dozen households drawn
by what is likely; file order is left only where that clearly helps. For a screening over many benefits the facts that
stay missing are counted instead. A fact is only asked if a way to answer everything else was found in which its answer
decides.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.eligibility.benefits import Benefit, Outcome
from bot.eligibility.decide import Verdict, decide, used_facts
from bot.eligibility.situation import Situation
from bot.eligibility.trying import candidate_values, weighed_values
from bot.eligibility.values import Value

_MOST_TRIED = 8
_HOUSEHOLDS = 12
# By how many questions another order must be better on average: a dozen households say no more.
_CLEARLY = 0.25
# How many ways to answer everything else are tried before a fact counts as one that cannot matter.
_WITNESSES = 16


def next_fact(benefits: Sequence[Benefit], situation: Situation, *, screening: bool = False) -> str | None:
    """Return the fact to ask for next, or None when no answer can change an outcome any more."""
    verdicts = [decide(benefit, situation, screening=screening) for benefit in benefits]
    open_ones = [verdict for verdict in verdicts if _is_open(verdict, screening)]
    if not open_ones:
        return None
    wanted = Counter(name for verdict in open_ones for name in verdict.missing)
    order = _order(benefits, situation)
    tried = sorted(wanted, key=lambda name: (-wanted[name], order[name]))[:_MOST_TRIED]
    if len(benefits) == 1:
        answers = _Answers(benefits[0], situation)
        costs = {name: _questions_left(name, benefits[0], situation, order, answers) for name in tried}
        costs[tried[0]] -= _CLEARLY
    else:
        costs = {name: _facts_left(name, open_ones, situation, screening) for name in tried}
    ranked = sorted(wanted, key=lambda name: (costs.get(name, math.inf), order[name]))
    for name in ranked:
        if any(_can_matter(name, verdict, situation, screening) for verdict in open_ones):
            return name
    # Nothing that can still be told decides. A refusal needs more than that: then everything is asked.
    refused = any(_guess(verdict, situation, screening) is Outcome.REFUSED for verdict in open_ones)
    return ranked[0] if ranked and refused else None


def _order(benefits: Sequence[Benefit], situation: Situation) -> dict[str, int]:
    """For every fact its place: as the only benefit's file names them, else as the facts' files do."""
    known = {name: place + 1000 for place, name in enumerate(situation.facts)}
    if len(benefits) > 1:
        return known
    return known | {name: place for place, name in enumerate(used_facts(benefits[0], situation))}


class _Answers:
    """What households would answer, by what is likely; of each one the same answer wherever it is asked."""

    def __init__(self, benefit: Benefit, situation: Situation) -> None:
        self._benefit, self._situation = benefit, situation
        self._weighed: dict[str, list[tuple[Value, float]]] = {}

    def of(self, household: int, name: str) -> Value:
        if name not in self._weighed:
            fact = self._situation.facts[name]
            self._weighed[name] = weighed_values(fact, self._benefit, self._situation)
        return _pick(self._weighed[name], random.Random(f"{household} {name}").random())


def _pick(weighed: list[tuple[Value, float]], point: float) -> Value:
    """The value at a point between 0 and 1 of their shares."""
    for value, share in weighed:
        point -= share
        if point <= 0:
            return value
    return weighed[-1][0]


def _questions_left(
    first: str, benefit: Benefit, situation: Situation, order: dict[str, int], answers: _Answers
) -> float:
    """How many questions it takes on average when `first` is asked now and the rest in file order."""
    total = 0
    for household in range(_HOUSEHOLDS):
        now, name = situation, first
        while True:
            now = now.with_facts({name: answers.of(household, name)})
            total += 1
            missing = decide(benefit, now).missing
            if not missing:
                break
            name = min(missing, key=order.__getitem__)
    return total / _HOUSEHOLDS


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


def _facts_left(name: str, verdicts: Sequence[Verdict], situation: Situation, screening: bool) -> float:
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
                others[name] = _pick(weighed_values(now.facts[name], benefit, now), chance.random())
            now = now.with_facts({name: others[name]})
    return Outcome.OPEN
