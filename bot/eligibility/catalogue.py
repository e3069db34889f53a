"""All benefits and facts of one knowledge folder, read once per version of its files."""

from __future__ import annotations

import datetime
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.eligibility.benefits import Benefit
from bot.eligibility.facts import Fact, Standard
from bot.eligibility.files import load_yaml
from bot.eligibility.reading_benefits import read_benefit
from bot.eligibility.reading_facts import read_facts, read_standards
from bot.eligibility.situation import Situation
from bot.eligibility.values import Value
from bot.errors import KnowledgeError
from bot.knowledge.library import Library, Stamp

logger = logging.getLogger(__name__)
_GENERAL = "prechecks.yaml"


@dataclass(frozen=True)
class Catalogue:
    """The benefits by id, the facts they ask for, and the sentences around them."""

    library: Library
    facts: Mapping[str, Fact]
    also: Mapping[str, str]
    """Other names of facts that files may use."""
    standards: Mapping[str, Standard]
    settings: Mapping[str, Any]
    """The rest of prechecks.yaml: what is screened, what starts a pre-check, controls, wording."""
    benefits: Mapping[str, Benefit]
    faults: tuple[str, ...]

    def situation(self, known: Mapping[str, Value], *, day: datetime.date) -> Situation:
        return Situation(
            known,
            facts=self.facts,
            day=day,
            standards=self.library.standards,
            regions=self.library.regions,
            thresholds=self.standards,
        )

    @property
    def wording(self) -> Mapping[str, Any]:
        wording: Mapping[str, Any] = self.settings.get("wording", {})
        return wording

    @property
    def screened(self) -> list[Benefit]:
        """The benefits that "我能享受什么" looks at."""
        return [self.benefits[id] for id in self.settings.get("screened", ()) if id in self.benefits]

    def for_topic(self, topic: str) -> Benefit | None:
        """The benefit whose conditions are that topic's."""
        return next((benefit for benefit in self.benefits.values() if benefit.topic == topic), None)

    def find(self, name: str) -> Benefit | None:
        """The benefit of that id, official name or other name."""
        if name in self.benefits:
            return self.benefits[name]
        return next((b for b in self.benefits.values() if name == b.name or name in b.also_called), None)


def read_catalogue(folder: Path, library: Library) -> Catalogue:
    """Read facts and benefits; faults are collected, a benefit with a fault is kept where it can be."""
    if not (folder / _GENERAL).exists():
        return Catalogue(library, {}, {}, {}, {}, {}, ())
    content = load_yaml(folder / _GENERAL)
    facts, also, faults = read_facts(sorted((folder / "facts").glob("*.yaml")))
    standards = read_standards(content)
    benefits: dict[str, Benefit] = {}
    for path in sorted((folder / "benefits").glob("*.yaml")):
        try:
            benefit, found = read_benefit(path, facts, standards)
        except KnowledgeError as error:
            faults.append(str(error))
            continue
        faults += found
        benefits[benefit.id] = benefit
    faults += [fault for benefit in benefits.values() for fault in _check_links(benefit, benefits, library, facts)]
    order = list(content.get("screened", ()))
    faults += [f"{_GENERAL}：screened 里的 {id} 没有。" for id in order if id not in benefits]
    ranked = sorted(benefits.values(), key=lambda b: order.index(b.id) if b.id in order else len(order))
    return Catalogue(library, facts, also, standards, content, {b.id: b for b in ranked}, tuple(faults))


def _check_links(
    benefit: Benefit, benefits: Mapping[str, Benefit], library: Library, facts: Mapping[str, Fact]
) -> list[str]:
    where = f"benefits/{benefit.id}.yaml"
    faults = []
    if benefit.topic not in library.topics:
        faults.append(f"{where}：主题 {benefit.topic} 没有登记在 topics.yaml。")
    if benefit.place not in facts:
        faults.append(f"{where}：place {benefit.place} 没有登记在 facts/。")
    clauses = [requirement.clause for requirement in benefit.requirements.values()]
    clauses += [rule.clause for rule in benefit.rules if rule.clause]
    for clause in clauses:
        if clause.source not in library.sources:
            faults.append(f"{where}：来源 {clause.source} 没有登记。请先在 sources.yaml 登记这份文件。")
    for amount in benefit.amounts:
        if amount.text not in library.standards.programmes:
            faults.append(f"{where}：没有叫 {amount.text} 的金额表。")
    for rule in benefit.rules:
        faults += [f"{where}：规则 {rule.id} 指向的 {other} 没有。" for other in rule.then if other not in benefits]
    return faults


def _sound(catalogue: Catalogue) -> Catalogue:
    """The benefits without a fault; none where the facts themselves have one."""
    faulty = [fault.partition("：")[0] for fault in catalogue.faults]
    others = [place for place in faulty if not place.startswith("benefits/")]
    sound = {} if others else {id: b for id, b in catalogue.benefits.items() if f"benefits/{id}.yaml" not in faulty}
    return replace(catalogue, benefits=sound)


class _Kept:
    """The last catalogue of each folder that could be used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._catalogues: dict[Path, tuple[Any, Catalogue]] = {}

    def of(self, folder: Path, library: Library) -> Catalogue:
        with self._lock:
            stamp = _stamp(library)
            known = self._catalogues.get(folder)
            if known and known[0] == stamp:
                return known[1]
            try:
                fresh = read_catalogue(folder, library)
            except (KnowledgeError, KeyError, TypeError, ValueError, AttributeError) as error:
                logger.warning("catalogue_unusable %s", error)
                fresh = known[1] if known else Catalogue(library, {}, {}, {}, {}, {}, (str(error),))
            if fresh.faults:
                logger.warning("catalogue_faulty %s", fresh.faults[0])
                fresh = known[1] if known else _sound(fresh)
            self._catalogues[folder] = (stamp, fresh)
            return fresh


def _stamp(library: Library) -> tuple[Any, ...]:
    """What a catalogue depends on: its own files and the tables that the library holds."""
    own: list[tuple[str, Stamp]] = [
        (name, stamp)
        for name, stamp in library.files.items()
        if name == _GENERAL or name.startswith(("benefits/", "facts/"))
    ]
    return (tuple(own), id(library.standards), id(library.regions), id(library.sources), id(library.topics))


_KEPT = _Kept()


def catalogue_of(library: Library, folder: Path) -> Catalogue:
    """The catalogue that belongs to a snapshot of the knowledge; a broken edit leaves the last good one in place."""
    return _KEPT.of(folder, library)
