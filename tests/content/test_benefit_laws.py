"""The laws that every benefit of the real knowledge keeps, whoever asks and in whatever order."""

from __future__ import annotations

import datetime
import random
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.eligibility.asking import next_fact
from bot.eligibility.benefits import Benefit, Outcome
from bot.eligibility.catalogue import Catalogue, read_catalogue
from bot.eligibility.decide import checks, decide, used_facts
from bot.eligibility.examples import read_cases
from bot.eligibility.facts import Gap
from bot.eligibility.flipping import flips
from bot.eligibility.prechecking import read_facts_told
from bot.eligibility.situation import Situation
from bot.eligibility.slip import make_slip
from bot.eligibility.trying import candidate_values
from bot.eligibility.values import UNCLEAR, Value
from bot.knowledge.library import read_library

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
DAY = datetime.date(2026, 11, 25)
CATALOGUE: Catalogue = read_catalogue(KNOWLEDGE, read_library(KNOWLEDGE))
BENEFITS = sorted(CATALOGUE.benefits)
# Stated to citizens nowhere, kept here: a pre-check of one benefit asks no more than this.
MOST_QUESTIONS = 12
LAW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def asked_facts(benefit: Benefit, situation: Situation) -> list[str]:
    return [name for name in used_facts(benefit, situation) if situation.facts[name].ask]


def draw_value(name: str, benefit: Benefit, situation: Situation, chance: random.Random) -> Value:
    if chance.random() < 0.1:
        return UNCLEAR
    return chance.choice(candidate_values(situation.facts[name], benefit, situation))


def a_household(benefit: Benefit, chance: random.Random, share: float) -> Situation:
    """Some of the benefit's facts, told in a random order."""
    situation = CATALOGUE.situation({}, day=DAY)
    names = asked_facts(benefit, situation)
    chance.shuffle(names)
    for name in names:
        if chance.random() < share:
            situation = situation.with_facts({name: draw_value(name, benefit, situation, chance)})
    return situation


def still_to_tell(benefit: Benefit, situation: Situation) -> list[str]:
    """Facts that nobody told and that nothing told so far settles."""
    found = []
    for name in asked_facts(benefit, situation):
        value = situation.value(name)
        if name not in situation.known and isinstance(value, Gap) and name in value.missing:
            found.append(name)
    return found


@pytest.mark.parametrize("id", BENEFITS)
@LAW
@given(seed=st.integers(0, 10**9))
def test_one_more_fact_never_unsettles_an_outcome(id, seed):
    chance = random.Random(seed)
    benefit = CATALOGUE.benefits[id]
    before = a_household(benefit, chance, share=chance.random())
    told = decide(benefit, before)

    after = before
    for name in still_to_tell(benefit, before):
        if chance.random() < 0.5:
            after = after.with_facts({name: draw_value(name, benefit, after, chance)})
    then = decide(benefit, after)

    assert then.endings <= told.endings
    if not told.is_open:
        assert then.outcome is told.outcome


@pytest.mark.parametrize("id", BENEFITS)
@LAW
@given(seed=st.integers(0, 10**9))
def test_an_unclear_fact_never_refuses_anybody(id, seed):
    chance = random.Random(seed)
    benefit = CATALOGUE.benefits[id]
    household = a_household(benefit, chance, share=0.9)
    for name in asked_facts(benefit, household):
        unclear = decide(benefit, household.with_facts({name: UNCLEAR}))
        if unclear.outcome is not Outcome.REFUSED:
            continue
        # Refused all the same: then no answer to this question would have changed it.
        for value in candidate_values(household.facts[name], benefit, household):
            assert decide(benefit, household.with_facts({name: value})).outcome is Outcome.REFUSED, name


