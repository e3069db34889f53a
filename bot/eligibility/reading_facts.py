"""Read knowledge/facts/*.yaml and the thresholds of prechecks.yaml; every fault of all files is told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.eligibility.facts import KINDS, Area, Fact, Standard
from bot.eligibility.files import Faults, load_yaml
from bot.eligibility.said.cues import faults_of, merge_cues, read_cues
from bot.eligibility.situation import COMPUTING

_CUES = "cues.yaml"
_FACT_KEYS = {
    "kind", "label", "ask", "why", "choices", "buttons", "heard", "cues", "unit", "least", "most", "assume", "usual",
    "changes", "compute", "also",
}  # fmt: skip


def read_facts(paths: list[Path]) -> tuple[dict[str, Fact], dict[str, str], list[str]]:
    """Return the facts by name, other names that files may use for them, and the faults."""
    facts: dict[str, Fact] = {}
    also: dict[str, str] = {}
    found: list[str] = []
    for path in [path for path in paths if path.name != _CUES]:
        faults = Faults(f"facts/{path.name}")
        for name, item in load_yaml(path).items():
            if name in facts:
                faults.add(f"{name} 登记了两次。")
            fact = _fact(str(name), item, faults)
            if fact is not None:
                facts[fact.name] = fact
                also |= {str(other): fact.name for other in item.get("also", ())}
        found += faults.found
    for path in [path for path in paths if path.name == _CUES]:
        found += merge_cues(facts, load_yaml(path))
    for fact in facts.values():
        for other in sorted(set(ingredient_names(fact.compute)) - set(facts)):
            found.append(f"facts/：{fact.name} 用到的 {other} 没有登记。")
    return facts, also, found


def _fact(name: str, item: Mapping[str, Any], faults: Faults) -> Fact | None:
    for key in sorted(set(item) - _FACT_KEYS):
        faults.add(f"{name} 里的 {key} 不认识。")
    kind = item.get("kind")
    if kind not in KINDS:
        faults.add(f"{name} 的 kind 要写成 {'、'.join(KINDS)} 之一。")
        return None
    if kind in ("choice", "choices") and not item.get("choices"):
        faults.add(f"{name} 没有写 choices（可以选哪些）。")
    if "label" not in item:
        faults.add(f"{name} 没有写 label（叫什么）。")
    computed = item.get("compute")
    if computed and next(iter(computed)) not in COMPUTING:
        faults.add(f"{name} 的 compute 要写成 {'、'.join(COMPUTING)} 之一。")
    fact = Fact(
        name=name,
        kind=kind,
        label=str(item.get("label", name)),
        ask=str(item.get("ask", "")),
        why=str(item.get("why", "")),
        choices=tuple(str(choice) for choice in item.get("choices", ())),
        buttons=tuple(str(text) for text in item.get("buttons", ())),
        heard={str(k): as_texts(v) for k, v in item.get("heard", {}).items()},
        cues=read_cues(item.get("cues", ())),
        unit=str(item.get("unit", "")),
        least=float(item.get("least", 0.0)),
        most=float(item.get("most", "inf")),
        usual=str(item.get("usual", "")),
        assume=item.get("assume"),
        changes=str(item.get("changes", "")),
        compute=computed,
    )
    for choice in sorted(set(fact.heard) - set(fact.choices)):
        faults.add(f"{name} 的 heard 里的“{choice}”不在 choices 里。")
    for text in [text for texts in fact.heard.values() for text in texts]:
        try:
            re.compile(text)
        except re.error as error:
            faults.add(f"{name} 的说法“{text}”不是合格的正则表达式（{error}）。")
    for fault in faults_of(fact):
        faults.add(fault)
    return fact


def read_standards(content: Mapping[str, Any]) -> dict[str, Standard]:
    """The thresholds that depend on the place (prechecks.yaml, standards)."""
    return {
        name: Standard(
            place=item["place"],
            area=item["area"],
            areas={area: Area(row["programme"], int(row.get("months", 1))) for area, row in item["areas"].items()},
            fresh_years=float(item["fresh_years"]),
            growth=float(item["growth"]),
            least_growth={area: float(row["least_growth"]) for area, row in item["areas"].items()},
        )
        for name, item in content.get("standards", {}).items()
    }


def as_texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(text) for text in value)


def ingredient_names(compute: Any) -> list[str]:
    """The facts that a computation uses."""
    if compute is None:
        return []
    operands = next(iter(compute.values()))
    if isinstance(operands, Mapping):
        return [str(operands["fact"])]
    listed = operands if isinstance(operands, list) else [operands]
    return [name for name in listed if isinstance(name, str)]
