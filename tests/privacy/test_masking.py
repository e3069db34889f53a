"""Numbers that identify a person are masked however they are typed. All numbers here are invented."""

import pytest

from bot.privacy.masking import is_card_number, is_identity_number, mask


def test_the_invented_numbers_have_right_check_digits():
    assert is_identity_number("11010519491231002X")
    assert not is_identity_number("110105194912310021")
    assert is_card_number("4111111111111111")
    assert not is_card_number("4111111111111112")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("身份证11010519491231002X谢谢", "身份证［身份证号］谢谢"),
        ("身份证 １１０１０５１９４９１２３１００２Ｘ", "身份证 ［身份证号］"),
        ("110105 19491231 002X", "［身份证号］"),
        ("110105-1949-1231-002x", "［身份证号］"),
        ("一一零一零五一九四九一二三一零零二X", "［身份证号］"),
        ("打错一位110105194912310021", "打错一位［号码］"),
        ("老证110105491231002", "老证［号码］"),
        ("卡号4111 1111 1111 1111", "卡号［银行卡号］"),
        ("卡号４１１１１１１１１１１１１１１１", "卡号［银行卡号］"),
        ("电话13812345678", "电话［电话号码］"),
        ("电话138 1234 5678找我", "电话［电话号码］找我"),
        ("一三八一二三四五六七八", "［电话号码］"),
        ("幺三八 幺二三四 五六七八", "［电话号码］"),
        ("+86 138-1234-5678", "+［电话号码］"),
        ("座机0771-5678901", "座机［电话号码］"),
        ("我家电话是5678901", "我家电话是［电话号码］"),
        ("我65岁，138 1234 5678和139 1234 5678", "我65岁，［电话号码］和［电话号码］"),
        ("65，13812345678", "65，［电话号码］"),
    ],
)
def test_mask_takes_personal_numbers_out(text: str, masked: str):
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "打12345还是12333",
        "低保780元，一年6800元",
        "2025年5月10日起，2025-05-10",
        "我有3口人，每月两三千块",
        "2026-11-02 13:30",
        "一级二级三级四级残疾",
        "110、120、119、12338、96110",
        "家里三四五口人",
    ],
)
def test_mask_leaves_public_numbers_amounts_and_dates(text: str):
    assert mask(text).text == text
