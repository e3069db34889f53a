"""Which places a text names, how sure that is, and what they are to the citizen.

A place is sure only when one region fits: of several the citizen chooses. Names are settled by what they stand beside
(南宁的江南街道), by the other places of the text, by the region that the conversation is about, in this order.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.language.normalising import Normaliser
from bot.places.matching import Mention, find_mentions
from bot.places.names import GUANGXI, Gazetteer
from bot.places.resolving import SURE, resolve
from bot.places.roles import HUKOU, LEFT, is_denied, roles_of
from bot.places.similar import find_similar, is_unknown_name

_MOST_CANDIDATES = 30
_LONGEST_MISSPELT = 12
# Of the region before a name in it that nobody knows.
_LARGER = 0.8


@dataclass(frozen=True)
class Place:
    """A region named at start..end of the text in the words `said`; of several `candidates` the likeliest is named."""

    code: str
    level: str
    name: str
    p: float
    is_sure: bool
    start: int
    end: int
    said: str
    role: str | None = None
    candidates: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Found:
    """The places of a text in reading order, the one it is about, and those whose role was said."""

    places: tuple[Place, ...] = ()
    place: Place | None = None
    hukou: Place | None = None
    live: Place | None = None
    event: Place | None = None
    issued: Place | None = None


def read_places(text: str, gazetteer: Gazetteer, *, near: str | None = None) -> Found:
    """Find the places in a text as it was typed; offsets point into that."""
    normalised = _plain().normalise(text)
    found = find_places(normalised.plain, gazetteer, near=near)

    def back(place: Place | None) -> Place | None:
        if place is None:
            return None
        start, end = normalised.original_span(place.start, place.end)
        return replace(place, start=start, end=end, said=text[start:end])

    places = tuple(moved for place in found.places if (moved := back(place)))
    return Found(places, back(found.place), back(found.hukou), back(found.live), back(found.event), back(found.issued))


def find_places(text: str, gazetteer: Gazetteer, *, near: str | None = None) -> Found:
    """Find the places in a plain text (half width, simplified). `near`: the region of the conversation so far."""
    mentions = find_mentions(text, gazetteer)
    clear = [weighted[0][0] for m in mentions if not m.is_broken and len(weighted := resolve(m.readings)) == 1]
    places = [_place(text, mention, clear, gazetteer, near) for mention in mentions]
    starts = [*(place.start for place in places[1:]), len(text)]
    places = [
        _refine(text, place, until, gazetteer)
        for place, until in zip(places, starts, strict=False)
        if not is_denied(text, place.start)
    ]
    if not mentions:
        similar = find_similar(text, gazetteer, near=near)
        if similar:
            places = [_make(text, similar.start, similar.end, similar.candidates, gazetteer)]
    roles = roles_of(text, [(place.start, place.end) for place in places])
    places = [replace(place, role=role) for place, role in zip(places, roles, strict=True)]
    by_role = {role: _first(places, role) for role in ("hukou", "live", "event", "issued")}
    return Found(tuple(places), _main(text, places, by_role["hukou"] or by_role["live"], gazetteer), **by_role)


@functools.lru_cache(maxsize=1)
def _plain() -> Normaliser:
    return Normaliser({})


def _place(text: str, mention: Mention, others: Sequence[str], gazetteer: Gazetteer, near: str | None) -> Place:
    if mention.is_broken:
        likely = tuple(dict.fromkeys(reading.code for reading in mention.readings))
        weighted = tuple((code, round(0.8 / len(likely), 3)) for code in likely)
    else:
        weighted = resolve(mention.readings, others=others, near=near)
    return _make(text, mention.start, mention.end, weighted, gazetteer)


def _make(text: str, start: int, end: int, weighted: tuple[tuple[str, float], ...], gazetteer: Gazetteer) -> Place:
    code, p = weighted[0]
    regions = gazetteer.regions
    is_sure = len(weighted) == 1 and p >= SURE
    return Place(
        code,
        regions.level_of(code),
        regions.full_name(code),
        p,
        is_sure,
        start,
        end,
        text[start:end],
        candidates=() if is_sure else weighted[:_MOST_CANDIDATES],
    )


def _refine(text: str, place: Place, until: int, gazetteer: Gazetteer) -> Place:
    """Behind a larger region the smaller may be misspelt: 横州市教椅镇."""
    if len(place.code) >= 12:
        return place
    if not place.is_sure:
        return _narrow_by_misspelt(text, place, gazetteer)
    similar = find_similar(text, gazetteer, within=place.code, at=place.end)
    if similar is None:
        # The rest of China is known to its counties only: any town may follow there.
        is_open = (
            place.code.startswith(GUANGXI) and 4 <= len(place.code) <= 6 and is_unknown_name(text, place.end, until)
        )
        return _make(text, place.start, place.end, ((place.code, _LARGER),), gazetteer) if is_open else place
    return _make(text, place.start, similar.end, similar.candidates, gazetteer)


def _narrow_by_misspelt(text: str, place: Place, gazetteer: Gazetteer) -> Place:
    """The larger region before a shared name may be misspelt: 福棉区樟木镇."""
    cut = max(0, place.start - _LONGEST_MISSPELT)
    before = find_similar(text[cut : place.start], gazetteer) if place.start >= 3 else None
    if before is None or cut + before.end != place.start:
        return place
    larger = tuple(code for code, _ in before.candidates)
    inside = [(code, before.candidates[0][1]) for code, _ in place.candidates if code.startswith(larger)]
    return _make(text, cut + before.start, place.end, tuple(inside), gazetteer) if len(inside) == 1 else place


def _first(places: Sequence[Place], role: str) -> Place | None:
    """The first place in this role; a second one that lies in it is the more exact."""
    found: Place | None = None
    for place in places:
        if place.role == role and (found is None or (place.is_sure and place.code.startswith(found.code))):
            found = place
    return found


def _main(text: str, places: Sequence[Place], by_role: Place | None, gazetteer: Gazetteer) -> Place | None:
    if by_role is not None:
        registers = [p for p in places if p.role == HUKOU] if by_role.role == HUKOU else [by_role]
        if not _are_nested(registers):
            return _any_of(text, registers, gazetteer)
        inner = [p for p in places if p.is_sure and p.role is None and p.code.startswith(by_role.code)]
        return max([by_role, *inner], key=lambda place: len(place.code))
    left = [place for place in places if place.role == LEFT]
    places = [place for place in places if place.role != LEFT]
    if not places:
        return _make(text, left[0].start, left[0].end, ((left[0].code, _LARGER),), gazetteer) if left else None
    deepest = max(places, key=lambda place: (place.is_sure, len(place.code) if place.is_sure else 0))
    unrelated = [place for place in places if not deepest.code.startswith(place.code)]
    if not deepest.is_sure or not unrelated:
        return deepest
    return _any_of(text, [deepest, *unrelated], gazetteer)


def _are_nested(places: Sequence[Place]) -> bool:
    deepest = max(places, key=lambda place: len(place.code)).code
    return all(deepest.startswith(place.code) or not place.is_sure for place in places)


def _any_of(text: str, places: Sequence[Place], gazetteer: Gazetteer) -> Place:
    """The first of them, to be chosen from all."""
    meant = [[place.code] if place.is_sure else list(dict(place.candidates)) for place in places]
    codes = tuple(dict.fromkeys(code for several in meant for code in several))
    weighted = tuple((code, round(1 / len(codes), 3)) for code in codes)
    return _make(text, places[0].start, places[0].end, weighted, gazetteer)
