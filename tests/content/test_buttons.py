"""Every button of every question is taken as what it says, alone and together with others."""

from __future__ import annotations

import datetime
import itertools
from pathlib import Path

import pytest

from bot.answers.live import live
from bot.eligibility.catalogue import Catalogue, read_catalogue
from bot.eligibility.dialogue import question_for
from bot.eligibility.hearing import hear_message
from bot.eligibility.state import State
from bot.eligibility.values import Value
from bot.knowledge.library import read_library

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
DAY = datetime.date(2026, 11, 25)
CATALOGUE: Catalogue = read_catalogue(KNOWLEDGE, read_library(KNOWLEDGE))
ASKED = {name: fact for name, fact in CATALOGUE.facts.items() if fact.ask}


def tap(name: str, text: str) -> Value | None:
    """What is noted of the fact that was asked for."""
    state = State(asking=name, is_active=True)
    said = live().language().normaliser.normalise(text)
    heard = hear_message(said, state, CATALOGUE, day=DAY, subject=None, is_known=False)
    return heard.facts.get(name) if heard.kind == "answer" else None


@pytest.mark.parametrize("name", [name for name, fact in ASKED.items() if fact.kind == "choice"])
def test_a_choice_is_taken_as_it_stands_on_the_button(name: str):
    choices = ASKED[name].choices

    assert [tap(name, choice) for choice in choices] == list(choices)


@pytest.mark.parametrize("name", [name for name, fact in ASKED.items() if fact.buttons])
def test_a_number_on_a_button_can_be_read(name: str):
    assert None not in [tap(name, text) for text in ASKED[name].buttons]


@pytest.mark.parametrize("name", [name for name, fact in ASKED.items() if fact.kind == "choices"])
def test_choices_tapped_together_are_all_taken(name: str):
    question = question_for(State(asking=name, is_active=True, benefit="dibao"), CATALOGUE, day=DAY)
    together = [*itertools.combinations(question.several, 2), question.several]

    assert [tap(name, "、".join(texts)) for texts in together] == [frozenset(texts) for texts in together]
    assert question.several
    for choice in ASKED[name].choices:
        assert tap(name, choice) == frozenset([choice])
