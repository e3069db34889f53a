"""Which number a bare numeral means: "两千五", "2千5", "三四千", "十几", "千把", "两千多".

What is left open is read as widely as an honest speaker can mean it: 三四千 is 3000 to 4999 (not 4000), 七八十 70 to
89, 一两百 100 to 299, 几百 100 to 999. A range that is too narrow would give a confident wrong answer.
"""

from __future__ import annotations

import re
import unicodedata

import cn2an

from bot.eligibility.values import Range, exactly

_PLAIN = str.maketrans(
    "壹贰貳叁肆伍陆柒捌玖拾佰仟萬廿卅兩〇个個鈔係啱嘅冇閒佢過歲嗰點",
    "一二二三四五六七八九十百千万廿卅两零个个钞系啱嘅冇闲佢过岁嗰点",
)
_DIGITS = "一二两三四五六七八九"
_DIGIT = {char: value for char, value in zip(_DIGITS, (1, 2, 2, 3, 4, 5, 6, 7, 8, 9))}
_UNITS = "十百千万亿"
# One character at a time: nested repetitions would take forever on long runs.
_N = rf"(?:\d|(?<=\d)\.(?=\d)|[零{_DIGITS}{_UNITS}])+"
# 打零工, 零花钱: no zero.
_RUN = rf"(?:\d|(?<=\d)\.(?=\d)|(?!零[工花钱食售散碎星])[零{_DIGITS}{_UNITS}]){{1,20}}"
NUMERAL = rf"(?:(?:{_RUN}(?:多(?![少久大])|余|来|把|好?几)?|好?几)[{_UNITS}]*(?:两[{_UNITS}])?)"
"""A numeral in text (no groups); read_numeral says what it means."""

# Misheard or mistyped by voice and keyboard: 两干块, 俩千, 2000快钱, 1.8k, 3w.
_REPAIRS = (
    (re.compile(rf"(?<=[\d{_DIGITS}])干"), "千"),
    (re.compile(rf"俩(?=[{_UNITS}])"), "两"),
    (re.compile(rf"(?<=[\d{_UNITS}])快(?=钱|$|[，,。])"), "块"),
    (re.compile(r"(?<=\d)[kK]"), "千"),
    (re.compile(r"(?<=\d)[wW]"), "万"),
    (re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))"), ""),
    (re.compile(rf"(?<=十)有(?=[{_DIGITS}])"), ""),
    (re.compile(r"廿"), "二十"),
    (re.compile(r"卅"), "三十"),
    (re.compile(r"半百"), "五十"),
    (re.compile(r"[—–－～]"), "-"),
)

_PAIR = re.compile(rf"(?P<pre>.*?[{_UNITS}]零?)?(?P<a>[{_DIGITS}])(?P<b>[{_DIGITS}])(?P<u>[{_UNITS}]*)")
_FEW = re.compile(rf"(?P<pre>{_N})?(?P<good>好)?几(?P<u>[{_UNITS}]*)")
_MANY = re.compile(rf"(?P<pre>{_N})[多余](?P<u>[{_UNITS}]*)")
_ABOUT = re.compile(rf"(?P<pre>{_N})来(?P<u>[{_UNITS}]*)")
_OR_SO = re.compile(rf"(?P<pre>一?[百千万])[把来](?P<top>两[{_UNITS}])?")


def tidy(text: str) -> str:
    """Half width, plain numerals, and what voice input and keyboards get wrong."""
    text = unicodedata.normalize("NFKC", text).translate(_PLAIN).strip()
    for pattern, plain in _REPAIRS:
        text = pattern.sub(plain, text)
    return text


def read_numeral(numeral: str) -> Range | None:
    """Return what a whole numeral (after tidy) means."""
    for pattern, read in ((_PAIR, _pair), (_FEW, _few), (_MANY, _many), (_OR_SO, _or_so), (_ABOUT, _about)):
        match = pattern.fullmatch(numeral)
        found = read(match) if match else None
        if found is not None:
            return found
    number = _number(numeral)
    return None if number is None else exactly(number)


def last_place(number: float) -> float:
    """The value of the last place that was said: 1000 for 两千, 100 for 两千五, 1 for 83."""
    place = 1.0
    while number and number % (place * 10) == 0:
        place *= 10
    return place


def unit_of(numeral: str) -> float:
    """The value of the unit that ends a numeral: 1000 for 三千, 1 for 三."""
    match = re.search(rf"[{_UNITS}]+$", numeral)
    return _unit(match.group()) if match else 1.0


def _number(numeral: str) -> float | None:
    if re.fullmatch(r"\d+(\.\d+)?", numeral):
        return float(numeral)
    if numeral[:1] in tuple("百千万"):
        numeral = "一" + numeral
    try:
        return float(cn2an.cn2an(numeral, "smart"))
    except (ValueError, KeyError, IndexError):
        return None


def _unit(units: str) -> float:
    value = 1.0
    for unit in units:
        value *= {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}[unit]
    return value


def _pair(match: re.Match[str]) -> Range | None:
    a, b = _DIGIT[match["a"]], _DIGIT[match["b"]]
    if b != a + 1 and (a, b) != (3, 5):
        return None
    start = _number(match["pre"].rstrip("零")) if match["pre"] else 0.0
    if start is None:
        return None
    if match["u"]:
        unit = _unit(match["u"])
    else:
        unit = max(last_place(start) / 10, 1) if start and not match["pre"].endswith("零") else 1.0
    return Range(start + a * unit, start + ((b + 1) * unit - 1 if unit > 1 else b))


def _few(match: re.Match[str]) -> Range | None:
    unit = _unit(match["u"])
    if not match["pre"]:
        if unit == 10:
            return Range(20.0, 99.0)
        return Range((2 if match["good"] else 1) * unit, 10 * unit - 1)
    start = _number(match["pre"].rstrip("零"))
    if start is None:
        return None
    if match["pre"].endswith("零") and unit == 1:  # 一百零几
        return Range(start + 1, start + 9)
    place = last_place(start)
    if unit < place and unit > 1:  # 一千几百, 一万零几百
        return Range(start + unit, start + 10 * unit - 1)
    if match["good"]:
        return Range((start + place / 2) * unit, (start + place) * unit - 1)
    if start == 10 and unit == 1:
        return Range(11.0, 19.0)
    if unit == 1 and place >= 100:
        return Range(start, start + place, high_open=True)
    return Range(start * unit, (start + place) * unit - 1)


def _many(match: re.Match[str]) -> Range | None:
    start, unit = _number(match["pre"]), _unit(match["u"])
    if start is None:
        return None
    return Range(start * unit, (start + last_place(start)) * unit, high_open=True)


def _or_so(match: re.Match[str]) -> Range | None:
    number = _number(match["pre"])
    if number is None:
        return None
    top = _number(match["top"]) if match["top"] else None
    return Range(0.9 * number, top or 1.5 * number)


def _about(match: re.Match[str]) -> Range | None:
    number, unit = _number(match["pre"]), _unit(match["u"])
    return None if number is None else Range(0.9 * number * unit, (number + last_place(number) / 2) * unit)
