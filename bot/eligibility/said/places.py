"""Which region a phrase names: "横州市校椅镇的", "广西南宁", "三江"."""

from __future__ import annotations

import re

from bot.knowledge.regions import Regions
from bot.places.finding import find_places
from bot.places.names import GUANGXI, gazetteer_of

_AS_A_VILLAGE = re.compile("村|社区|居委|屯|[县市区镇乡]")


def find_region(text: str, regions: Regions) -> str | None:
    """Return the code of the smallest region, township at most, that a phrase begins with.

    None: the phrase begins with no region of ours, or with a name that several unrelated regions bear.
    """
    first = next(iter(find_places(text, gazetteer_of(regions)).places), None)
    if first is None or first.start or not first.is_sure or not first.code.startswith(GUANGXI):
        return None
    # 火星 is a village of Hepu too: a village's bare name alone is no address.
    if first.level == "village" and not _AS_A_VILLAGE.search(first.said):
        return None
    return first.code[:9]
