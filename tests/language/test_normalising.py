"""Citizens' words become our words, and offsets keep pointing at what was typed."""

import pytest

from bot.language.normalising import Normaliser, Replacement

WORDS = {
    "最低生活保障": "低保",
    "五保户": "特困供养",
    "点样": "怎么",
    "冇得": "没有",
    "吃低": "低保",
    "户口本": "户口簿",
}


@pytest.fixture
def normaliser() -> Normaliser:
    return Normaliser(WORDS, ("低保", "结婚证"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("１２３４５（熱線）", "12345(热线)"),
        ("請問結婚證點樣補", "请问结婚证怎么补"),
        ("我屋企冇得钱", "我屋企没有钱"),
        ("帝保怎么办", "低保怎么办"),
        ("吃低保", "吃低保"),
        ("ABC", "abc"),
        ("低\u200b保\u202e", "低保"),
        ("", ""),
    ],
)
def test_normalise_reads(normaliser: Normaliser, typed: str, read: str):
    assert normaliser.normalise(typed).text == read


def test_offsets_point_into_the_citizens_own_text(normaliser: Normaliser):
    typed = "請問最低生活保障點樣辦，要户口本？"
    normalised = normaliser.normalise(typed)

    found = {word: normalised.original_span(*_where(normalised.text, word)) for word in ("低保", "怎么", "户口簿")}

    assert {word: typed[start:end] for word, (start, end) in found.items()} == {
        "低保": "最低生活保障",
        "怎么": "點樣",
        "户口簿": "户口本",
    }


def test_replacements_tell_what_was_said_and_meant(normaliser: Normaliser):
    normalised = normaliser.normalise("五保户冇得钱")

    assert normalised.replacements == (Replacement(0, 3, "五保户", "特困供养"), Replacement(3, 5, "冇得", "没有"))


def test_plain_keeps_the_citizens_words(normaliser: Normaliser):
    assert normaliser.normalise("冇得錢").plain == "冇得钱"


def _where(text: str, word: str) -> tuple[int, int]:
    start = text.index(word)
    return start, start + len(word)
