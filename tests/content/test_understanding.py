"""The real knowledge understands the development questions: floors that no edit of words or messages may break."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from bot.answers.context import Context
from bot.answers.decide import Decision, Understood, answer_message
from bot.answers.find import load_calibration
from bot.answers.live import Live
from bot.evaluation.measuring import Question, read_questions
from bot.settings import Settings
from tests.conftest import PROJECT

pytestmark = pytest.mark.model
Decided = list[tuple[Question, Decision]]


@pytest.fixture(scope="module")
def decided(real_settings: Settings) -> Iterator[Decided]:
    """Every development question as the search alone decides it, without Rasa's intents."""
    index = Live(real_settings).index()
    calibration = load_calibration()
    understood = Understood("ask", 0.9)
    questions = read_questions(PROJECT / "tests/nlu/questions.jsonl")
    yield [
        (q, answer_message(index, q.text, understood=understood, context=Context(), calibration=calibration))
        for q in questions
    ]


def share(decided: Sequence[object], passes: list[bool]) -> float:
    return sum(passes) / len(decided)


def test_topics_are_right(decided: Decided):
    asked = [(q, d) for q, d in decided if q.topics]

    assert share(asked, [bool(d.topics) and d.topics[0] in q.right_topics for q, d in asked]) >= 0.925


def test_danger_is_not_missed_and_seldom_cried(decided: Decided):
    danger = [(q, d) for q, d in decided if q.decision == "danger"]
    harmless = [(q, d) for q, d in decided if q.decision != "danger"]

    assert [q.text for q, d in danger if d.kind != "danger" and not d.caution] == []
    assert share(danger, [d.kind == "danger" for _, d in danger]) >= 0.98
    assert share(harmless, [d.kind == "danger" for _, d in harmless]) <= 0.0125


def test_what_belongs_to_others_is_referred_and_wrong_answers_are_rare(decided: Decided):
    others = [(q, d) for q, d in decided if q.decision == "refer"]
    sure = ("answer", "refer", "danger")

    assert share(others, [bool(d.topics) and d.topics[0] in q.right_topics for q, d in others]) >= 0.93
    wrong = [d.kind in sure and d.topics[0] not in q.right_topics for q, d in decided if q.topics]
    assert share(decided, wrong) <= 0.04


def test_nonsense_is_refused_as_such_and_small_talk_never(decided: Decided):
    nonsense = [d.reason for q, d in decided if not q.topics]
    talk = [d.reason for q, d in decided if q.decision == "smalltalk"]

    assert share(nonsense, [reason == "nonsense" for reason in nonsense]) >= 0.6
    assert "nonsense" not in talk
