"""Which sum a month or a year somebody names: "一年万把块", "一天八十，做二十天", "我两千，老婆一千五".

Several sums are added where each has an earner or a source of its own; good and bad months (有时…有时…) make a range;
加起来 beats its parts. A day's wage without the number of days is anything from 0 to 31 days. What never counts as
income (低保金, 残疾补贴, 优抚金, 奖学金) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.eligibility.said.numerals import tidy
from bot.eligibility.said.quantities import find_quantities
from bot.eligibility.values import Range, add, exactly, join, scale

_CLAUSE = re.compile(r"[，,。;；、!！\s]+")
_CORRECTED = re.compile(r".*(?:不对|说错了?|讲错了?)[，,。\s]*")
_PAST = re.compile(r"以前|原来|从前|本来|之前")
_NOT_COUNTED = re.compile(r"低保|残疾.{0,3}(?:补贴|补助)|护理补贴|生活补贴|优抚|抚恤|奖学金|高龄")
# What is lost, owed or borrowed is no income; a rate per thing (一亩八百, 一圩一百) tells no sum.
_NO_INCOME = re.compile(r"亏|欠|贷|借|还债|花掉|花了")
_RATE = re.compile(r"(?:一|每)(?:亩|头|只|斤|圩|趟|车|单|件|场)")
_BESIDES = re.compile(r"除了?(?:低保|补贴)金?(?:以外|之外)?")
_TOTAL = re.compile(r"加起来|加一起|总共|一共|合计|拢共|合起来|共计|总的|全部")
_SOMETIMES = re.compile(
    r"有时|好的时候|不好的时候|多的时候|少的时候|旺季|淡季|好就|不好就|好的话|多就|少就|忙的时候|闲的时候"
)
_LABEL = re.compile(
    r"老公|老婆|老伴|爱人|丈夫|妻子|儿子|女儿|孩子|小孩|爸|妈|父|母|爷|奶|哥|弟|姐|妹|媳妇|我|他|她|种|养|打工|零工|散工|"
    r"工资|退休|养老|租|摆摊|卖|低保|看病|住院|吃药|买药|药|读书|上学|学费|康复|手术|地|田|社保|做工|开车|给"
)
_EACH = re.compile(r"每个?人|一个?人|人均")
_HEADS = re.compile(r"([2-9二两三四五六七八九])个?人")
_DAYS_RANGE = re.compile(r"(\S{1,4})天(\S{1,4})天")
_FOREIGN = re.compile(r"[天日号岁级楼亩头只斤月年套间届名次]|个(?!月)|口人?|人")
_NOTHING = re.compile(
    r"(?:一分|一毛|一块|一个|半分|什么|任何|一点)?(?:钱|收入)*(?:也|都|又)?(?:没|没有|冇|冇得|没得|无|木有|莫得|没有得)"
    r"(?:任何|什么|一分|一点|半分|别的|其他)?(?:经济|生活)?(?:收入|钱|来源|收入来源|工资|花|用|的)?(?:了)?"
)
_FILLER = re.compile(
    r"[嗯呃额唔哦啊呀吧咯嘛啦哩呢喔嘞。.…!！\s]|那个|现在|目前|家里|全家|都是|我们|我家|我|都(?=没|冇|无)"
)
_NO_WORK = re.compile(r"(?:都)?(?:没|没有|冇|冇得)(?:有)?工作")

_PER_YEAR, _PER_HALF, _PER_QUARTER, _PER_MONTH = 12.0, 6.0, 3.0, 1.0
_PERIODS: Sequence[tuple[re.Pattern[str], float | str]] = (
    (re.compile(r"半年"), _PER_HALF),
    (re.compile(r"(?:一|1|每)?个?季度"), _PER_QUARTER),
    (re.compile(r"(?:一|1|每|全)年(?:到头|下来|里|收入|到晚)?|年收入|年入|年薪|[/／]年"), _PER_YEAR),
    (re.compile(r"(?:一|1|每|按)个?月(?:下来|里)?|月收入|月入|月薪|[/／]个?月"), _PER_MONTH),
    (re.compile(r"(?:一|1|每)(?:个)?(?:星期|礼拜|周)"), "week"),
    (re.compile(r"(?:一|1|每)[天日]|日结|[/／]天"), "day"),
)
_DAYS_A_MONTH, _WEEKS_A_MONTH = Range(0.0, 31.0), Range(4.0, 31 / 7)


@dataclass(frozen=True)
class _Sum:
    """One sum a month, whose or what for, and whether it is one of several possible months."""

    range: Range
    label: str
    is_sometimes: bool
    is_total: bool


def read_sum(text: str, *, per: str = "month") -> Range | None:
    """Return the sum in yuan per `per` (month or year); a period that is not named is the asked one."""
    text = _BESIDES.sub("", _CORRECTED.sub("", tidy(text)))
    clauses = [clause for clause in _CLAUSE.split(text) if clause and not _PAST.search(clause)]
    named = _PER_YEAR if per == "year" else _PER_MONTH
    sums: list[_Sum] = []
    period: float | str | None = None
    was_yearly = only_uncounted = False
    if _RATE.search(text) or text.startswith("-"):
        return None
    for clause in clauses:
        if per == "month" and _NO_INCOME.search(clause):
            only_uncounted = True
            continue
        if per == "month" and _NOT_COUNTED.search(clause):
            only_uncounted = True
            continue
        found, period = _sums_of(clause, text, period, named)
        if was_yearly and not _period(clause)[0]:
            found = [_either_way(item) for item in found]
        was_yearly = was_yearly or (per == "month" and _period(clause)[0] == _PER_YEAR)
        sums += found
    if not sums:
        return exactly(0.0) if _is_nothing(clauses) and not only_uncounted else None
    total = _together(sums)
    return scale(total, _PER_YEAR) if total and per == "year" else total


def _sums_of(
    clause: str, text: str, inherited: float | str | None, named: float
) -> tuple[list[_Sum], float | str | None]:
    """The sums of one clause, and the period that the next clause inherits where this one names no sum."""
    period, spoken = _period(clause)
    found: list[_Sum] = []
    at = 0
    if _is_nothing([clause]):
        return found, period or inherited
    is_total, is_sometimes = bool(_TOTAL.search(clause)), bool(_SOMETIMES.search(clause))
    heads = _HEADS.search(text)
    for quantity in find_quantities(spoken, "money"):
        said = spoken[quantity.start : quantity.end]
        behind = spoken[quantity.end :]
        if re.search(r"个人|口人|岁|[个口人]$", said) or (
            _FOREIGN.match(behind) and not re.search(r"[块元蚊钱]", said)
        ):
            continue
        label = _LABEL.findall(spoken[at : quantity.start])
        amount = _a_month(quantity.range, period or inherited or named, text)
        if heads and _EACH.search(spoken[at : quantity.start]):
            amount = scale(amount, float(read_heads(heads[1])))
        found.append(_Sum(amount, label[-1] if label else "", is_sometimes, is_total))
        at = quantity.end
    return found, (None if found else period or inherited)


def _either_way(item: _Sum) -> _Sum:
    """After a yearly sum one without a period may be a year's too: 一年种甘蔗一万，养猪五千."""
    yearly = scale(item.range, 1 / _PER_YEAR)
    return replace(item, range=yearly if item.is_sometimes else join(yearly, item.range))


