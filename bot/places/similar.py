"""Places that are misspelt or misheard: 恒州 for 横州, 教椅镇 for 校椅镇, 都安瑶族自冶县.

Compared are sounds without tones, with what southerners and voice input mix up folded together, and characters with one
of them wrong, missing or too many. Both go through a table made once, never over all names. Nothing found here is sure:
the citizen is asked whether that is what they meant.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from bot.places.context import is_in_context, is_place_behind
from bot.places.names import GUANGXI, Gazetteer, stem_of
from bot.places.sounds import sounds, syllables

_SUFFIX = re.compile(
    r"自治县|街道|社区|村委会|市(?![场面里级委]|民(?!政)|政(?!府))|县(?![级委长里])|区(?![域别委里长划分])|镇(?![静压])|"
    r"乡(?![下里镇亲愁]|村(?!委))|村(?![里民干支主长子])|正(?![在是常式规确好])|[线现](?![在金场有状上])"
)
_MISHEARD = {"正": "镇", "线": "县", "现": "县"}
_LEVEL_OF_SUFFIX = {"市": (4, 6), "县": (6,), "区": (6,), "自治县": (6,), "镇": (9,), "乡": (9,), "街道": (9,)}
_CHINESE = re.compile("[\u4e00-\u9fff]+")
_VILLAGE = (12,)
# Behind a larger region, these words for regions are none's name: 南宁附近乡镇, 百色各县.
_ANY = re.compile(
    "各|全|每|某|该|本|附近|周边|周围|所有|其他|其它|偏远|边远|贫困|所属|所辖|下属|下辖|辖|外面|隔壁|农业|重点|民族|边境|管|同|两|三个|新|老家|户籍|户口|低保|籍"
)
# Words that sound like a county, where no suffix says that one is meant: 桂林自愿 is no 资源.
_SOUNDS_SO = re.compile(
    "形成|工程|行业|用户|大型|年轻|常务|东南|和尚|招聘|志愿|自愿|上市|白色|房间|临床|沉重|马上|支援|丧失|艰难|产物|精细|重伤|浏览|"
    "分散|心灵|罕见|苹果|方程|上司|中山|一周|拥护|向上|湖水|打发|新城|行程|三十|上将|负面|谈谈|山石|职员|湖面|惊喜|天鹅|落成|流程|"
    "演说|航程|山间|邮件|进修|三间|五名|城西|换成|难当|赏识|灵敏|打法|丧事|三件|无名|流浪|大发|大法|清秀|县上|大兴|锦绣|动心|和善|"
    "被害|封赏|豁免|零散|风扇|年青|散失|三思|大话|干杯|新安|齐心|返程|善事|换乘|大姓|腹水|六成|向善|蓝领|岭上|育龄|河山|搭话|离谱|"
    "大心|大信|请修|陆续|永久|恭贺"
)
_UNKNOWN = re.compile(
    "(?:市|的)?([\u4e00-\u9fff]{2,3}?)(?:县(?![级委长里城])|镇(?![静压上里])|(?<!城)乡(?![下里镇亲愁村上居民]))"
)
_PLACE_FOLLOWS = frozenset("在住到是系家口籍喺")
_NO_NAME = frozenset("是在的了不我你您他她吗呢呀啊吧去有没要想住到哪怎么什给把被驻办个几多少这和跟也都就还")
_LONGEST, _NEAREST = 300, 14
_SOUND, _SOUND_SHORT, _SPELLING = 0.85, 0.75, 0.7
# What is said where a place might be, and sounds like one.
_EVERYDAY = re.compile(
    "人民|事情|医院|低保|城市|农村|社区|民政|小区|市区|县城|政府|外地|本地|家里|"
    "乡镇|村里|街道|老家|外省|外县|学校|单位|公司|这里|那里|哪里|地区|城镇|乡下|"
    "镇上|县里|市里|我们|他们|一个|同一|居住|全市|全县|全区|本市|本县|本区|外市|"
    "各县|各市|居民|农民|县级|市级|大城|小城|老城|郊区|山区|校区|辖区"
)


@dataclass(frozen=True)
class Similar:
    """Where the misspelt name stands and what may be meant."""

    start: int
    end: int
    candidates: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class _Table:
    by_sound: dict[tuple[str, ...], tuple[str, ...]]
    by_character: dict[str, frozenset[str]]
    """Character → codes of regions whose official name has it."""


def find_similar(
    text: str, gazetteer: Gazetteer, *, near: str | None = None, within: str | None = None, at: int = 0
) -> Similar | None:
    """Return the best region that the text from `at` may have meant; `within`: only inside this region, right there."""
    best: Similar | None = None
    windows = _windows(text, at if within else None)
    if within and len(within) == 4:
        windows = itertools.chain(windows, _bare_windows(text, at))
    for start, end, stem, suffix in windows:
        candidates = _candidates(stem, suffix, gazetteer, within)
        if near and len(candidates) > 1:
            candidates = {c: p for c, p in candidates.items() if c.startswith(near[:4])} or candidates
        if candidates and (best is None or max(candidates.values()) > best.candidates[0][1]):
            best = Similar(start, end, _weigh(candidates))
    return best


def is_unknown_name(text: str, at: int, until: int) -> bool:
    """Tell whether up to `until` right behind a larger region a county or town is named, whatever it may be."""
    match = _UNKNOWN.match(text, at, until)
    return match is not None and _is_name(match[1]) and not _ANY.match(match[1])


def _windows(text: str, at: int | None) -> Iterable[tuple[int, int, str, str]]:
    """Stretches that may be a name: before a suffix, or where the words around tell of a place."""
    for match in _SUFFIX.finditer(text, at or 0, _LONGEST if at is None else at + _NEAREST):
        # 容县 is heard as 荣县: one character is a name only right behind its city.
        shortest = 1 if at is not None and _MISHEARD.get(match.group(), match.group()) == "县" else 2
        for length in range(8, shortest - 1, -1):
            start = match.start() - length
            stem = text[max(start, 0) : match.start()]
            # 都按瑶族自治县: with a people's name in it, whatever stands before that is a name.
            is_name = _is_name(stem) or (match.group() == "自治县" and "族" in stem)
            if start < (at or 0) or not is_name or (at is not None and not _is_joined(text[at:start])):
                continue
            yield start, match.end(), stem, match.group()
    if at is None:
        for start in range(min(len(text), _LONGEST)):
            if start and text[start - 1] not in _PLACE_FOLLOWS:
                continue
            for end in range(start + 4, start + 1, -1):
                stem = text[start:end]
                if len(stem) == end - start and _is_name(stem) and is_in_context(text, start, end):
                    yield start, end, stem, ""
        # Three syllables in a row that are a place's are no accident, whatever stands around them.
        for start in range(min(len(text), _LONGEST) - 2):
            if _is_name(text[start : start + 3]):
                yield start, start + 3, text[start : start + 3], ""


def _bare_windows(text: str, at: int) -> Iterable[tuple[int, int, str, str]]:
    """Behind a larger region the name of a county needs no suffix: 桂林洋朔."""
    start = at + 1 if text.startswith("的", at) else at
    for end in (start + 3, start + 2):
        stem = text[start:end]
        if (
            len(stem) == end - start
            and _is_name(stem)
            and not _SOUNDS_SO.fullmatch(stem)
            and is_place_behind(text, end)
        ):
            yield start, end, stem, ""


def _is_joined(gap: str) -> bool:
    return gap in ("", "的", "，", ",", " ", "那边", "这边", "下面的", "那边的")


def _is_name(stem: str) -> bool:
    return not _EVERYDAY.match(stem) and _NO_NAME.isdisjoint(stem) and _CHINESE.fullmatch(stem) is not None


def _candidates(stem: str, suffix: str, gazetteer: Gazetteer, within: str | None) -> dict[str, float]:
    table = _table(gazetteer, within)
    heard, suffix = suffix, _MISHEARD.get(suffix, suffix)
    levels = _LEVEL_OF_SUFFIX.get(suffix, _VILLAGE if suffix else (4, 6, 9))
    stem_said = stem
    if suffix and levels[-1] == 6:
        stem = stem_of("c" * 6, stem + suffix)
    if suffix == "自治县" and "族" in stem_said:
        return _peoples_county(stem_said + suffix, gazetteer, within)
    if within and not suffix:
        levels = (6,)
    spoken = sounds(stem)
    found = {}
    for code in table.by_sound.get(spoken, ()):
        if len(code) in levels:
            is_same = syllables(stem) == syllables(stem_of(code, gazetteer.regions.name_of(code) or ""))
            # Without a suffix a town that only sounds similar is too far-fetched: 蹭饭 is no 城隍.
            if is_same or (suffix and heard == suffix) or (len(code) <= 6 and len(stem) == 2):
                found[code] = _SOUND if is_same and suffix else _SOUND_SHORT
    if not found and suffix and heard == suffix and len(stem) > 1:
        found = _spelt_alike(stem, suffix, table, gazetteer, within, levels)
    return found


def _peoples_county(said: str, gazetteer: Gazetteer, within: str | None) -> dict[str, float]:
    """A county named with its peoples: what sounds so, or so long a name with one character off."""
    named = {c: name for c, name in gazetteer.regions.names.items() if len(c) == 6 and name.endswith("族自治县")}
    ours = {code: name for code, name in named.items() if code.startswith(within or "")}
    heard = {code: _SOUND for code, name in ours.items() if sounds(name) == sounds(said)}
    return heard or {c: _SOUND_SHORT for c, n in ours.items() if Levenshtein.distance(said, n, score_cutoff=1) <= 1}


def _spelt_alike(
    stem: str, suffix: str, table: _Table, gazetteer: Gazetteer, within: str | None, levels: tuple[int, ...]
) -> dict[str, float]:
    """One character off. Short names differ by one from too many others: they need a known region around them."""
    if len(stem) < 3 and not (within and len(within) >= 4) and levels[-1] != 6:
        return {}
    shared: dict[str, int] = defaultdict(int)
    for character in set(stem):
        for code in table.by_character.get(character, ()):
            shared[code] += 1
    found = {}
    for code, count in shared.items():
        is_known = len(stem) > 2 or code.startswith(GUANGXI)
        if len(code) in levels and count >= len(set(stem)) - 1 and is_known:
            name = gazetteer.regions.name_of(code) or ""
            if min(Levenshtein.distance(stem, stem_of(code, name)), Levenshtein.distance(stem + suffix, name)) == 1:
                found[code] = _SPELLING
    return found if len(found) <= 3 else {}


def _weigh(candidates: dict[str, float]) -> tuple[tuple[str, float], ...]:
    share = 1 if len(candidates) == 1 else len(candidates)
    order = sorted(candidates, key=lambda code: (-candidates[code], code[:2] != GUANGXI, len(code), code))
    return tuple((code, round(candidates[code] / share, 3)) for code in order)


class _Kept:
    gazetteer: Gazetteer | None = None
    tables: dict[str, _Table]
    codes: list[str]
    """Of Guangxi, sorted: what lies in a region stands together."""


def _table(gazetteer: Gazetteer, within: str | None) -> _Table:
    """The table of everything in a region; without one, of Guangxi to its townships and the cities elsewhere."""
    if _Kept.gazetteer is not gazetteer:
        _Kept.gazetteer, _Kept.tables = gazetteer, {}
        _Kept.codes = sorted([*gazetteer.regions.names, *gazetteer.regions.villages])
    key = within or ""
    if key not in _Kept.tables:
        if len(_Kept.tables) > 200:
            _Kept.tables.clear()
        _Kept.tables[key] = _make_table(gazetteer, within)
    return _Kept.tables[key]


def _make_table(gazetteer: Gazetteer, within: str | None) -> _Table:
    regions = gazetteer.regions
    if within is None:
        names = {**regions.names, **{code: name for code, name in regions.elsewhere.items() if len(code) <= 4}}
    else:
        first, last = (bisect.bisect_right(_Kept.codes, code) for code in (within, within + "~"))
        deepest = 12 if len(within) >= 6 else 9
        names = {code: regions.name_of(code) or "" for code in _Kept.codes[first:last] if len(code) <= deepest}
    by_sound: dict[tuple[str, ...], list[str]] = defaultdict(list)
    by_character: dict[str, set[str]] = defaultdict(set)
    for alias, code in regions.aliases.items():
        if within and len(code) == 6 and code.startswith(within) and code != within and alias[-1] in "市县区":
            by_sound[sounds(stem_of(code, alias))].append(code)
    for code, name in names.items():
        stem = stem_of(code, name)
        if len(stem) >= 2 or (within and len(code) == 6):
            by_sound[sounds(stem)].append(code)
            for character in set(name.rstrip("市县区镇乡村")):
                by_character[character].add(code)
    return _Table(
        {spoken: tuple(codes) for spoken, codes in by_sound.items()},
        {character: frozenset(codes) for character, codes in by_character.items()},
    )
