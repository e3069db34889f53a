"""Read knowledge/benefits/*.yaml; every fault of a file is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.eligibility.benefits import Benefit, Given, Outcome, Period, Requirement, Rule
from bot.eligibility.facts import Fact, Standard
from bot.eligibility.files import Faults, load_yaml
from bot.eligibility.reading_conditions import ConditionReader
from bot.errors import KnowledgeError
from bot.knowledge.entries import Citation

_RULE_OUTCOMES = (Outcome.QUALIFIES, Outcome.LIKELY, Outcome.VERIFY, Outcome.REFUSED)
_BENEFIT_KEYS = {
    "id", "name", "topic", "also_called", "for_whom", "screening", "conditions", "rules", "amounts", "pays",
    "materials", "notes", "where", "how_long", "tell_them", "decides", "place",
}  # fmt: skip


def read_benefit(path: Path, facts: Mapping[str, Fact], standards: Mapping[str, Standard]) -> tuple[Benefit, list[str]]:
    """Return the benefit of one file, and the faults in it. Raises KnowledgeError where there is none to return."""
    faults = Faults(f"benefits/{path.name}")
    item = load_yaml(path)
    if not isinstance(item, dict) or "id" not in item or not item.get("rules"):
        raise KnowledgeError(f"benefits/{path.name}：要有 id 和 rules。请照着别的文件写。")
    if item["id"] != path.stem:
        faults.add(f"id {item['id']} 要和文件名一样。")
    for key in set(item) - _BENEFIT_KEYS:
        faults.add(f"{key} 不认识。")
    for key in ("name", "topic", "for_whom", "where", "tell_them", "decides", "materials"):
        if not item.get(key):
            faults.add(f"缺 {key}。")
    reader = ConditionReader(facts, standards, set(item.get("conditions", {})), faults)
    requirements = {
        name: Requirement(
            name=name,
            says=str(part.get("says", name)),
            when=reader.read(part["when"], f"条件 {name}"),
            clause=_clause(part, faults, f"条件 {name}") or Citation("", ""),
            period=_period(part),
        )
        for name, part in item.get("conditions", {}).items()
    }
    rules = tuple(_rule(part, reader, faults) for part in item["rules"])
    if rules[-1].when is not None or rules[-1].period != Period():
        faults.add("最后一条规则不能有 when、from、to：前面都不成立时要有一个结论。")
    benefit = Benefit(
        id=str(item["id"]),
        name=str(item.get("name", "")),
        topic=str(item.get("topic", "")),
        also_called=tuple(str(name) for name in item.get("also_called", ())),
        for_whom=str(item.get("for_whom", "")),
        screening=reader.read(item["screening"], "screening") if item.get("screening") else None,
        requirements=requirements,
        rules=rules,
        amounts=_given(item.get("amounts", ()), "programme", reader),
        pays=str(item.get("pays", "")),
        materials=_given(item.get("materials", ()), "text", reader),
        notes=_given(item.get("notes", ()), "text", reader),
        where=str(item.get("where", "")),
        how_long=str(item.get("how_long", "")),
        tell_them=str(item.get("tell_them", "")),
        decides=str(item.get("decides", "")),
        place=str(item.get("place", "hukou_county")),
    )
    return benefit, faults.found


def _rule(part: Mapping[str, Any], reader: ConditionReader, faults: Faults) -> Rule:
    id = str(part.get("id", "?"))
    try:
        outcome = Outcome(part.get("outcome"))
    except ValueError:
        outcome = Outcome.VERIFY
    if part.get("outcome") not in [outcome.value for outcome in _RULE_OUTCOMES]:
        faults.add(f"规则 {id} 的 outcome 要写成 符合、可能符合、需核实、不符合 之一。")
    if not part.get("says"):
        faults.add(f"规则 {id} 没有写 says（为什么、怎么办）。")
    for key in set(part) - {"id", "outcome", "says", "when", "source", "from", "to", "then"}:
        faults.add(f"规则 {id} 里的 {key} 不认识。")
    return Rule(
        id=id,
        outcome=outcome,
        says=str(part.get("says", "")),
        when=reader.read(part["when"], f"规则 {id}") if part.get("when") else None,
        clause=_clause(part, faults, f"规则 {id}"),
        period=_period(part),
        then=tuple(str(other) for other in part.get("then", ())),
    )


def _given(items: Any, key: str, reader: ConditionReader) -> tuple[Given, ...]:
    given = []
    for item in items or ():
        if isinstance(item, str):
            given.append(Given(item))
        else:
            given.append(Given(str(item[key]), reader.read(item["when"], str(item[key])) if "when" in item else None))
    return tuple(given)


def _clause(part: Mapping[str, Any], faults: Faults, where: str) -> Citation | None:
    if not part.get("source"):
        if "when" in part:
            faults.add(f"{where} 没有写 source（依据）。")
        return None
    return Citation.parse(str(part["source"]))


def _period(part: Mapping[str, Any]) -> Period:
    return Period(part.get("from"), part.get("to"))
