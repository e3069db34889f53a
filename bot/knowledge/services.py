"""Which kind of office serves what, and by which rule (services.yaml).

A rule says by whose place the office is found: the household's registration, where they live, where it happened, any.
Rules stand from old to new; on a day the newest that has begun holds, so there is always exactly one.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import KnowledgeError
from bot.knowledge.entries import Citation

BYS = ("hukou", "live", "any", "issued", "event", "online", "place")
WORDS = ("telephone", "no_address", "assumed", "township", "county", "zone", "zone_office", "elsewhere", "unknown")
FILE_OF_SERVICES = "services.yaml"


@dataclass(frozen=True)
class Making:
    """For which regions an office of a kind is written into offices.csv, and how it is called."""

    level: str
    name: str
    ends: str
    """Only for regions whose name ends so; empty for all."""
    skip: str
    """Not for regions whose name ends so."""
    telephone: str
    note: str

    def fits(self, name: str, level: str) -> bool:
        return level == self.level and name.endswith(self.ends) and not (self.skip and name.endswith(self.skip))


@dataclass(frozen=True)
class Kind:
    """A kind of office; the first making that fits a region is used for it."""

    id: str
    name: str
    made_for: tuple[Making, ...]


@dataclass(frozen=True)
class Rule:
    """By whose place the office is found, from which day, on what ground."""

    by: str
    says: str
    office: str
    """The kind of office."""
    citations: tuple[Citation, ...]
    confidence: str
    valid_from: datetime.date | None


@dataclass(frozen=True)
class Alternative:
    """Where else, and in which case (`when` is the sentence for the citizen)."""

    when: str
    by: str
    """Empty: the same place as the first office's."""
    office: str
    """The kind of office; empty where it is only a telephone number, or done online."""
    telephone: str
    regions: tuple[str, ...]
    """Only for places in these; empty for everywhere."""
    citations: tuple[Citation, ...]
    confidence: str
    valid_from: datetime.date | None
    valid_to: datetime.date | None

    def in_force(self, day: datetime.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Service:
    """One thing that citizens come for."""

    id: str
    name: str
    topics: tuple[str, ...]
    benefits: tuple[str, ...]
    rules: tuple[Rule, ...]
    alternatives: tuple[Alternative, ...]

    def rule_on(self, day: datetime.date) -> Rule:
        """The newest rule that has begun; the first one has no beginning."""
        return [rule for rule in self.rules if rule.valid_from is None or rule.valid_from <= day][-1]


@dataclass(frozen=True)
class NoOffice:
    """Topics for which no window of civil affairs is the right door, and whom to ring instead."""

    topics: tuple[str, ...]
    says: str
    hotlines: tuple[str, ...]


@dataclass(frozen=True)
class Role:
    """Whose place a rule looks at: its name and how to ask for it."""

    name: str
    ask: str


@dataclass(frozen=True)
class Services:
    """services.yaml as a whole."""

    roles: Mapping[str, Role]
    words: Mapping[str, str]
    kinds: Mapping[str, Kind]
    services: Mapping[str, Service]
    no_office: tuple[NoOffice, ...]

    def serving(self, key: str) -> Service | NoOffice:
        """What serves a service's, benefit's or topic's id. Raises KeyError for what is none of them."""
        if key in self.services:
            return self.services[key]
        for service in self.services.values():
            if key in service.topics or key in service.benefits:
                return service
        for nothing in self.no_office:
            if key in nothing.topics:
                return nothing
        raise KeyError(key)


def read_services(folder: Path) -> Services:
    """Read services.yaml; none there is no service. Raises KnowledgeError for what cannot be used as it stands."""
    path = folder / FILE_OF_SERVICES
    if not path.exists():
        return Services({}, {}, {}, {}, ())
    try:
        told = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    except YAMLError as error:
        raise KnowledgeError(f"{path.name}：不是合格的 YAML。{error}") from error
    missing = [key for key in ("kinds", "services") if not told.get(key)]
    missing += [f"roles.{by}" for by in BYS if by not in told.get("roles", {})]
    missing += [f"words.{word}" for word in WORDS if word not in told.get("words", {})]
    if missing:
        raise KnowledgeError(f"{path.name}：缺少 {'、'.join(missing)}。请补上。")
    for word, text in told["words"].items():
        try:
            str(text).format(place="", role="", office="")
        except (KeyError, ValueError, IndexError) as error:
            raise KnowledgeError(
                f"{path.name} 的 words.{word}：花括号里只能写 place、role、office。请改正。"
            ) from error
    return Services(
        roles={id: Role(role["name"], role["ask"]) for id, role in told["roles"].items()},
        words={id: str(words) for id, words in told["words"].items()},
        kinds={id: _read_kind(id, item) for id, item in told["kinds"].items()},
        services={id: _read_service(id, item) for id, item in told["services"].items()},
        no_office=tuple(
            NoOffice(tuple(item["topics"]), item["says"], tuple(item["hotlines"])) for item in told.get("no_office", ())
        ),
    )


def _read_kind(id: str, item: Mapping[str, Any]) -> Kind:
    optional = ("ends", "skip", "telephone", "note")
    try:
        made = [Making(i["level"], i["name"], *(str(i.get(key, "")) for key in optional)) for i in item["made_for"]]
        return Kind(id, item["name"], tuple(made))
    except KeyError as error:
        raise KnowledgeError(f"{FILE_OF_SERVICES} 的 kinds.{id}：缺少 {error.args[0]}。请补上。") from error


def _read_service(id: str, item: Mapping[str, Any]) -> Service:
    where = f"{FILE_OF_SERVICES} 的 {id}"
    try:
        rules = tuple(
            Rule(i["by"], i["says"], i.get("office", item["office"]), _citations(i), i["confidence"], i.get("from"))
            for i in item["rules"]
        )
        alternatives = tuple(_read_alternative(i, item["office"]) for i in item.get("alternatives", ()))
    except KeyError as error:
        raise KnowledgeError(f"{where}：缺少 {error.args[0]}。请补上。") from error
    starts = [rule.valid_from for rule in rules]
    if (
        not starts
        or starts[0] is not None
        or None in starts[1:]
        or starts[1:] != sorted({day for day in starts if day})
    ):
        raise KnowledgeError(f"{where}：rules 要从旧到新，第一条不写 from，后面每条都写，日期不能重复。请改正。")
    strange = {rule.by for rule in rules} | {alternative.by for alternative in alternatives if alternative.by}
    if strange - set(BYS):
        raise KnowledgeError(
            f"{where}：by 只能是 {'、'.join(BYS)}，不能是 {'、'.join(sorted(strange - set(BYS)))}。请改正。"
        )
    return Service(
        id, item["name"], tuple(item.get("topics", ())), tuple(item.get("benefits", ())), rules, alternatives
    )


def _read_alternative(item: Mapping[str, Any], kind: str) -> Alternative:
    """Whoever names a place and no kind of office means the service's own kind."""
    by = item.get("by", "")
    return Alternative(
        when=item["when"],
        by=by,
        office=item.get("office", kind if by and by != "online" else ""),
        telephone=str(item.get("telephone", "")),
        regions=tuple(item.get("regions", ())),
        citations=_citations(item),
        confidence=item["confidence"],
        valid_from=item.get("from"),
        valid_to=item.get("to"),
    )


def _citations(item: Mapping[str, Any]) -> tuple[Citation, ...]:
    return tuple(Citation.parse(text) for text in item["sources"])
