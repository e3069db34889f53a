"""Every name that people have for a region, and where such names stand in a text.

A name that is no everyday word counts wherever it stands (`alone`). The bare name of a township or village (和平, 校椅)
or of a county elsewhere, and a short name that is an everyday word too, count only where the words around them tell of
a place. One automaton over all names: a look-up does not grow with their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick

from bot.knowledge.regions import Regions

GUANGXI = "45"
OFFICIAL, ALIAS, SHORT, CHANGED, BARE = 0.99, 0.97, 0.95, 0.93, 0.92
"""How sure a name makes us: official, people's own, shortened, with another suffix (横县 for 横州市), without any."""
FORMAL = re.compile("虚拟|省直辖县级|自治区直辖县级|^市辖区$|^县$")
"""Names that stand in the statistics only."""
_PEOPLES = (
    "各族|壮族|瑶族|苗族|侗族|仫佬族|毛南族|回族|彝族|京族|土家族|朝鲜族|布依族|哈尼族|白族|傣族|景颇族|傈僳族|藏族|羌族|"
    "(?<!内)蒙古族|(?<!内)蒙古|哈萨克族|哈萨克|柯尔克孜族|柯尔克孜|维吾尔族|维吾尔|满族|黎族|畲族|水族|仡佬族|纳西族|佤族|拉祜族|布朗族|"
    "独龙族|怒族|普米族|阿昌族|达斡尔族|达斡尔|鄂温克族|鄂伦春族|锡伯族|锡伯|东乡族|撒拉族|保安族|裕固族|土族|塔吉克族|塔吉克"
)
_LARGE = re.compile(rf"(?:(?:{_PEOPLES})*自治[县区州旗]|[省市县区盟]|地区)$")
_TOWNSHIP = re.compile(rf"(?:(?:{_PEOPLES})+乡|[乡镇]|街道)$")
_COMMITTEE = re.compile("(?:村民委员会|居民委员会|社区委员会|村委委?会|村委员会|居民?委?委?会|居委员|村委)$")
_TOWN = re.compile("社区|居民?委")
_IN_TOWN = ("社区", "村", ("社区居委会", "居委会"))
_IN_COUNTRY = ("村", "社区", ("村委会", "村委", "村民委员会"))
_VILLAGE = re.compile("(?:社区|生活区)$")
_LONGER_WORDS = """
    三江源 三江源头 三江平原 三江并流 北海道 北海舰队 百色起义 来宾席 来宾致词 凌云壮志 合浦还珠
    大新闻 出海口 入海口 大理石 大理寺 大理岩 中山装 中山服 中山陵 日照时间 日照时数 日照间距
    日照不足 三明治 普洱茶 洛阳纸贵 遵义会议 西安事变 南昌起义 广州起义 延安精神 岳阳楼 长沙发
    扬州炒饭 扬州八怪 兰州拉面 沙县小吃 重庆火锅 四川火锅 北京烤鸭 北京时间 海南鸡饭 云南白药
    云南米线 金华火腿 山东快书 河南梆子 河北梆子 大同小异 世界大同 长治久安 四平八稳 东躲西藏
    复合肥 复合肥料 远大理想 文山会海 仁者乐山 第八步 学大庆 安康杯 和田玉 奥巴马 黄石公园
    朝阳产业 上海滩 广东话 四川话 河南话
"""
"""Everyday words of which the name of a region is a piece."""


class Reading(NamedTuple):
    """A region that a name may mean, how surely, and whether the name counts without a context."""

    code: str
    p: float
    alone: bool


class Match(NamedTuple):
    """A name at start..end of a text; without readings a longer word that is none, though it has one in it."""

    start: int
    end: int
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Gazetteer:
    """All names of the regions, ready to be looked for."""

    regions: Regions
    readings: dict[str, tuple[Reading, ...]]
    automaton: ahocorasick.Automaton

    def matches(self, text: str) -> Iterator[Match]:
        """Yield every name in the text, overlapping ones too, and the longer words around names."""
        for last, (length, readings) in self.automaton.iter(text):
            yield Match(last + 1 - length, last + 1, readings)


class _Kept:
    """Of the last regions asked for: knowledge is read seldom and asked often."""

    gazetteer: Gazetteer | None = None


def gazetteer_of(regions: Regions) -> Gazetteer:
    """Return the gazetteer of these regions, made once as long as they are the same object."""
    kept = _Kept.gazetteer
    if kept is None or kept.regions is not regions:
        kept = _Kept.gazetteer = _build(regions)
    return kept


