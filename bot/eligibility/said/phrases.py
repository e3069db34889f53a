"""What people say for a number, a sum, an age, a choice: "三四千", "不到两千", "一年万把块", "八十出头", "冇得".

The whole text answers one question. What an open phrase means is decided for the wider reading, see numerals.py
(三四千, 几百) and quantities.py (左右, 快, 出头); sums.py reads sums, days.py days, household.py people.
"""

from __future__ import annotations

import datetime
import re

from bot.eligibility.facts import Fact
from bot.eligibility.said.days import full_year, read_day
from bot.eligibility.said.numerals import read_numeral, tidy
from bot.eligibility.said.periods import read_months
from bot.eligibility.said.quantities import find_quantities
from bot.eligibility.said.sums import read_sum
from bot.eligibility.values import Range, exactly, years_between

__all__ = ["read_choice", "read_day", "read_number", "says_unclear"]

_PARTICLES = r"[嗯呃额哦噢啊呀哈的了吧咯嘛啦哩呢喔嘞嘅咧哇唉诶，,。.、!！?？~…\s]"
_TRIM = re.compile(rf"^(?:{_PARTICLES}|那个|就是|应该|好像)+(?=.)|{_PARTICLES}+$")
_UNCLEAR = re.compile(
    r"(?:我|这个|也|都|真的?|具体|还|就|有点|是)*"
    r"(?:不太?清楚|不太?知道|不太?晓得|晓不得|唔知道?|冇知|唔清楚|唔晓得|唔记得|说不清楚?|搞不清楚?|弄不清楚?|讲不清楚?|说不准|讲不准|说不好|"
    r"不好说|难讲|忘记|忘|记不得|不记得|记不清楚?|记不住|不懂|没算过|不确定|不肯定|哪里?(?:懂|晓得|知道)|搞不懂|弄不懂|莫问我|别问我|跳过|下一个|下一题|先不说|pass|没数|心里没数)"
    rf"(?:了|过|具体|是多少|多少|怎么说|算不算|是不是|有没有|怎么算)*{_PARTICLES}*"
)
_YES = re.compile(
    r"是|要得|是啊?没错|是是|对|对对|对头|没错|有|有有|有过|得|系|系系|啱|要|需要|好|可以|会|当然|当然是|肯定|肯定有|行|ok|yes|y|在领|领着"
)
_NO = re.compile(
    r"否|不|不是|不系|唔系|冇系|没|没有|冇|冇有|冇得|没得|没有得|木有|莫得|无|未|还没|还没有|没办|还没办|没办过|不要|不用|不需要|唔使|唔要|没领|"
    r"不会|不行|唔得|不得|没有过|从来没|从来没有|从没有|都没有|一个都没有|no|n|哪有|哪里有"
)
_HEDGE = re.compile(r"^(?:我们|我家|我|家里|好像|可能|应该|早就|一直|目前|现在|暂时|都|确实|真|肯定)+(?=.)|一个$|过$")
_YES_CHOICES, _NO_CHOICES = ("是", "有"), ("否", "没有", "无", "不是")
_ASKS = re.compile(r"[?？吗]|是不是|有没有|要不要|什么|怎么|为什么|哪")
_PLACE = re.compile(r"(?:我?选|第)?(?:择)?(?:第)?(\d|[一二三四五六七八九十])(?:个|项|号|种|条)?")
_NEGATION = re.compile(r"[不没冇无非唔未][是有在得办]?$")

_BORN = re.compile(r"(?P<year>\d{4}|\d{2}|[零一二三四五六七八九]{4}|[零一二三四五六七八九]{2})年(?:的|生|出生|$)")
_HALF = re.compile(r"(岁|年)半|半岁")
_LESS = re.compile(r"差(\d|[一两二三四五])岁(?:就|到|满)*(\d+|[一二三四五六七八九十百]+)")
_SOON = re.compile(
    r"(?:年底|年尾|明年|下个?月|下半年|差[\d一二两三四五六七八九十几]+(?:个月|天))(?:才|就|到|过|满)*满?([\d一二三四五六七八九十百]{1,4})(?:岁|了|$)"
)
_TOWARDS = re.compile(r"奔([\d一二三四五六七八九十]{1,3})")
_NOT_AGE = re.compile(r"上个月|这个月|本月")
_OLD_IDIOM = re.compile(r"七老八十|三长两短|乱七八糟")
_PAST = re.compile(r"(?:本来|以前|原来|之前|从前)[^，,。]*[，,。]?")
_NONE = re.compile(r"(?:一个|半个)?(?:也|都)?(?:没|没有|冇|冇得|没得|没有得|无|木有|莫得|零|没有过)(?:一个)?")
_FOREIGN = re.compile(r"[楼点级年月号元块]")


def says_unclear(text: str) -> bool:
    """Tell whether the reply is that the citizen does not know, or wants the next question."""
    return bool(_UNCLEAR.fullmatch(_TRIM.sub("", tidy(text).lower())))


def read_number(text: str, kind: str, *, per: str = "month", today: datetime.date | None = None) -> Range | None:
    """Return the number of a reply in the unit of `kind` (number, count, years, months; money: yuan per `per`).

    A year of birth ("1945年的") needs `today`. None: no number, or several that do not belong together.
    """
    text = _OLD_IDIOM.sub("", tidy(text)).rstrip("。.，,、 ")
    if kind == "money":
        return read_sum(text, per=per)
    text = _PAST.sub("", text)
    if kind == "years":
        return _read_age(text, today)
    if kind == "months":
        return read_months(text)
    return _read_count(text, kind)


