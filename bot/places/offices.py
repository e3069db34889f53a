"""Find the one office of a kind for a region: its own, that of what it lies in, or the bureau that can tell further."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bot.knowledge.offices import Office, Offices
from bot.knowledge.regions import Regions
from bot.knowledge.services import Kind

_BUREAUS = {
    "county": "county_civil_affairs",
    "city": "city_civil_affairs",
    "province": "autonomous_region_civil_affairs",
}
_LEVELS = ("province", "city", "county", "township", "village")


@dataclass(frozen=True)
class FoundOffice:
    """The first office to go to, and what is still open about it."""

    office: Office
    needs: str
    """township or county: what must be known to find a nearer office; empty when this is the right one."""
    zone: Office | None
    """The window of a development zone or farm that may not exist; `office` is the bureau to ask first."""


def is_zone(code: str) -> bool:
    """Tell whether a township is a development zone, farm or the like: the statistics number them from 400 to 599."""
    return len(code) >= 9 and code[6] in "45"


def find_office(
    kind: str, code: str, regions: Regions, offices: Offices, kinds: Mapping[str, Kind]
) -> FoundOffice | None:
    """The office for a region of Guangxi; None where offices.csv has not even a bureau for it."""
    levels = {making.level for making in kinds[kind].made_for}
    finest = max(levels, key=_LEVELS.index)
    is_coarse = _LEVELS.index(regions.level_of(code)) < _LEVELS.index(finest)
    # Whoever says the county says the city too, and nobody is asked twice.
    needs = ("township" if finest == "township" else "county") if is_coarse else ""
    found = next((office for part in regions.upwards(code) if (office := offices.of(kind, part))), None)
    if found and not (is_zone(found.region) and not found.is_filled):
        return FoundOffice(found, needs, None)
    bureau = _bureau(code, regions, offices)
    if bureau is None:
        return FoundOffice(found, "", None) if found else None
    return FoundOffice(bureau, needs, found)


def title_of(office: Office, regions: Regions) -> str:
    """The office's name with what its region lies in: 南宁市青秀区中山街道办事处, as many streets are called 中山."""
    above = list(regions.upwards(office.region))[1:2]
    return "".join(regions.full_name(code) for code in above if len(code) > 2) + office.name


def nearest_office(kind: str, latitude: float, longitude: float, offices: Offices) -> Office | None:
    """The nearest office of a kind by air; None as long as staff have filled in no coordinates for any."""

    def distance(office: Office) -> float:
        there, beside = float(office.latitude), float(office.longitude)
        # On the few hundred kilometres of Guangxi the earth is flat enough.
        return math.hypot(there - latitude, (beside - longitude) * math.cos(math.radians(latitude)))

    placed = [office for office in offices.rows if office.kind == kind and office.latitude and office.longitude]
    return min(placed, key=distance, default=None)


def _bureau(code: str, regions: Regions, offices: Offices) -> Office | None:
    for part in regions.upwards(code):
        office = offices.of(_BUREAUS.get(regions.level_of(part), ""), part)
        if office is not None:
            return office
    return None
