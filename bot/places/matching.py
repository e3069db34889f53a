"""Which of the names in a text are meant as places, and which of them belong together: 柳州 三江县 的 八江镇.

Of overlapping names those are taken that explain most of the text, where a name inside the region named before it
counts more. A name that is an everyday word as well is a place only next to a larger one, behind words such as 我住在,
or when it is the whole message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.places.context import COMMON, begins, is_county, is_in_context, is_no_place, is_ours_by_context
from bot.places.names import GUANGXI, Gazetteer, Match, Reading

_GAP = re.compile(
    r"(?:[\s的,，、:：/\-—>(（)）]|那边|这边|那里|下面|下边|底下|管的|辖区|所属|那个|里面|一个叫|有个|下辖|属于|归|是)*"
)
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
    matches = sorted(gazetteer.matches(text))
    words = [match for match in matches if not match.readings]
    matches = [match for match in matches if match.readings and not is_no_place(text, match)]
    if words:
        matches = [m for m in matches if not any(word.start <= m.start and m.end <= word.end for word in words)]
    return _join(text, _choose(text, matches))


def is_linked(text: str, first: Match, second: Match) -> bool:
    """Tell whether nothing but a joining word stands between two names."""
    gap = text[first.end : second.start]
    return len(gap) <= 6 and _GAP.fullmatch(gap) is not None


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
            if opening[before] and not (inside and (has_suffix or is_county(larger))):
                continue
            far = len(larger.readings[0].code) < 6 and len(match.readings[0].code) == 12
            gain = _FAR_INSIDE if far else _INSIDE if inside else _AROUND
            total = worth[before] + length + (_IN_CHAIN if own is None else own) + gain
            if total > best:
                best, origin = total, before
        # A bare name may open a chain (大新 in 大新明仕村), but is none without what follows.
        is_village = all(len(reading.code) == 12 for reading in match.readings)
        opening.append(best <= 0 and not is_village and not COMMON.fullmatch(text, match.start, match.end))
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
    if has_suffix and (len(match.readings[0].code) < 12 or begins(text, match.start)):
        return _ALONE
    is_village = all(len(reading.code) == 12 for reading in match.readings)
    is_town = not is_village and not is_county(match)
    is_place = is_in_context(text, match.start, match.end, is_village=is_village, is_town=is_town)
    if is_place or is_ours_by_context(text, match):
        return _IN_CONTEXT
    return None


def _ancestors(text: str, match: Match) -> set[str]:
    """The regions next to which the name counts: a bare village only next to its county, a bare town to its city."""
    if COMMON.fullmatch(text, match.start, match.end):
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
