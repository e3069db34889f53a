"""Search and decision over the small knowledge, with the real encoder."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace

import pytest

from bot.answers.danger import find_dangers
from bot.answers.decide import Decision, Understood, decide
from bot.answers.encoder import load_encoder
from bot.answers.find import find, load_calibration
from bot.answers.index import Index, build_index, make_language
from bot.knowledge.library import read_library
from tests.conftest import SMALL

TODAY = datetime.date(2026, 11, 24)


@pytest.fixture(scope="module")
def index() -> Index:
    library = read_library(SMALL)
    return build_index(library, make_language(library.words), load_encoder(), day=TODAY)


def decide_on(index: Index, text: str, *, intent: str = "ask", confidence: float = 0.9) -> Decision:
    calibration = load_calibration()
    search = find(index, text)
    return decide(search, index.library, calibration, Understood(intent, confidence))


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("低保怎么申请", "dibao-apply"),
        ("请问我想办那个帝保去哪点", "dibao-apply"),
        ("申請殘疾護理補貼", "disability-care"),
        ("养老金几号到账", "oos-social-insurance"),
        ("今年雨水多，收成不好。我爸病了。请问低保怎么申请？谢谢你们。", "dibao-apply"),
    ],
)
def test_the_best_entry_is_found(index: Index, text: str, entry: str):
    assert best_entry(index, text) == entry


def best_entry(index: Index, text: str) -> str:
    search = find(index, text)
    topic, _ = load_calibration().rank(search.topics, search.measures)[0]
    return search.entries_of(topic)[0].entry


def test_nothing_is_found_in_nothing(index: Index):
    assert find(index, "？！").sentences == ()


def test_two_questions_get_two_answers(index: Index):
    decision = decide_on(index, "低保怎么申请？还有离婚冷静期是多少天？")

    assert decision.kind == "answer"
    assert set(decision.topics) == {"dibao.apply", "divorce.register"}


@pytest.mark.parametrize("text", ["我不想活了", "老公天天打我，低保怎么申请", "他说喝了农 药"])
def test_danger_comes_before_everything(index: Index, text: str):
    assert decide_on(index, text, intent="greet", confidence=0.99).kind == "danger"


def test_danger_is_not_hidden_by_a_harmless_sentence(index: Index):
    normalised = index.language.normaliser.normalise("笑死我了。我不想活了。")

    assert find_dangers(normalised, index.library.words.dangers) == ["emergency.suicide"]


def test_an_exception_counts_in_its_own_sentence(index: Index):
    normalised = index.language.normaliser.normalise("笑死我了，还说什么农药")

    assert find_dangers(normalised, index.library.words.dangers) == []


@pytest.mark.parametrize(
    ("text", "intent", "kind"),
    [("你好", "greet", "smalltalk"), ("转人工", "request_human", "handover"), ("进度查询", "ask_progress", "progress")],
)
def test_what_they_want_to_do_goes_before_the_search(index: Index, text: str, intent: str, kind: str):
    assert decide_on(index, text, intent=intent, confidence=0.95).kind == kind


def test_a_question_is_never_taken_for_small_talk_because_it_is_polite(index: Index):
    decision = decide_on(index, "您好，请问低保怎么申请，谢谢", intent="greet", confidence=0.4)

    assert decision.topics == ("dibao.apply",)


@pytest.mark.parametrize("text", ["😀", "。。。", "🙏🙏"])
def test_no_words_is_refused_as_such(index: Index, text: str):
    assert decide_on(index, text) == Decision("refuse", reason="no_words")


def test_between_the_thresholds_choices_are_offered_and_below_nothing_is_stated(index: Index):
    calibration = load_calibration()
    search = find(index, "低保怎么申请")
    p = float(calibration.probabilities(search.measures).max())

    def kind(answer: float, choices: float) -> str:
        limits = {**calibration.thresholds, "answer": answer, "choices": choices}
        changed = replace(calibration, thresholds=limits)
        return decide(search, index.library, changed, Understood("ask", 0.9)).kind

    assert [kind(p, 0.0), kind(1.1, p), kind(1.1, 1.1)] == ["answer", "choices", "refuse"]


def test_a_decision_is_plain_json(index: Index):
    decision = decide_on(index, "低保怎么申请").as_dict()

    assert json.loads(json.dumps(decision))["picks"][0]["id"] == "dibao-apply"


def test_an_entry_outside_its_days_is_not_in_the_index():
    library = read_library(SMALL)
    index = build_index(library, make_language(library.words), load_encoder(), day=datetime.date(2025, 12, 31))

    assert index.entries == ()
    assert find(index, "低保怎么申请").sentences == ()
