"""A place and its office as the JSON that `guimin route` prints."""

from __future__ import annotations

from typing import Any

from bot.knowledge.entries import Citation
from bot.knowledge.offices import Office
from bot.knowledge.regions import Regions
from bot.places.finding import Found
from bot.places.offices import title_of
from bot.places.routing import ROLES, Routed

_OFFICE_FIELDS = ("id", "kind", "name", "region", "telephone", "address", "hours")


def as_record(found: Found, routed: Routed, regions: Regions) -> dict[str, Any]:
    """What `guimin route` prints for a text: the place, its roles, the office and the rule (JSON)."""
    place = found.place
    return {
        "region": place.code if place else None,
        "level": place.level if place else None,
        "p": place.p if place else 0.0,
        "is_sure": bool(place and place.is_sure),
        "candidates": [
            {"code": code, "name": regions.full_name(code), "p": p} for code, p in (place.candidates if place else ())
        ],
        "roles": {role: at.code if (at := getattr(found, role)) else None for role in ROLES},
        "service": routed.service or None,
        "office": _office_record(routed.office, regions),
        "rule": None
        if routed.rule is None
        else {
            "by": routed.rule.by,
            "name": routed.rule.name,
            "says": routed.rule.says,
            "source": _source_line(routed.rule.citations),
        },
        "alternatives": [
            {
                "by": other.by or None,
                "when": other.when,
                "office": _office_record(other.office, regions),
                "telephone": other.telephone,
                "source": _source_line(other.citations),
            }
            for other in routed.alternatives
        ],
        "telephone": routed.telephone,
        "hotlines": list(routed.hotlines),
        "missing": list(routed.missing),
        "ask": routed.ask or None,
        "needs": routed.needs or None,
        "elsewhere": routed.elsewhere,
        "notes": list(routed.notes),
    }


def _office_record(office: Office | None, regions: Regions) -> dict[str, str] | None:
    if office is None:
        return None
    return {**{name: getattr(office, name) for name in _OFFICE_FIELDS}, "title": title_of(office, regions)}


def _source_line(citations: tuple[Citation, ...]) -> str:
    return "；".join(f"{citation.source}#{citation.article}".rstrip("#") for citation in citations)
