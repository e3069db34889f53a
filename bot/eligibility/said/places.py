"""Which region a phrase names: "横州市校椅镇的", "广西南宁", "三江"."""

from __future__ import annotations

from bot.knowledge.regions import Regions
from bot.places.finding import find_places
from bot.places.names import GUANGXI, gazetteer_of


def find_region(text: str, regions: Regions) -> str | None:
    """Return the code of the smallest region, township at most, that a phrase begins with.

    None: the phrase begins with no region of ours, or with a name that several unrelated regions bear.
    """
    first = next(iter(find_places(text, gazetteer_of(regions)).places), None)
    if first is None or first.start or not first.is_sure or not first.code.startswith(GUANGXI):
        return None
    return first.code[:9]
