"""Which of the names in a text are meant as places, and which of them belong together: 柳州 三江县 的 八江镇.

Of overlapping names those are taken that explain most of the text, where a name inside the region named before it
counts more. A name that is an everyday word as well is a place only next to a larger one, behind words such as 我住在,
or when it is the whole message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.places.names import GUANGXI, Gazetteer, Match, Reading

_GAP = re.compile(
    r"(?:[\s的,，、:：/\-—>(（)）]|那边|这边|那里|下面|下边|底下|管的|辖区|所属|那个|里面|一个叫|有个|下辖|属于|归|是)*"
)
_BEFORE = re.compile(
    r"(?:住在|家住|家在|住|老家在?是?|户口(?:本|簿)?(?:上|也|还|都|就|落|是|在)*|户籍地?(?:也|还|都|就|落|是|在)*|籍贯是?|原籍是?|"
    r"人在|我在|我系|现在在|嫁到|嫁去|搬到|来自|我家是?|租房在|居住在|地址是?|坐标|位置|定位|身份证(?:上|地址)?(?:是|写的?是?)?|"
    r"(?:我|他|她|妈|爸|老人|们|家|企)(?:就)?(?:是|系|喺|在)|^(?:在|是|系))[:：\s]?$"
)
_BEHIND = re.compile(
    r"$|[^\u4e00-\u9fff]|[的人这那镇乡村街上下里怎想有要能可办申打工老户呢吗啊吧低残高特临结离过开去该没属和跟领能应做干种养读租买摆]|社区|住(?!院)|嘅"
)
# Villages and towns are called so too, but next to a place or behind 在 the everyday word is meant (老家民政, 在河边).
_COMMON = re.compile(
    "人民|文化|世界|学院|市场|工业|建设|中心|教育|民族|大学|那么|那些|那个|那头|那种|那时|那年|那家|那位|农业|水平|"
    "合作|那里|铁路|交通|安全|大会|同志|胜利|那样|长期|大道|联合|民主|利益|中学|"
    "广场|居民|大陆|运输|健康|南部|一致|公园|合理|大约|自治|合同|平时|幸福|大门|"
    "上级|两岸|公安|大力|码头|当中|马上|民政|合成|那天|城内|通道|上年|渔业|城区|"
    "山上|火车站|车站|城郊|学堂|郊区|山下|里头|河边|江边|新村|农场|林场|矿区|老街|"
    "街口|村头|路口|桥头|市北|市南|工农|高速|高铁|环城|公会|会展|花园|果园|学府|"
    "福利|养老|平安|公正|公平|上面|里面|那边|家里|公家|自成|民生|保安|大楼|大厦|"
    "亭子|水库|电站"
)
# The name of a village is a piece of too many other words: 龙岗村 in 青龙岗村.
_BEGINS = re.compile(r"(?:^|[^\u4e00-\u9fff]|[的在住到去从是系我和跟镇乡道县市区])$")
_AS = re.compile(r"(?:的|人|嘅|这边|那边|这里|那里|镇|乡|村|本地)")
_I_AM = re.compile(r"(?:^|[我俺们他她妈爸人家])(?:就)?(?:是|系)$")
# What makes a county of an everyday word: 凤山人, 大新这边.
_OURS_BEHIND = re.compile(r"人(?![口民均员家生多少数为物])|这边|民政|本地|老家|县城")
_OURS_BEFORE = re.compile(r"(?:^|[^\u4e00-\u9fff]|[我们是系在到的])$")
_FILLER = re.compile(
    r"^(?:你好|您好)?[\s,，]*(?:那|就|我|俺|我们|换|换成|换到|改成|应该)*(?:是|在|系|住在|住|家在|来自|去)*$"
)
_FILLER_BEHIND = re.compile(
    r"(?:的|嘅|人|这边|那边|这里|那里|那|镇上|街上|哪里|吧|啊|呢|呀|哦|咧|了|地区)*[\s。.，,！!？?~]*$"
)
# A street, a bank or a dish named after a place is none: 北京路, 柳州银行, 桂林米粉.
_NO_PLACE_BEHIND = re.compile(
    r"[东南西北中一二三四五六七八]?(?:路(?![过上费途程口])|大道|大街|一街|二街|三街)|(?<!街)街(?=\d)|巷(?!贤)|银行|米粉|螺蛳粉|卫视|人寿"
)
# Behind the bare name of a town or village any road is one: 新兴街, 芦笛路口, 中山一路; so is 大学东路 100号.
_ROAD_BEHIND = re.compile(r"[东南西北中上下新老前后一二三四五六七八九十]?(?:路|街|大道|巷)")
_IN_ROAD = re.compile(r"(?:路|街|巷|大道)$")
_NUMBER_BEHIND = re.compile(r"[\d一二三四五六七八九十]+|[东南西北中]?段")
_KINDS = frozenset("市县区")
# What a name costs, so that few long names are preferred to many short ones, and what it gains beside its larger one.
_ALONE, _IN_CHAIN, _IN_CONTEXT = -1.0, -1.2, -1.3
_INSIDE, _AROUND, _FAR_INSIDE = 3.0, 1.5, 0.5
# A larger region begins at most so many characters before the name in it.
_FARTHEST = 30


@dataclass(frozen=True)
class Mention:
    """Names that belong together, and the readings that fit all of them; `is_broken`: they contradict each other."""

    names: tuple[Match, ...]
    readings: tuple[Reading, ...]
    is_broken: bool = False

    @property
    def start(self) -> int:
        return min(name.start for name in self.names)

    @property
    def end(self) -> int:
        return max(name.end for name in self.names)


def find_mentions(text: str, gazetteer: Gazetteer) -> list[Mention]:
    """Return the places named in a text, in reading order."""
    matches = [match for match in gazetteer.matches(text) if not _is_no_place(text, match)]
    return _join(text, _choose(text, sorted(matches)))


def is_linked(text: str, first: Match, second: Match) -> bool:
    """Tell whether nothing but a joining word stands between two names."""
    gap = text[first.end : second.start]
    return len(gap) <= 6 and _GAP.fullmatch(gap) is not None


def is_in_context(text: str, start: int, end: int, *, is_village: bool = False) -> bool:
    """Tell whether the words around tell of a place: 我住在校椅, 校椅那边的, or nothing else is said."""
    before, behind = text[max(0, start - 12) : start], text[end : end + 8]
    if _COMMON.fullmatch(text, start, end):
        return start == 0 and end == len(text)
    if start < 20 and _FILLER_BEHIND.fullmatch(text, end) and _FILLER.fullmatch(text, 0, start):
        return True
    if is_village and text[start] in "上下里":
        return False
    if _I_AM.search(before) and not _AS.match(behind):
        return False
    return _BEFORE.search(before) is not None and _BEHIND.match(behind) is not None


def _is_no_place(text: str, match: Match) -> bool:
    if text[match.end : match.end + 1] in _KINDS and not any(reading.alone for reading in match.readings):
        return True
    if text.startswith(("市场", "宾馆"), match.end - 1):
        return True
    if not any(reading.alone for reading in match.readings):
        name = text[match.start : match.end]
        if _ROAD_BEHIND.match(text, match.end) or (_IN_ROAD.search(name) and _NUMBER_BEHIND.match(text, match.end)):
            return True
    return text[match.end - 1] not in "市县区镇乡村道" and _NO_PLACE_BEHIND.match(text, match.end) is not None


def _choose(text: str, matches: list[Match]) -> list[Match]:
    """The best way to read the text as names that do not overlap, each seen with the one before it.

    Only what stands close before a name can be its larger region; of everything farther away the best reading counts.
    """
    above = [_ancestors(text, match) for match in matches]
    codes = [{reading.code for reading in match.readings} for match in matches]
    worth: list[float] = []
    opening: list[bool] = []
    came: list[int | None] = []
    ended: dict[int, int] = {}
    best_before: int | None = None
    seen = 0
    for at, match in enumerate(matches):
        while seen <= match.start:
            best_before = max(
                (i for i in (best_before, ended.get(seen)) if i is not None), key=worth.__getitem__, default=None
            )
            seen += 1
        has_suffix = any(reading.alone for reading in match.readings)
        own = _own_worth(text, match, has_suffix=has_suffix)
        length = 2.0 * (match.end - match.start)
        best, origin = 0.0, None
        if own is not None:
            best = length + own
            if best_before is not None:
                best, origin = best + worth[best_before], best_before
        for before in range(at - 1, -1, -1):
            larger = matches[before]
            if larger.start < match.start - _FARTHEST:
                break
            if worth[before] <= 0 or larger.end > match.start:
                continue
            inside = not codes[before].isdisjoint(above[at])
            if not (inside or not codes[at].isdisjoint(above[before])) or not is_linked(text, larger, match):
                continue
            if opening[before] and not (inside and (has_suffix or _is_county(larger))):
                continue
            far = len(larger.readings[0].code) < 6 and len(match.readings[0].code) == 12
            gain = _FAR_INSIDE if far else _INSIDE if inside else _AROUND
            total = worth[before] + length + (_IN_CHAIN if own is None else own) + gain
            if total > best:
                best, origin = total, before
        # A bare name may open a chain (大新 in 大新明仕村), but is none without what follows.
        is_village = all(len(reading.code) == 12 for reading in match.readings)
        opening.append(best <= 0 and not is_village and not _COMMON.fullmatch(text, match.start, match.end))
        worth.append(length + _IN_CHAIN if opening[-1] else best)
        came.append(origin)
        if not opening[at] and best > 0 and (match.end not in ended or worth[ended[match.end]] < best):
            ended[match.end] = at
    at_best = max((at for at in range(len(matches)) if not opening[at]), key=worth.__getitem__, default=None)
    chosen: list[Match] = []
    while at_best is not None and worth[at_best] > 0:
        chosen.append(matches[at_best])
        at_best = came[at_best]
    return chosen[::-1]


def _own_worth(text: str, match: Match, *, has_suffix: bool) -> float | None:
    """What the name is worth without a larger one beside it; None: it is no place then."""
    if has_suffix and (len(match.readings[0].code) < 12 or _BEGINS.search(text, max(0, match.start - 1), match.start)):
        return _ALONE
    is_village = all(len(reading.code) == 12 for reading in match.readings)
    if is_in_context(text, match.start, match.end, is_village=is_village) or _is_ours_by_context(text, match):
        return _IN_CONTEXT
    return None


def _is_county(match: Match) -> bool:
    return any(reading.code[:2] == GUANGXI and len(reading.code) <= 6 for reading in match.readings)


def _is_ours_by_context(text: str, match: Match) -> bool:
    """An everyday word that is a county of ours too, in words that only fit the county."""
    if not _is_county(match) or not _OURS_BEHIND.match(text, match.end):
        return False
    return _OURS_BEFORE.search(text, max(0, match.start - 1), match.start) is not None


def _ancestors(text: str, match: Match) -> set[str]:
    """The regions next to which the name counts: a bare village only next to its county, a bare town to its city."""
    if _COMMON.fullmatch(text, match.start, match.end):
        return set()
    return {
        reading.code[:length]
        for reading in match.readings
        for length in (2, 4, 6, 9)
        if length < len(reading.code) and (reading.alone or length >= {12: 6, 9: 4}.get(len(reading.code), 2))
    }


def _join(text: str, matches: list[Match]) -> list[Mention]:
    mentions: list[Mention] = []
    for match in matches:
        last = mentions[-1] if mentions else None
        if last is not None and not last.is_broken and is_linked(text, last.names[-1], match):
            joined = _narrow(last.readings, match.readings) or _narrow(match.readings, last.readings)
            # 南宁三江: the county of another city, or a village of the same name? Ask.
            doubtful = _depth(match.readings) <= 6 and joined and all(len(reading.code) == 12 for reading in joined)
            if joined and not (doubtful and _depth(last.readings) < 6):
                mentions[-1] = Mention((*last.names, match), joined)
                continue
            gap = text[last.end : match.start]
            is_elsewhere = all(reading.code[:2] != GUANGXI for reading in match.readings)
            if is_elsewhere and last.readings[0].code[:2] == GUANGXI and gap == "":
                continue  # 玉林老城区: no district of Luoyang
            if gap in ("", "的") and _depth(last.readings) < _depth(match.readings):
                mentions[-1] = Mention(
                    (*last.names, match), _alone(match.readings + joined[:3] + last.readings), is_broken=True
                )
                continue
        mentions.append(Mention((match,), match.readings))
    return mentions


def _narrow(larger: tuple[Reading, ...], smaller: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """The readings of the smaller that lie in one of the larger; a name said twice stays."""
    codes = {reading.code for reading in larger}
    return tuple(
        Reading(reading.code, max(reading.p, 0.95), True)
        for reading in smaller
        if any(reading.code[:length] in codes for length in (2, 4, 6, 9, 12) if length <= len(reading.code))
    )


def _alone(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    return tuple(reading for reading in readings if reading.alone)


def _depth(readings: tuple[Reading, ...]) -> int:
    return min((len(reading.code) for reading in readings if reading.alone), default=99)
