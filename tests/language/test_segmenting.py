"""Our words are never cut, and the requests of a long letter stay whole."""

from bot.language.segmenting import Segmenter, asks, split_questions


def test_cut_keeps_our_words_whole():
    words = [word.text for word in Segmenter(["低保边缘家庭"]).cut("低保边缘家庭怎么认定")]

    assert words[0] == "低保边缘家庭"


def test_a_segmenter_does_not_change_another_ones_words():
    Segmenter(["怎么认定呀"])

    words = [word.text for word in Segmenter([]).cut("怎么认定呀")]

    assert "怎么认定呀" not in words


def test_split_questions_keeps_a_short_message_whole():
    assert split_questions("低保怎么申请") == ["低保怎么申请"]


def test_split_questions_finds_two_questions():
    assert split_questions("低保怎么申请？离婚要带什么？") == ["低保怎么申请？", "离婚要带什么？"]


def test_split_questions_prefers_sentences_that_ask_in_a_long_letter():
    letter = "今年雨水多。" * 30 + "请问低保怎么申请？" + "谢谢你们。" * 10

    assert "请问低保怎么申请？" in split_questions(letter)


def test_split_questions_copes_with_speech_without_punctuation():
    pieces = split_questions("我家里面那个情况就是说" * 30)

    assert 1 < len(pieces) <= 10
    assert max(map(len, pieces)) <= 60


def test_asks_tells_a_question_from_a_story():
    assert asks("低保怎么申请")
    assert not asks("我今年六十五")
