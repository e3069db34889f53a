"""Which benefit a message names."""

from __future__ import annotations

import re

from bot.eligibility.benefits import Benefit
from bot.eligibility.catalogue import Catalogue
from bot.language.normalising import Normalised


def named_benefit(text: Normalised, catalogue: Catalogue) -> Benefit | None:
    """The benefit whose longest name stands in the text."""
    best: tuple[int, Benefit] | None = None
    for benefit in catalogue.benefits.values():
        for name in (benefit.name, *benefit.also_called):
            if (name in text.plain or name in text.text) and (best is None or len(name) > best[0]):
                best = (len(name), benefit)
    return best[1] if best else None


def begun_benefit(rest: str, catalogue: Catalogue) -> Benefit | None:
    """The one benefit of which "预审结婚" says only how its name begins."""
    rest = bare(rest).strip("：: ")
    found = [benefit for benefit in catalogue.benefits.values() if len(rest) > 1 and benefit.name.startswith(rest)]
    return found[0] if len(found) == 1 else None


def is_only_a_name(text: Normalised, benefit: Benefit) -> bool:
    names = "|".join(re.escape(name) for name in (benefit.name, *benefit.also_called))
    pattern = re.compile(rf"(那|换|换成|改成|查|改查|查一下|看|看看)?({names})(呢|吧)?")
    return bool(pattern.fullmatch(bare(text.plain)) or pattern.fullmatch(bare(text.text)))


def bare(text: str) -> str:
    return text.strip().strip("。.!！~～ ")
