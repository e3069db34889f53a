"""Which day a phrase names: "45年7月1号", "二〇〇三年二月十四", "前天", "上个月15号". A lunar date is not read."""

from __future__ import annotations

import datetime
import re

from bot.eligibility.said.numerals import read_numeral, tidy

_LUNAR = re.compile(r"农历|阴历|旧历|老历|正月|腊月|冬月|初[一二三四五六七八九十]|闰|大年|除夕")
_DIGITS = "零一二三四五六七八九"
_YEAR = rf"(?P<year>\d{{4}}|\d{{2}}|[{_DIGITS}]{{4}}|[{_DIGITS}]{{2}}|今|去|前|明)年"
_NUMBER = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_WRITTEN = re.compile(
    rf"(?:{_YEAR}的?)?(?P<month>{_NUMBER})月(?:份)?的?(?P<day>{_NUMBER})(?:日|号|$|(?=[^\d天个年月]))"
)
_DOTTED = re.compile(r"(?<!\d)(?P<year>\d{4})[./\-](?P<month>\d{1,2})[./\-](?P<day>\d{1,2})(?!\d)")
_PACKED = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)")
_THIS_MONTH = re.compile(rf"(?P<which>上上个?|上个?|这个?|本)月(?P<day>{_NUMBER})[日号]")
_AGO = re.compile(r"(?P<days>\d{1,3}|[一两二三四五六七八九十]{1,3})(?P<unit>天|个?星期|个?礼拜|周)(?:以)?前")
_NAMED = (
    (re.compile(r"大前[天日]"), -3),
    (re.compile(r"前[天日]"), -2),
    (re.compile(r"昨[天日晚]|琴日|寻日|昨晚"), -1),
    (re.compile(r"今[天日早晚]|刚才|而家"), 0),
    (re.compile(r"大后[天日]"), 3),
    (re.compile(r"后[天日]"), 2),
    (re.compile(r"明[天日早]|听日"), 1),
)
_YEARS = {"今": 0, "去": -1, "前": -2, "明": 1}

DAY = (
    rf"(?:(?:\d{{4}}|\d{{2}}|[{_DIGITS}〇]{{2,4}}|今|去|前|明)年)?(?:{_NUMBER})月(?:{_NUMBER})(?:日|号)?"
    r"|\d{4}[./\-]\d{1,2}[./\-]\d{1,2}|大?前天|昨天|今天|上个月(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号]"
)
"""A day in text, without groups."""


def read_day(text: str, *, today: datetime.date) -> datetime.date | None:
    """Return the day of a phrase. Raises ValueError for a day that does not exist (30 February is not clamped).

    A day without a year is this year's, or the last one if that lies ahead.
    """
    text = re.sub(r"\s", "", tidy(text))
    if _LUNAR.search(text):
        return None
    for pattern in (_DOTTED, _PACKED):
        match = pattern.search(text)
        if match:
            return datetime.date(int(match["year"]), int(match["month"]), int(match["day"]))
    match = _WRITTEN.search(text)
    if match:
        return _written(match, today)
    match = _THIS_MONTH.search(text)
    if match:
        back = {"上上": 2, "上": 1, "这": 0, "本": 0}[match["which"].rstrip("个")]
        months = today.year * 12 + today.month - 1 - back
        return datetime.date(months // 12, months % 12 + 1, _number(match["day"]))
    match = _AGO.search(text)
    if match:
        return today - datetime.timedelta(days=_number(match["days"]) * (1 if match["unit"] == "天" else 7))
    return next((today + datetime.timedelta(days=days) for named, days in _NAMED if named.search(text)), None)


def full_year(said: str, today: datetime.date) -> int:
    """The year of 1945, 45 or 四五: two digits are the latest such year that is not ahead."""
    digits = "".join(str(_DIGITS.index(char)) if char in _DIGITS else char for char in said)
    year = int(digits)
    if len(digits) == 2:
        year += today.year // 100 * 100
        return year if year <= today.year else year - 100
    return year


def _written(match: re.Match[str], today: datetime.date) -> datetime.date:
    month, day = _number(match["month"]), _number(match["day"])
    if match["year"] is None:
        found = datetime.date(today.year, month, day)
        return found if found <= today else datetime.date(today.year - 1, month, day)
    if match["year"] in _YEARS:
        return datetime.date(today.year + _YEARS[match["year"]], month, day)
    return datetime.date(full_year(match["year"], today), month, day)


def _number(said: str) -> int:
    found = read_numeral(said)
    if found is None or not found.is_exact:
        raise ValueError(said)
    return int(found.low)