def read_heads(numeral: str) -> int:
    """The number of people of a single digit."""
    return (
        int(numeral)
        if numeral.isdigit()
        else "零一二三四五六七八九".replace("两", "二").index(numeral.replace("两", "二"))
    )


def _period(clause: str) -> tuple[float | str | None, str]:
    """The period that a clause names, and the clause without it (a bar stands where it was)."""
    period: float | str | None = None
    # 一个月做二十天 says how many days, not what a month brings.
    worked = re.search(r"(?:一|1|每)个?月(?:能|就|大概|最多)?(?:做|干|开|有|上|得)?\S{1,4}天", clause)
    for pattern, value in _PERIODS:
        match = pattern.search(clause)
        if match and not (worked and value == _PER_MONTH):
            period = value if period is None else period
        clause = pattern.sub("|", clause)
    return period, clause


def _a_month(amount: Range, period: float | str, text: str) -> Range:
    if period == "day":
        return _times(amount, _days(text))
    if period == "week":
        return _times(amount, _WEEKS_A_MONTH)
    return scale(amount, 1 / float(period))


def _days(text: str) -> Range:
    """How many days a month are worked, where it is said."""
    either = _DAYS_RANGE.search(text)
    if either:
        ends = [found[-1].range for part in either.groups() if (found := find_quantities(part, "number"))]
        if len(ends) == 2:
            return join(ends[0], ends[1])
    if re.search(r"(?:做|干|有)?半个月", text):
        return exactly(15.0)
    for quantity in find_quantities(text, "number"):
        if text[quantity.end : quantity.end + 1] == "天" and text[quantity.start : quantity.end] not in ("一", "1"):
            return quantity.range
    return _DAYS_A_MONTH


def _times(a: Range, b: Range) -> Range:
    return Range(a.low * b.low, a.high * b.high, a.low_open or b.low_open, a.high_open or b.high_open)


def _together(sums: Sequence[_Sum]) -> Range | None:
    totals = [item for item in sums if item.is_total]
    if totals:
        return totals[-1].range
    first, *rest = sums
    result = first.range
    if any(item.is_sometimes for item in sums):
        for item in rest:
            result = join(result, item.range)
        return result
    # 透析一个月两千，一年就两万四: the same sum once more.
    rest = [item for item in rest if item.label or abs(item.range.low - result.low) > 1]
    labels = [item.label for item in [first, *rest]]
    if rest and (len(set(labels)) < len(labels) or "" in labels[1:]):
        return None
    for item in rest:
        result = add(result, item.range)
    return result


def _is_nothing(clauses: Sequence[str]) -> bool:
    """没有收入, 一分钱都没有; 没有固定收入 says nothing."""
    spoken = [_FILLER.sub("", clause) for clause in clauses]
    kept = [clause for clause in spoken if clause and not _NO_WORK.fullmatch(clause)]
    return bool(kept) and all(_NOTHING.fullmatch(clause) or clause in ("零", "0") for clause in kept)