def _build(regions: Regions) -> Gazetteer:
    meant: dict[str, dict[str, Reading]] = {}
    for code, names in _all_names(regions):
        for name, p, alone in names:
            known = meant.setdefault(name, {})
            alone = alone and name not in regions.not_alone
            before = known.get(code)
            if before is None or (before.alone, before.p) < (alone, p):
                known[code] = Reading(code, p, alone)
    taken = frozenset(meant)
    for code, names in _changed_names(regions):
        for name, p, alone in names:
            if name not in taken:
                meant.setdefault(name, {}).setdefault(code, Reading(code, p, alone))
    readings = {name: tuple(known.values()) for name, known in meant.items()}
    automaton = ahocorasick.Automaton()
    for name, found in readings.items():
        automaton.add_word(name, (len(name), found))
    for word in _LONGER_WORDS.split():
        if word not in readings:
            automaton.add_word(word, (len(word), ()))
    automaton.make_automaton()
    return Gazetteer(regions, readings, automaton)


_Names = list[tuple[str, float, bool]]


def _all_names(regions: Regions) -> Iterator[tuple[str, _Names]]:
    for code, name in regions.names.items():
        yield code, _names_of(code, name)
    for code, name in regions.villages.items():
        yield code, _village_names(name)
    for code, name in regions.elsewhere.items():
        if not FORMAL.search(name):
            yield code, _names_elsewhere(code, name)
    for alias, code in regions.aliases.items():
        yield code, [(alias, ALIAS, True)]
    for alias, codes in regions.several.items():
        for code in codes:
            yield code, [(alias, ALIAS, True)]


def stem_of(code: str, name: str) -> str:
    """Return the name without the words for its kind: 三江 for 三江侗族自治县, 校椅 for 校椅镇."""
    if len(code) <= 6:
        return _LARGE.sub("", name)
    if len(code) == 9:
        return _TOWNSHIP.sub("", name)
    stem = _VILLAGE.sub("", _COMMITTEE.sub("", name))
    return stem[:-1] if len(stem) > 2 and stem.endswith("村") else stem


def _names_of(code: str, name: str) -> _Names:
    stem = stem_of(code, name)
    short = [(stem, BARE, len(stem) > 2 and stem.endswith("村"))] if len(code) == 9 else [(stem, SHORT, True)]
    names = [(name, OFFICIAL, True), *(short if len(stem) >= 2 and stem != name else [])]
    if name.endswith("自治县"):
        names += [(stem + "县", ALIAS, True), (stem + "自治县", ALIAS, True)]
    if name.endswith("族乡"):
        names.append((stem + "乡", ALIAS, True))
    if name.startswith("国营"):
        names.append((name.removeprefix("国营"), ALIAS, True))
    if code == GUANGXI:
        names.append((stem + "省", ALIAS, True))
    return names


def _village_names(name: str) -> _Names:
    official = [(name, OFFICIAL, not FORMAL.search(name))]
    stem = stem_of("v" * 12, name)
    if len(stem) < 2 or FORMAL.search(name):
        return official
    if name.endswith("生活区"):
        return [*official, (stem, BARE, False)]
    kind, other, ends = _IN_TOWN if _TOWN.search(name) else _IN_COUNTRY
    return [
        *official,
        *((stem + end, ALIAS, len(stem + end) > 2) for end in (kind, *ends)),
        (stem, BARE, False),
        (stem + other, CHANGED, False),
    ]


def _names_elsewhere(code: str, name: str) -> _Names:
    stem = stem_of(code, name)
    names = [(name, OFFICIAL, len(name) > 2)]
    if len(stem) >= 2 and stem != name:
        names.append((stem, SHORT, len(code) <= 4))
        if "自治" in name:
            names.append((stem + name[-1], ALIAS, True))
    return names


def _changed_names(regions: Regions) -> Iterator[tuple[str, _Names]]:
    """Other suffixes than the official one: 横州县, 校椅乡, 百色地区; only where no region is really called so."""
    for code, name in regions.names.items():
        stem = stem_of(code, name)
        if len(stem) < 2 or stem == name:
            continue
        ends = {4: ("地区", "县", "区"), 6: ("市", "县", "区"), 9: ("镇", "乡", "街道", "街")}.get(len(code), ())
        yield code, [(stem + end, CHANGED, len(code) < 9 or end in ("镇", "乡", "街道")) for end in ends]
