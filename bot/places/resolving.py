"""Which region a name means: the largest of those that lie in one another, one of ours before one elsewhere.

What is still open after that the other places of the text settle, then the region that the conversation is about.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.places.names import ALIAS, GUANGXI, OFFICIAL, SHORT, Reading

SURE = 0.9
_BY_CONVERSATION = 0.92
# A town that shares its bare name with no more villages than this: people say 村 when they mean a village.
_FEW_VILLAGES = 3


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
