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
from bot.places.names import ALIAS, GUANGXI, OFFICIAL, SHORT, Gazetteer, Reading
from bot.places.roles import is_denied, is_stay, role_of
from bot.places.similar import find_similar

SURE = 0.9
_BY_CONVERSATION = 0.92
_MOST_CANDIDATES = 30
# A town that shares its bare name with no more villages than this: people say 村 when they mean a village.
_FEW_VILLAGES = 3
_LONGEST_MISSPELT = 12


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
    places = [_refine(text, place, gazetteer) for place in places if not is_denied(text, place.start)]
    if not mentions:
        similar = find_similar(text, gazetteer, near=near)
        if similar:
            places = [_make(text, similar.start, similar.end, similar.candidates, gazetteer)]
    places = _with_roles(text, places)
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


def resolve(
    readings: Sequence[Reading], *, others: Sequence[str] = (), near: str | None = None
) -> tuple[tuple[str, float], ...]:
    """Return the regions that are meant, likeliest first, with their probabilities; one alone where it is clear."""
    fitting = [reading for reading in readings if reading.alone] or list(readings)
    if not any(_is_ours(reading) for reading in fitting):
        fitting += _namesakes(fitting, readings)
    ours = [reading for reading in fitting if _is_ours(reading)]
    nearby = _nearby(readings, near)
    if ours and near and len(near) >= 6 and nearby and not any(r.code in near or near in r.code for r in ours):
        return _share([*ours, *nearby])
    if ours:
        # What staff listed as ours too (高新区) stays to choose from, whatever its level.
        fitting = [r for r in fitting if r in ours or (r.code[:2] == GUANGXI and r.alone and r.p >= ALIAS)]
    else:
        provinces = [reading for reading in fitting if len(reading.code) == 2]
        fitting = provinces or fitting
    official = [reading for reading in fitting if reading.p >= OFFICIAL]
    # 西山乡 is one, and what people call 西山瑶族乡 too; of villages only those of one township are told apart so.
    if official and (len(official[0].code) <= 9 or len({reading.code[:9] for reading in fitting}) == 1):
        fitting = official + [reading for reading in nearby if reading.alone and reading not in official]
    largest = _containing(fitting)
    if largest is not None:
        return ((largest.code, largest.p),)
    for codes in (others, [near] if near else []):
        for length in (12, 9, 6, 4):
            here = {code[:length] for code in codes if len(code) >= length}
            narrowed = [reading for reading in fitting if reading.code[:length] in here]
            one = _containing(narrowed)
            if one is not None:
                return ((one.code, _BY_CONVERSATION),)
            if narrowed:
                fitting = narrowed
                break
    townships = [reading for reading in fitting if len(reading.code) <= 9]
    if len(townships) == 1 and townships[0].code[:2] == GUANGXI and len(fitting) <= _FEW_VILLAGES:
        return ((townships[0].code, SURE),)
    return _share(fitting)


def _share(readings: list[Reading]) -> tuple[tuple[str, float], ...]:
    codes = sorted({r.code for r in readings}, key=lambda code: (code[:2] != GUANGXI, len(code), code))
    return tuple((code, round(1 / len(codes), 3)) for code in codes)


def _is_ours(reading: Reading) -> bool:
    return reading.code.startswith(GUANGXI) and len(reading.code) <= 6


def _namesakes(fitting: Sequence[Reading], readings: Sequence[Reading]) -> list[Reading]:
    """Counties that are called like a city elsewhere but lie outside it: 朝阳 is in Liaoning, in Beijing and here."""
    cities = [reading.code for reading in fitting if reading.alone and len(reading.code) == 4 and reading.p <= SHORT]
    rest = [reading for reading in readings if not reading.alone and cities and not reading.code.startswith(cities[0])]
    rest = [reading for reading in rest if len(reading.code) <= 9]
    return rest if len({reading.code[:2] == GUANGXI for reading in rest}) == 2 else []


def _nearby(readings: Sequence[Reading], near: str | None) -> list[Reading]:
    return [reading for reading in readings if near and len(near) >= 6 and reading.code.startswith(near[:6])]


def _containing(readings: Sequence[Reading]) -> Reading | None:
    """The one of them in which all others lie."""
    if not readings:
        return None
    largest = min(readings, key=lambda reading: len(reading.code))
    return largest if all(reading.code.startswith(largest.code) for reading in readings) else None


def _refine(text: str, place: Place, gazetteer: Gazetteer) -> Place:
    """Behind a larger region the smaller may be misspelt: 横州市教椅镇."""
    if len(place.code) >= 12:
        return place
    if not place.is_sure:
        return _narrow_by_misspelt(text, place, gazetteer)
    similar = find_similar(text, gazetteer, within=place.code, at=place.end)
    if similar is None:
        return place
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


def _with_roles(text: str, places: list[Place]) -> list[Place]:
    told: list[Place] = []
    after = 0
    for at, place in enumerate(places):
        until = places[at + 1].start if at + 1 < len(places) else None
        role, after = role_of(text, place.start, place.end, after=after, until=until)
        told.append(replace(place, role=role))
    if len(told) > 1 and any(place.role == "hukou" for place in told):
        told = [
            replace(place, role="live") if place.role is None and is_stay(text, place.start) else place
            for place in told
        ]
    return told


def _first(places: Sequence[Place], role: str) -> Place | None:
    """The first place in this role; a second one that lies in it is the more exact."""
    found: Place | None = None
    for place in places:
        if place.role == role and (found is None or (place.is_sure and place.code.startswith(found.code))):
            found = place
    return found


def _main(text: str, places: Sequence[Place], by_role: Place | None, gazetteer: Gazetteer) -> Place | None:
    if by_role is not None:
        inner = [p for p in places if p.is_sure and p.role is None and p.code.startswith(by_role.code)]
        return max([by_role, *inner], key=lambda place: len(place.code))
    if not places:
        return None
    deepest = max(places, key=lambda place: (place.is_sure, len(place.code) if place.is_sure else 0))
    unrelated = [place for place in places if not deepest.code.startswith(place.code)]
    if not deepest.is_sure or not unrelated:
        return deepest
    meant = [[place.code] if place.is_sure else list(dict(place.candidates)) for place in (deepest, *unrelated)]
    codes = tuple(dict.fromkeys(code for several in meant for code in several))
    weighted = tuple((code, round(1 / len(codes), 3)) for code in codes)
    return _make(text, deepest.start, deepest.end, weighted, gazetteer)
