"""Route a citizen to the one office that comes first, with the rule that chose it and where else they may go.

A rule asks for one place: where the household is registered, where they live, where it happened. As long as the citizen
has told another one only, that one stands in for it, the reply says so, and the right one is still to be asked.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from bot.knowledge.entries import Citation
from bot.knowledge.offices import Office, Offices
from bot.knowledge.regions import Regions
from bot.knowledge.services import Alternative, NoOffice, Rule, Service, Services
from bot.places.finding import Found
from bot.places.names import GUANGXI
from bot.places.offices import FoundOffice, find_office

ROLES = ("hukou", "live", "event", "issued")

# By whose place: the roles that really are it, and those that stand in for it until it is asked.
_ROLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "hukou": (("hukou",), ("place", "live", "event")),
    "live": (("live", "place"), ("event", "hukou")),
    "event": (("event", "place", "live"), ("hukou",)),
    "issued": (("issued",), ("place", "hukou", "live")),
    "place": (("place", "event", "live"), ("hukou",)),
    "any": (("live", "place", "event", "hukou", "issued"), ()),
    "online": (("live", "place"), ("hukou", "event")),
}


@dataclass(frozen=True)
class Roles:
    """The codes of the places a citizen told: `place` is one whose role they did not tell."""

    hukou: str | None = None
    live: str | None = None
    event: str | None = None
    issued: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class AppliedRule:
    """The rule that chose: `name` (户籍地) and `says` are for the citizen."""

    by: str
    name: str
    says: str
    citations: tuple[Citation, ...]
    confidence: str


@dataclass(frozen=True)
class OtherOffice:
    """Where else, and in which case; no office where that place is not known, not in Guangxi or not a window."""

    by: str
    when: str
    kind: str
    office: Office | None
    telephone: str
    citations: tuple[Citation, ...]
    confidence: str


@dataclass(frozen=True)
class Routed:
    """Where to go first, and all that belongs to it."""

    service: str
    """Empty for a topic that no window of civil affairs serves."""
    office: Office | None
    """None for such a topic, for a place outside Guangxi and where no place is known."""
    rule: AppliedRule | None
    alternatives: tuple[OtherOffice, ...]
    telephone: str
    """The office's own, else the hotline."""
    hotlines: tuple[str, ...]
    """Numbers of those who do serve the topic when civil affairs does not."""
    missing: tuple[str, ...]
    """Roles that must still be asked: the rule's place is unknown or another one stands in for it."""
    ask: str
    """The question for what is missing."""
    needs: str
    """county or township, where a finer place would find a nearer office."""
    elsewhere: str | None
    """The code of the place outside Guangxi that the rule points to."""
    notes: tuple[str, ...]
    """What the citizen must know about this choice."""


def roles_of(found: Found) -> Roles:
    """The roles of the places that a text names."""
    told = {role: place.code for role in ROLES if (place := getattr(found, role))}
    is_plain = found.place is not None and found.place.role is None
    return Roles(**told, place=found.place.code if found.place and is_plain else None)


def route(
    key: str, roles: Roles, regions: Regions, offices: Offices, services: Services, *, day: datetime.date
) -> Routed:
    """Route by the id of a service, a benefit or a topic. Raises KeyError for what is none of them."""
    service = services.serving(key)
    if isinstance(service, NoOffice):
        return Routed("", None, None, (), service.hotlines[0], service.hotlines, (), "", "", None, (service.says,))
    rule = service.rule_on(day)
    role, code = _choose(rule.by, roles)
    is_ours = code is not None and code.startswith(GUANGXI)
    found = find_office(rule.office, code, regions, offices, services.kinds) if code and is_ours else None
    right = _ROLES[rule.by][0]
    is_settled = role in right
    return Routed(
        service=service.id,
        office=found.office if found else None,
        rule=AppliedRule(rule.by, services.roles[rule.by].name, rule.says, rule.citations, rule.confidence),
        alternatives=(
            *_zone_office(found, rule, services),
            *_alternatives(service, roles, code, found, is_settled, regions, offices, services, day),
        ),
        telephone=(found.office.telephone if found else "") or services.words["telephone"],
        hotlines=(),
        missing=() if is_settled else right[:1],
        ask="" if is_settled else services.roles[rule.by].ask,
        needs=found.needs if found else "",
        elsewhere=None if is_ours else code,
        notes=tuple(_notes(rule, code, found, is_settled, regions, services)),
    )


def _choose(by: str, roles: Roles) -> tuple[str, str | None]:
    """The role that is used for the rule and its code; of those that do equally well, a place in Guangxi first."""
    for group in _ROLES[by]:
        told = [(role, code) for role in group if (code := getattr(roles, role))]
        if told and by == "any":
            return next(((role, code) for role, code in told if code.startswith(GUANGXI)), told[0])
        if told:
            return told[0]
    return "", None


def _notes(
    rule: Rule, code: str | None, found: FoundOffice | None, is_settled: bool, regions: Regions, services: Services
) -> Iterator[str]:
    words = services.words
    if code is None:
        yield words["unknown"]
        return
    place = regions.full_name(code)
    if found is None:
        yield words["elsewhere"].format(place=place)
    elif not is_settled:
        yield words["assumed"].format(place=place, role=services.roles[rule.by].name)
    if found and found.needs:
        yield words[found.needs].format(office=found.office.name)
    if found and found.zone:
        yield words["zone"].format(place=regions.full_name(found.zone.region), office=found.office.name)


def _zone_office(found: FoundOffice | None, rule: Rule, services: Services) -> Iterator[OtherOffice]:
    if found and found.zone:
        words = services.words
        yield OtherOffice(
            "", words["zone_office"], found.zone.kind, found.zone, words["telephone"], rule.citations, rule.confidence
        )


def _alternatives(
    service: Service,
    roles: Roles,
    code: str | None,
    first: FoundOffice | None,
    is_settled: bool,
    regions: Regions,
    offices: Offices,
    services: Services,
    day: datetime.date,
) -> Iterator[OtherOffice]:
    """Those in force; left out where they lead to the first office again or do not hold for the place."""
    for other in service.alternatives:
        if not other.in_force(day):
            continue
        there = _place_of(other, roles, code)
        if there and other.regions and not there.startswith(other.regions):
            continue
        found = None
        if there and other.office and there.startswith(GUANGXI):
            found = find_office(other.office, there, regions, offices, services.kinds)
        if found and first and found.office == first.office:
            # A place that only stood in for another may still turn out to be a different one.
            if is_settled:
                continue
            found = None
        if found and not other.by and found.office.kind != other.office:
            # The bureau that could tell further is no other place than the first office's.
            found = None
        yield OtherOffice(
            by=other.by,
            when=other.when,
            kind=other.office,
            office=found.office if found else None,
            telephone=other.telephone or (found.office.telephone if found else "") or services.words["telephone"],
            citations=other.citations,
            confidence=other.confidence,
        )


def _place_of(other: Alternative, roles: Roles, code: str | None) -> str | None:
    if not other.by:
        return code
    role, told = _choose(other.by, roles)
    return told if role in _ROLES[other.by][0] else None
