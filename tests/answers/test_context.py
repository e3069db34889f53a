"""A message that leans on what was said before is read with it; one that stands by itself is not."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from bot.answers.context import Context, chosen_entry, names_only_a_region, points_back
from bot.answers.decide import Decision, Understood, answer_message
from bot.answers.encoder import load_encoder
from bot.answers.find import load_calibration
from bot.answers.index import Index, build_index, make_language
from bot.knowledge.library import read_library
from tests.conftest import SMALL


@pytest.fixture(scope="module")
def index() -> Index:
    library = read_library(SMALL)
    return build_index(library, make_language(library.words), load_encoder(), day=datetime.date(2026, 11, 24))


def answer(index: Index, text: str, context: Context, understood: Understood | None = None) -> Decision:
    return answer_message(
        index,
        text,
        understood=understood or Understood("ask", 0.9),
        context=context,
        calibration=load_calibration(),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", "b"),
        ("２", "b"),
        ("二", "b"),
        ("第二个", "b"),
        ("选1", "a"),
        ("3号", "c"),
        ("4", None),
        ("2个孩子", None),
        ("", None),
    ],
)
def test_a_bare_number_chooses(text: str, expected: str | None):
    assert chosen_entry(text, Context(offered=("a", "b", "c"))) == expected


def test_a_number_chooses_nothing_where_nothing_was_offered():
    assert chosen_entry("2", Context()) is None


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("柳州呢", ["柳州"], True),
        ("我在三江县", ["三江县"], True),
        ("那南宁的呢？", ["南宁"], True),
        ("南宁低保多少钱", ["南宁"], False),
        ("那呢", [], False),
    ],
)
def test_only_a_region_is_left(text: str, words: list[str], expected: bool):
    assert names_only_a_region(text, words) == expected


@pytest.mark.parametrize(
    ("text", "entry", "expected"),
    [
        ("那要什么材料", "dibao-apply", True),
        ("多久能办好", "dibao-apply", True),
        ("还有呢", "dibao-apply", True),
        ("那要什么材料", None, False),
        ("我隔壁家的孩子在学校里成绩很好想评个奖", "dibao-apply", False),
    ],
)
def test_a_short_message_without_a_subject_points_back(text: str, entry: str | None, expected: bool):
    assert points_back(text, Context(entry=entry)) == expected


def test_a_follow_up_is_answered_within_the_subject_at_hand(index: Index):
    decision = answer(index, "那要什么条件", Context(entry="dibao-apply"))

    assert (decision.kind, decision.picks[0].id) == ("answer", "dibao-conditions")


def test_a_question_with_a_subject_of_its_own_changes_the_subject(index: Index):
    decision = answer(index, "那离婚冷静期多少天", Context(entry="dibao-apply"))

    assert decision.picks[0].id == "divorce-cooling"


def test_another_region_asks_the_same_again(index: Index):
    named = Understood("ask", 0.9, region="450226", region_words=("三江",))
    decision = answer(index, "三江呢", Context(region="4501", entry="dibao-apply"), named)

    assert (decision.picks[0].id, decision.region, decision.reason) == ("dibao-apply", "450226", "region_changed")


def test_an_entry_of_another_place_does_not_answer_for_this_one(index: Index):
    local = replace(index.library.entries["dibao-apply"], id="dibao-apply-local", regions=("4501",))
    library = replace(index.library, entries={**index.library.entries, local.id: local})
    named = Understood("ask", 0.9, region="450226", region_words=("三江",))
    decision = answer(replace(index, library=library), "三江呢", Context(region="4501", entry=local.id), named)

    assert (decision.picks[0].id, decision.region) == ("dibao-apply", "450226")


def test_the_region_is_kept_until_another_is_named(index: Index):
    assert answer(index, "低保怎么申请", Context(region="4501")).region == "4501"


def test_danger_comes_before_any_context(index: Index):
    assert answer(index, "我不想活了", Context(entry="dibao-apply", offered=("a",))).kind == "danger"


def test_a_doubt_about_danger_survives_a_follow_up(index: Index):
    known = load_calibration()
    # Nothing is danger by meaning and every short message is read as a follow-up: only the hint can cause the doubt.
    never = {name: 1.1 for name in known.thresholds if name.startswith(("danger", "caution", "follow"))}
    calibration = replace(known, thresholds={**known.thresholds, **never})

    def doubt(text: str) -> tuple[str, bool]:
        decision = answer_message(
            index,
            text,
            understood=Understood("ask", 0.9),
            context=Context(entry="dibao-apply"),
            calibration=calibration,
        )
        return decision.reason, decision.caution

    assert doubt("想不开要什么条件") == ("follow_up", True)
    assert doubt("那要什么条件") == ("follow_up", False)


def test_an_overview_that_is_not_in_force_is_never_the_answer(monkeypatch: pytest.MonkeyPatch):
    # As if no entry were clearly like any message: the overview goes first then.
    monkeypatch.setattr("bot.answers.decide._CLEAR", 99.0)
    library = read_library(SMALL)
    entries = dict(library.entries)
    entries["dibao-apply"] = replace(entries["dibao-apply"], valid_from=datetime.date(2026, 12, 1))
    entries["dibao-old"] = replace(library.entries["dibao-apply"], id="dibao-old")
    library = replace(library, entries=entries)
    index = build_index(library, make_language(library.words), load_encoder(), day=datetime.date(2026, 11, 24))

    assert [pick.id for pick in answer(index, "低保怎么申请", Context()).picks] == ["dibao-old"]
