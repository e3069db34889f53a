"""Which region a phrase names: "横州市校椅镇的", "广西南宁", "三江"."""

from __future__ import annotations

import re

from bot.knowledge.regions import Regions

_SHORTEN = re.compile(r"(?:(?:各族|壮族|瑶族|苗族|侗族|仫佬族|毛南族|回族|彝族|京族)+自治(?:县|区)|[市县区])$")
_LONGEST = 14


def find_region(text: str, regions: Regions) -> str | None:
    """Return the code of the smallest region that a phrase begins with, named from the larger to the smaller.

    None: the phrase begins with no region of ours, or with a name that several unrelated regions bear.
    """
    names = _names(regions)
    found: str | None = None
    while text:
        for length in range(min(_LONGEST, len(text)), 1, -1):
            codes = names.get(text[:length], ())
            fitting = [code for code in codes if found is None or (code.startswith(found) and code != found)]
            if fitting:
                shortest = min(fitting, key=len)
                if not all(code.startswith(shortest) for code in fitting):
                    return found
                found, text = shortest, text[length:]
                break
        else:
            return found
    return found


class _Kept:
    """The names of the last regions asked for: knowledge is read seldom and asked often."""

    regions: Regions | None = None
    names: dict[str, tuple[str, ...]] | None = None


def _names(regions: Regions) -> dict[str, tuple[str, ...]]:
    """Codes by name: official, without its last word where two characters are left, and what people say instead."""
    if _Kept.regions is regions and _Kept.names is not None:
        return _Kept.names
    meant: dict[str, list[str]] = {}
    for code, name in regions.names.items():
        for known in {name, _SHORTEN.sub("", name) if len(code) < 9 else name}:
            if len(known) >= 2:
                meant.setdefault(known, []).append(code)
    for alias, code in regions.aliases.items():
        meant[alias] = [code]
    _Kept.regions, _Kept.names = regions, {name: tuple(codes) for name, codes in meant.items()}
    return _Kept.names
