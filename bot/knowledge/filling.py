"""Fill the places `{amount: programme}` of an answer with the amount of the citizen's region and day."""

from __future__ import annotations

import datetime
import re

from bot.knowledge.library import Library
from bot.knowledge.standards import Amount

PLACE = re.compile(r"\{amount: *([a-z_0-9]+)\}")
# An amount that is older than this is told as the last one found, never as today's.
_OLD = datetime.timedelta(days=730)


def fill_amounts(text: str, library: Library, *, region: str | None, day: datetime.date) -> str:
    """Return `text` with every place filled; where nothing is known it says so and whom to ask."""
    return PLACE.sub(lambda match: say_amount(match.group(1), library, region=region, day=day), text)


def say_amount(programme: str, library: Library, *, region: str | None, day: datetime.date) -> str:
    """Put the amount of one programme into words: number, place, since when, and the level it was found at."""
    standards = library.standards
    words = standards.wording
    names = library.regions.names
    found = standards.find(programme, region or "45", day=day)
    if found is None:
        if region is None and standards.is_local(programme):
            return words["ask_region"]
        if any(row.valid_from > day for row in standards.rows.get(programme, ())):
            return words["before"].format(day=say_since(day, "day"))
        return words["not_found"].format(here=names.get(region or "45", ""))
    said = _say_found(found, library, region)
    if day - found.valid_from > _OLD:
        said += words["old"]
    elif region is None and standards.is_local(programme):
        said += words["may_be_higher"]
    return said


def _say_found(found: Amount, library: Library, region: str | None) -> str:
    names = library.regions.names
    kind = "higher_level" if region and len(region) > len(found.region) > 2 else "found"
    says = library.standards.programmes[found.programme].says.format(amount=f"{found.amount.normalize():f}")
    return library.standards.wording[kind + ("_year" if found.precision == "year" else "")].format(
        says=says,
        here=names.get(region or "", ""),
        where=names.get(found.region, found.region),
        since=say_since(found.valid_from, found.precision),
    )


def say_since(day: datetime.date, precision: str) -> str:
    """2022年4月1日, without the day where it is the first; the year alone where no more is known."""
    if precision == "year":
        return f"{day.year}年"
    return f"{day.year}年{day.month}月" + (f"{day.day}日" if day.day != 1 else "")
