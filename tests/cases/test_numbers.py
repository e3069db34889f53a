"""Case numbers and secrets as citizens type and say them. All numbers here are invented."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.numbers import (
    LARGEST_COUNT,
    CaseKey,
    count_of,
    day_prefixes,
    find_case_number,
    find_secret,
    make_nonce,
    make_number,
    secret_of,
    take_secret_out,
    token_key,
    token_of,
)
from bot.privacy.masking import mask

KEY = token_key("a key of the tests")
DAY = datetime.date(2026, 11, 25)
NUMBER = make_number(DAY, 17)
DAYS = st.dates(datetime.date(2026, 1, 1), datetime.date(2040, 12, 31))
NUMBERS = st.builds(make_number, DAYS, st.integers(0, LARGEST_COUNT))
SECRETS = st.builds(lambda number: secret_of(number, make_nonce(), key=KEY), NUMBERS)
AROUND = st.sampled_from(["", "查进度", "我的办件号是", "编号：", "，", "谢谢你", "帮我看看到哪了", "电话", "号码"])


def test_a_number_has_its_day_its_count_and_a_check_digit():
    assert NUMBER.startswith("GM261125-0017")
    assert len(NUMBER) == 14
    assert NUMBER.startswith(day_prefixes(DAY)[0])


@given(day=DAYS, count=st.integers(0, LARGEST_COUNT))
def test_a_number_tells_its_count_and_begins_like_its_day(day: datetime.date, count: int):
    number = make_number(day, count)

    assert count_of(number) == count
    assert number.startswith(day_prefixes(day)[count // 10_000])


@pytest.mark.parametrize("count", [-1, LARGEST_COUNT + 1])
def test_a_count_without_a_number_is_refused(count: int):
    with pytest.raises(ValueError, match="count"):
        make_number(DAY, count)


def ways_to_write(number: str) -> list[str]:
    year_to_day, rest = number[2:8], number[9:]
    chinese = (year_to_day + rest).translate(str.maketrans("0123456789", "零一二三四五六七八九"))
    return [
        number,
        number.lower(),
        f"GM{year_to_day}{rest}",
        f"gm {year_to_day} {rest}",
        f"GM：{year_to_day}-{rest}",
        number.translate(str.maketrans("GM0123456789-", "ＧＭ０１２３４５６７８９－")),
        f"G M{chinese}",
        f"GM{chinese}".replace("一", "幺"),
        f"{year_to_day}-{rest}",
        f"{year_to_day}{rest}",
        f"{year_to_day} {rest}",
    ]


@given(number=NUMBERS, before=AROUND, after=AROUND, data=st.data())
def test_a_number_is_found_however_it_is_typed(number: str, before: str, after: str, data: st.DataObject):
    text = before + data.draw(st.sampled_from(ways_to_write(number))) + after

    found = find_case_number(text)

    assert found is not None
    assert (found.number, found.is_typo) == (number, False)


@given(number=NUMBERS, place=st.sampled_from([2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13]), digit=st.integers(0, 9))
def test_one_wrong_digit_is_a_typo_and_not_another_number(number: str, place: int, digit: int):
    typed = number[:place] + str(digit) + number[place + 1 :]

    found = find_case_number(typed)

    assert found is not None
    assert found.is_typo is (typed != number)


@given(number=NUMBERS, place=st.integers(0, 9))
def test_two_swapped_digits_are_a_typo(number: str, place: int):
    digits = number[2:8] + number[9:]
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]

    found = find_case_number("GM" + swapped)

    assert found is not None
    assert found.is_typo is (swapped != digits)


@pytest.mark.parametrize("typed", ["GM261125-001", "GM261125", NUMBER + "3", NUMBER + "34"])
def test_a_missing_or_extra_digit_is_a_typo(typed: str):
    found = find_case_number(typed)

    assert found is not None
    assert found.is_typo


@pytest.mark.parametrize(
    "text",
    [
        "",
        "查进度",
        "13812345678",
        "0771-5678901",
        "11010519491231002X",
        "4111111111111111",
        "20261125",
        "我1945年生，今年81岁",
    ],
)
def test_what_is_no_case_number_is_not_taken_for_one(text: str):
    assert find_case_number(text) is None


@given(number=NUMBERS)
def test_masking_leaves_a_number_in_its_own_form_alone(number: str):
    assert mask(f"办件{number}到哪了").text == f"办件{number}到哪了"


@given(number=NUMBERS)
def test_a_secret_has_one_form_and_is_no_date(number: str):
    secret = secret_of(number, make_nonce(), key=KEY)

    assert find_secret(secret) == secret
    assert secret[0] in "3456789"


def test_a_case_has_always_the_same_secret_and_every_other_case_another():
    nonce = make_nonce()
    other = make_number(DAY, 18)

    assert secret_of(NUMBER, nonce, key=KEY) == secret_of(NUMBER, nonce, key=KEY)
    assert len({secret_of(n, k, key=KEY) for n in (NUMBER, other) for k in (nonce, make_nonce())}) == 4
    assert secret_of(NUMBER, nonce, key=token_key("another")) != secret_of(NUMBER, nonce, key=KEY)


def ways_to_tell(secret: str) -> list[str]:
    digits = secret.replace("-", "")
    return [
        secret,
        digits,
        secret.replace("-", " "),
        secret.replace("-", "—"),
        " ".join(digits[i : i + 2] for i in range(0, 8, 2)),
        digits.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        digits.translate(str.maketrans("0123456789", "零一二三四五六七八九")),
    ]


BETWEEN = st.sampled_from([" ", "，", "，查询码", " 密码是", "\n", "，号码", "  ", "。电话"])


@given(number=NUMBERS, secret=SECRETS, between=BETWEEN, before=AROUND, after=AROUND, data=st.data())
def test_a_secret_is_taken_out_of_what_is_kept(number, secret, between, before, after, data):
    typed = data.draw(st.sampled_from(ways_to_write(number)))
    told = data.draw(st.sampled_from(ways_to_tell(secret)))
    text = before + typed + between + told + after

    kept, case_key = take_secret_out(text, key=KEY)

    assert kept == before + number + between + "［查询码］" + after
    assert number in mask(kept).text
    assert case_key == CaseKey(number, token_of(number, secret, key=KEY))


@given(number=NUMBERS, secret=SECRETS)
def test_number_and_secret_typed_in_one_go_are_told_apart(number: str, secret: str):
    kept, case_key = take_secret_out(number + secret.replace("-", ""), key=KEY)

    assert kept == number + "［查询码］"
    assert case_key == CaseKey(number, token_of(number, secret, key=KEY))


@given(secret=SECRETS, data=st.data())
def test_a_secret_alone_is_taken_out_when_it_was_asked_for(secret: str, data: st.DataObject):
    told = data.draw(st.sampled_from(ways_to_tell(secret)))

    kept, case_key = take_secret_out(f"是{told}", key=KEY, number=NUMBER)

    assert (kept, case_key) == ("是［查询码］", CaseKey(NUMBER, token_of(NUMBER, secret, key=KEY)))


@pytest.mark.parametrize("told", ["4821-709", "4821-70931", "48217093", "4821 7093"])
def test_a_mistyped_secret_is_taken_out_as_well(told: str):
    assert take_secret_out(f"查询码{told}", key=KEY) == ("查询码［查询码］", None)
    assert take_secret_out(f"{NUMBER} {told}", key=KEY)[0] == f"{NUMBER} ［查询码］"


@given(number=NUMBERS, before=AROUND, after=AROUND, data=st.data())
def test_a_number_without_its_secret_comes_through_masking_however_it_was_typed(number, before, after, data):
    text = before + data.draw(st.sampled_from(ways_to_write(number))) + after

    kept, case_key = take_secret_out(text, key=KEY)

    assert (mask(kept).text, case_key) == (before + number + after, None)


def test_a_secret_beside_a_mistyped_number_is_taken_out_but_opens_nothing():
    assert take_secret_out("GM261125-00010 4821-7093", key=KEY, number=NUMBER) == ("GM261125-00010 ［查询码］", None)


@pytest.mark.parametrize(
    "text",
    [
        "我1945年8月15日出生，能领高龄津贴吗",
        "生日19450815",
        "我家去年收入36000元",
        f"{NUMBER}是20261125那天登记的",
        "打5678901找我",
        "",
    ],
)
def test_what_is_no_secret_is_left_as_it_was(text: str):
    assert take_secret_out(text, key=KEY) == (text, None)


@given(text=st.text(alphabet="GMgm0123456789-－ 一二零查询码号电话，Ａ１ßİ①", max_size=60), told=st.booleans())
def test_any_text_is_read_and_what_is_kept_holds_no_secret(text: str, told: bool):
    kept, case_key = take_secret_out(text, key=KEY, number=NUMBER if told else None)

    found = find_case_number(text)
    assert kept == text or "［查询码］" in kept or (found is not None and found.number in kept)
    if case_key is not None:
        assert find_secret(kept) is None


@given(st.from_regex(r"1[3-9][0-9]{9}|0771[2-8][0-9]{6}|62[0-9]{17}", fullmatch=True))
def test_a_telephone_or_a_card_is_never_taken_for_a_case_number(number: str):
    assert find_case_number(f"我的号码{number}，打给我") is None


@pytest.mark.parametrize(
    "personal", ["6222 0212 3456 7890 128", "450103 1990 0101 1234", "138 1234 5678", "138-1234-5678"]
)
def test_another_number_is_masked_whole_although_a_secret_was_asked_for(personal: str):
    kept, key = take_secret_out(personal, key=KEY, number="GM261125-00019")

    assert key is None
    assert not any(character.isdigit() for character in mask(kept).text)


@pytest.mark.parametrize("typed", ["4821 - 7093", "4821.7093", "4821，7093", "4821--7093", "48217093"])
def test_a_secret_alone_is_taken_out_however_it_is_typed(typed: str):
    kept, key = take_secret_out(typed, key=KEY, number="GM261125-00019")

    assert kept == "［查询码］"
    assert key == CaseKey("GM261125-00019", token_of("GM261125-00019", "4821-7093", key=KEY))