def read_choice(fact: Fact, text: str) -> str | None:
    """Return the choice of `fact` that the text means, if it means exactly one.

    A number is the place in the list, unless the choices are numbers themselves.
    """
    if text in fact.choices:
        return text
    text = tidy(text)
    found = _choice_of(fact, text)
    if found is not None or _ASKS.search(text):
        return found
    # 有是有，不过过期了: what follows the 不过 counts.
    clauses = [part for part in re.split(r"[，,。;；\s]+", re.split(r"不过|但是|可是", text)[-1]) if part]
    meant = {choice for part in clauses if (choice := _choice_of(fact, part)) is not None}
    if len(meant) == 1:
        return meant.pop()
    within = {c for c in fact.choices if len(c) > 1 and c in text and not _NEGATION.search(text[: text.index(c)])}
    within = {c for c in within if not any(c != other and c in other for other in within)}
    return within.pop() if len(within) == 1 and not meant else None


def _choice_of(fact: Fact, text: str) -> str | None:
    bare = _TRIM.sub("", text)
    for spoken in dict.fromkeys((text, bare)):
        if spoken in fact.choices:
            return spoken
        for choice, patterns in fact.heard.items():
            if any(re.fullmatch(pattern, spoken) for pattern in patterns):
                return choice
    yes = next((c for c in fact.choices if c in _YES_CHOICES), None)
    no = next((c for c in fact.choices if c in _NO_CHOICES), None)
    if yes and no and len(fact.choices) == 2:
        bare = _HEDGE.sub("", re.sub(r"(.{1,2})\1", r"\1", bare))
        if _NO.fullmatch(bare):
            return no
        if _YES.fullmatch(bare) or re.fullmatch(r"[嗯哦啊,，。.!！]*嗯[嗯啊,，。.!！]*", text):
            return yes
    place = _PLACE.fullmatch(bare)
    if place and not any(choice.isdigit() for choice in fact.choices):
        number = read_numeral(place[1])
        if number and 1 <= number.low <= len(fact.choices):
            return fact.choices[int(number.low) - 1]
    return None


def _read_age(text: str, today: datetime.date | None) -> Range | None:
    born = _born(text, today)
    if born is not None:
        return born
    if re.fullmatch(r"(?:才|刚)?(?:刚)?(?:出生|生下来|满月).{0,4}", text):
        return exactly(0.0)
    less = _LESS.search(text)
    if less:
        a, b = read_numeral(less[1]), read_numeral(less[2])
        return exactly(b.low - a.low) if a and b else None
    soon = _SOON.search(text)
    if soon:
        age = read_numeral(soon[1])
        return exactly(age.low - 1) if age and age.is_exact else None
    towards = _TOWARDS.search(text)
    if towards:
        age = read_numeral(towards[1])
        return Range(age.low - 10, age.low - 1) if age and age.low >= 20 else None
    text = _NOT_AGE.sub("", text)
    if "岁" not in text and re.fullmatch(r"\D{0,6}[\d一二两三四五六七八九十几半]+个(?:多|把)?月\D{0,4}", text):
        return exactly(0.0)
    if "虚岁" in text and (
        real := re.search(r"周岁是?([\d一二三四五六七八九十百]+)|([\d一二三四五六七八九十百]+)周岁", text)
    ):
        text = real[1] or real[2]
    text = re.sub(r"(岁)(?:零|又|半|多|[\d一二两三四五六七八九十]+个多?月)+", r"\1", text)
    found = {q.range for q in find_quantities(text, "years") if not _FOREIGN.match(text[q.end :])}
    if len(found) != 1:
        return None
    age = found.pop()
    if "虚岁" in text or "虚" in text:
        return Range(max(0.0, age.low - 2), age.high - 1)
    return age


def _born(text: str, today: datetime.date | None) -> Range | None:
    """The age of somebody born on that day or in that year."""
    if today is None:
        return None
    try:
        day = read_day(text, today=today) if "年" in text or re.search(r"\d[./-]\d", text) else None
    except ValueError:
        return None
    if day is not None:
        return exactly(float(years_between(day, today))) if day <= today else None
    match = _BORN.search(text)
    if not match:
        return None
    year = full_year(match["year"], today)
    if not today.year - 125 <= year <= today.year:
        return None
    return Range(max(0.0, float(today.year - year - 1)), float(today.year - year))


def _read_count(text: str, kind: str) -> Range | None:
    bare = _TRIM.sub("", text)
    if _NONE.fullmatch(bare):
        return exactly(0.0)
    if re.fullmatch(r"(?:都|家里)?(?:没|没有|冇|冇得|没得|无)(?:车|房|房子|孩子|小孩|娃|子女|兄弟姐妹|人)", bare):
        return exactly(0.0)
    if bare.endswith("双胞胎"):
        return exactly(2.0)
    pairs = re.findall(r"([一二两三四五])(?=[儿女男子])", bare)
    if len(pairs) > 1:
        return exactly(sum(n.low for pair in pairs if (n := read_numeral(pair))))
    bare = bare.replace("俩", "两个").replace("仨", "三个")
    bare = re.sub(r"^一家(?=[\d一二两三四五六七八九十])", "", bare)
    found = [q for q in find_quantities(bare, kind) if not _FOREIGN.match(bare[q.end :])]
    found = [q for q in found if "岁" not in bare[q.start : q.end]]
    if len(found) > 2 and found[0].range.low == sum(q.range.low for q in found[1:]):
        return found[0].range
    if len(found) == 1 or len({q.range for q in found}) == 1:
        return found[0].range
    nouns = [re.match(r"个?([\u4e00-\u9fff]{1,2})", bare[q.end :]) for q in found]
    named = {noun[1] for noun in nouns if noun}
    if found and len(named) == len(found) and all(q.range.is_exact for q in found):
        return exactly(sum(q.range.low for q in found))
    return None
