"""Decide one benefit for one household, and keep the reason for every step.

The rules are read from the top. A rule that may hold leaves its outcome possible and the next rule is looked at too;
one that surely holds ends the reading. If the outcome is the same whatever else is told, it is settled. Else the facts
that nobody told are still open (还差信息); where several outcomes stay possible for good, the office must see (需核实).
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.eligibility.benefits import Benefit, Given, Outcome, Requirement, Rule
from bot.eligibility.conditions import Joined, comparisons, evaluate
from bot.eligibility.facts import ingredients
from bot.eligibility.situation import Situation
from bot.eligibility.truth import CAN_FAIL, CAN_HOLD, CAN_STAY_OPEN, FALSE, TRUE, Truth
from bot.knowledge.standards import Amount

_SURE_ENOUGH = {Outcome.QUALIFIES, Outcome.LIKELY}


@dataclass(frozen=True)
class Step:
    """A rule that was looked at and what came of it (True, False, None: not known)."""

    rule: Rule
    truth: Truth


@dataclass(frozen=True)
class Check:
    """One condition as the citizen sees it."""

    requirement: Requirement
    truth: Truth


@dataclass(frozen=True)
class Verdict:
    """The outcome for one benefit, why, and what is still open."""

    benefit: Benefit
    outcome: Outcome
    rule: Rule | None
    """The rule that surely holds and whose outcome this is; None where several may hold or facts are open."""
    steps: tuple[Step, ...]
    missing: frozenset[str]
    """Facts that nobody told; while the outcome is open, some of them can still change it."""
    unclear: frozenset[str]
    """What is unclear and keeps several outcomes possible: facts, or the standard of the place."""
    possible: frozenset[Outcome]
    """The outcomes of the rules that may hold by what is known."""
    endings: frozenset[Outcome]
    """The outcomes that the pre-check can end with, whatever else is told; one: it is settled."""

    @property
    def is_open(self) -> bool:
        return self.outcome is Outcome.OPEN


def decide(benefit: Benefit, situation: Situation, *, screening: bool = False) -> Verdict:
    """Return the verdict; in a screening a benefit for other people is BESIDE."""
    named = benefit.named(situation.day)
    steps: list[Step] = []
    reading = _Reading()
    if screening and benefit.screening is not None:
        concerned = evaluate(Joined("not", (benefit.screening,)), situation, named)
        if reading.take(concerned, Outcome.BESIDE):
            return reading.verdict(benefit, steps)
    for rule in benefit.rules_on(situation.day):
        truth = TRUE if rule.when is None else evaluate(rule.when, situation, named)
        steps.append(Step(rule, truth))
        if reading.take(truth, rule.outcome):
            break
    return reading.verdict(benefit, steps)


class _Reading:
    """The outcomes that are possible while the rules are read from the top."""

    def __init__(self) -> None:
        self.possible: set[Outcome] = set()
        self.missing: set[str] = set()
        self.unclear: set[str] = set()
        self._open: set[frozenset[Outcome]] = {frozenset()}
        """Every set of outcomes that can have stayed possible so far, once all that can be told is told."""
        self._ended: set[frozenset[Outcome]] = set()

    def take(self, truth: Truth, outcome: Outcome) -> bool:
        """Take one rule; True where it surely holds and no further rule matters."""
        if truth.value is False:
            return False
        self.possible.add(outcome)
        if truth.value is None:
            self.missing |= truth.missing
            self.unclear |= truth.unclear
        before, self._open = self._open, set()
        for outcomes in before:
            if truth.prospects & CAN_HOLD:
                self._ended.add(outcomes | {outcome})
            if truth.prospects & CAN_FAIL:
                self._open.add(outcomes)
            if truth.prospects & CAN_STAY_OPEN:
                self._open.add(outcomes | {outcome})
        return truth.value is True

    def verdict(self, benefit: Benefit, steps: list[Step]) -> Verdict:
        endings = frozenset(_ending(outcomes) for outcomes in self._ended)
        outcome = next(iter(endings)) if len(endings) == 1 else Outcome.OPEN
        last = steps[-1] if steps else None
        decided = last is not None and self.possible == {outcome} and last.truth.value is True
        is_open = outcome is Outcome.OPEN
        return Verdict(
            benefit=benefit,
            outcome=outcome,
            rule=last.rule if last is not None and decided else None,
            steps=tuple(steps),
            missing=frozenset(self.missing) if is_open else frozenset(),
            unclear=frozenset() if decided else frozenset(self.unclear),
            possible=frozenset(self.possible),
            endings=endings,
        )


def _ending(outcomes: frozenset[Outcome]) -> Outcome:
    """The outcome where nothing more can be told: several that stay possible are for the office to settle."""
    if len(outcomes) == 1:
        return next(iter(outcomes))
    return Outcome.LIKELY if outcomes <= _SURE_ENOUGH else Outcome.VERIFY


def checks(benefit: Benefit, situation: Situation) -> tuple[Check, ...]:
    """Every condition of the benefit that is in force, with its truth."""
    named = benefit.named(situation.day)
    return tuple(
        Check(requirement, evaluate(requirement.when, situation, named))
        for requirement in benefit.requirements.values()
        if requirement.period.holds(situation.day)
    )


def used_facts(benefit: Benefit, situation: Situation) -> list[str]:
    """Every fact that the benefit's conditions and rules compare, and what those are computed from; in file order."""
    named = benefit.named(situation.day)
    conditions = [requirement.when for requirement in benefit.requirements.values()]
    conditions += [rule.when for rule in benefit.rules_on(situation.day) if rule.when is not None]
    used: dict[str, None] = {}
    for condition in conditions:
        for comparison in comparisons(condition, named):
            for name in (comparison.fact, *sorted(ingredients(comparison.fact, situation.facts))):
                used[name] = None
            if comparison.kind == "below_standard":
                standard = situation.thresholds[comparison.operand["standard"]]
                used |= {standard.place: None, standard.area: None}
    return list(used)


def given(items: tuple[Given, ...], benefit: Benefit, situation: Situation) -> tuple[tuple[str, bool], ...]:
    """The lines that are told, each with whether it surely applies; what surely does not apply is left out."""
    named = benefit.named(situation.day)
    told = []
    for item in items:
        truth = TRUE if item.when is None else evaluate(item.when, situation, named)
        if truth is not FALSE and truth.value is not False:
            told.append((item.text, truth.value is True))
    return tuple(told)


def amounts(benefit: Benefit, situation: Situation) -> tuple[Amount, ...]:
    """The amounts on record for the citizen's place and day, of the programmes that surely apply."""
    place = situation.value(benefit.place)
    region = place if isinstance(place, str) else "45"
    found = [
        situation.standards.find(programme, region, day=situation.day)
        for programme, sure in given(benefit.amounts, benefit, situation)
        if sure
    ]
    return tuple(amount for amount in found if amount is not None)