@pytest.mark.parametrize("id", BENEFITS)
@LAW
@given(seed=st.integers(0, 10**9))
def test_the_order_of_answers_does_not_matter(id, seed):
    chance = random.Random(seed)
    benefit = CATALOGUE.benefits[id]
    household = a_household(benefit, chance, share=0.8)
    names = list(household.known)
    chance.shuffle(names)

    again = CATALOGUE.situation({}, day=DAY)
    for name in names:
        decide(benefit, again)
        again = again.with_facts({name: household.known[name]})

    assert decide(benefit, again) == decide(benefit, household)


@pytest.mark.parametrize("id", BENEFITS)
@LAW
@given(seed=st.integers(0, 10**9))
def test_a_stated_flip_flips(id, seed):
    chance = random.Random(seed)
    benefit = CATALOGUE.benefits[id]
    household = a_household(benefit, chance, share=1.0)
    verdict = decide(benefit, household)
    for flip in flips(verdict, household):
        changed = decide(benefit, household.with_facts({flip.fact: flip.value}))
        assert changed.outcome is flip.outcome
        assert changed.outcome.rank < verdict.outcome.rank


@pytest.mark.parametrize("id", BENEFITS)
def test_every_question_asked_can_change_the_outcome(id):
    benefit = CATALOGUE.benefits[id]
    for seed in range(8):
        chance = random.Random(seed)
        situation = CATALOGUE.situation({}, day=DAY)
        for name, value in walk(benefit, situation, chance):
            assert can_change(name, benefit, situation, chance), f"{name} after {situation.known}"
            situation = situation.with_facts({name: value})


def walk(benefit: Benefit, situation: Situation, chance: random.Random) -> Iterator[tuple[str, Value]]:
    """Answer every question at random until none is left."""
    while name := next_fact([benefit], situation):
        value = draw_value(name, benefit, situation, chance)
        yield name, value
        situation = situation.with_facts({name: value})


def can_change(name: str, benefit: Benefit, situation: Situation, chance: random.Random) -> bool:
    """Look for answers to everything else under which two answers to this question end differently."""
    for _ in range(300):
        others: dict[str, Value] = {}
        endings = set()
        for value in candidate_values(situation.facts[name], benefit, situation):
            now = situation.with_facts({name: value})
            while (verdict := decide(benefit, now)).is_open:
                for other in sorted(verdict.missing):
                    if other not in others:
                        others[other] = chance.choice(candidate_values(now.facts[other], benefit, now))
                    now = now.with_facts({other: others[other]})
            endings.add(verdict.outcome)
        if len(endings) > 1:
            return True
    return False


@pytest.mark.parametrize("id", BENEFITS)
@LAW
@given(seed=st.integers(0, 10**9))
def test_every_slip_says_why(id, seed):
    chance = random.Random(seed)
    benefit = CATALOGUE.benefits[id]
    slip = make_slip(benefit, a_household(benefit, chance, share=chance.random()), CATALOGUE)

    assert slip.reason


def test_every_condition_is_met_and_not_met_in_an_example():
    seen: dict[tuple[str, str], set[bool | None]] = {
        (id, name): set() for id, benefit in CATALOGUE.benefits.items() for name in benefit.requirements
    }
    for case in read_cases(KNOWLEDGE / "examples"):
        known, refused = read_facts_told(case.facts, CATALOGUE, day=case.day)
        assert not refused
        for check in checks(CATALOGUE.benefits[case.benefit], CATALOGUE.situation(known, day=case.day)):
            seen[case.benefit, check.requirement.name].add(check.truth.value)
    assert {place: values for place, values in seen.items() if not {True, False} <= values} == {}


def test_no_precheck_asks_more_than_stated():
    lengths: dict[str, list[int]] = {}
    for id, benefit in CATALOGUE.benefits.items():
        lengths[id] = [
            sum(1 for _ in walk(benefit, CATALOGUE.situation({}, day=DAY), random.Random(seed))) for seed in range(6)
        ]
    print("\nquestions:", {id: (max(n), statistics.median(n)) for id, n in lengths.items()})
    assert max(max(n) for n in lengths.values()) <= MOST_QUESTIONS
