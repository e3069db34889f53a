"""Read knowledge/facts/*.yaml and knowledge/benefits/*.yaml; every fault of all files is told at once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.eligibility.benefits import Benefit, Clause, Given, Outcome, Period, Requirement, Rule
from bot.eligibility.conditions import KINDS, Comparison, Condition, Joined, Named
from bot.eligibility.facts import COMPUTING, NUMBERS, Area, Fact, Standard
from bot.eligibility.facts import KINDS as FACT_KINDS
from bot.eligibility.said.cues import faults_of, merge_cues, read_cues
from bot.errors import KnowledgeError

_CUES = "cues.yaml"
_JOINS = ("all", "any", "not")
_RULE_OUTCOMES = (Outcome.QUALIFIES, Outcome.LIKELY, Outcome.VERIFY, Outcome.REFUSED)
_FACT_KEYS = {
    "kind", "label", "ask", "why", "choices", "buttons", "heard", "cues", "unit", "least", "most", "assume", "usual",
    "changes", "compute", "also",
}  # fmt: skip
_BENEFIT_KEYS = {
    "id", "name", "topic", "also_called", "for_whom", "screening", "conditions", "rules", "amounts", "pays",
    "materials", "notes", "where", "how_long", "tell_them", "decides", "place",
}  # fmt: skip


class _Faults:
    """Collects what is wrong in one file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[str] = []

    def add(self, fault: str) -> None:
        self.found.append(f"{self.path}：{fault}")


def load_yaml(path: Path) -> Any:
    """Return a file's content. Raises KnowledgeError where it is no YAML."""
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError) as error:
        raise KnowledgeError(f"{path.name}：不是合格的 YAML。{error}") from error


def read_facts(paths: list[Path]) -> tuple[dict[str, Fact], dict[str, str], list[str]]:
    """Return the facts by name, other names that files may use for them, and the faults."""
    facts: dict[str, Fact] = {}
    also: dict[str, str] = {}
    found: list[str] = []
    for path in [path for path in paths if path.name != _CUES]:
        faults = _Faults(f"facts/{path.name}")
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
        for other in sorted(set(_names(fact.compute)) - set(facts)):
            found.append(f"facts/：{fact.name} 用到的 {other} 没有登记。")
    return facts, also, found


def _fact(name: str, item: Mapping[str, Any], faults: _Faults) -> Fact | None:
    for key in sorted(set(item) - _FACT_KEYS):
        faults.add(f"{name} 里的 {key} 不认识。")
    kind = item.get("kind")
    if kind not in FACT_KINDS:
        faults.add(f"{name} 的 kind 要写成 {'、'.join(FACT_KINDS)} 之一。")
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
        heard={str(k): _texts(v) for k, v in item.get("heard", {}).items()},
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


def read_benefit(path: Path, facts: Mapping[str, Fact], standards: Mapping[str, Standard]) -> tuple[Benefit, list[str]]:
    """Return the benefit of one file, and the faults in it. Raises KnowledgeError where there is none to return."""
    faults = _Faults(f"benefits/{path.name}")
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
    reader = _ConditionReader(facts, standards, set(item.get("conditions", {})), faults)
    requirements = {
        name: Requirement(
            name=name,
            says=str(part.get("says", name)),
            when=reader.read(part["when"], f"条件 {name}"),
            clause=_clause(part, faults, f"条件 {name}") or Clause("", ""),
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


def _rule(part: Mapping[str, Any], reader: _ConditionReader, faults: _Faults) -> Rule:
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


class _ConditionReader:
    """Turns the YAML of a condition into a tree, and says what is wrong with it."""

    def __init__(
        self, facts: Mapping[str, Fact], standards: Mapping[str, Standard], named: set[str], faults: _Faults
    ) -> None:
        self._facts, self._standards, self._named, self._faults = facts, standards, named, faults

    def read(self, item: Any, where: str) -> Condition:
        """A name, {all: […]}, {any: […]}, {not: …}, or {fact: what it must be, …} (all of them)."""
        if isinstance(item, str):
            if item not in self._named:
                self._faults.add(f"{where}：没有叫 {item} 的条件。")
            return Named(item)
        if isinstance(item, list):
            return Joined("all", tuple(self.read(part, where) for part in item))
        if not isinstance(item, dict) or not item:
            self._faults.add(f"{where}：条件的写法不对（{item}）。")
            return Joined("all", ())
        parts = [self._read_one(str(key), value, where) for key, value in item.items()]
        return parts[0] if len(parts) == 1 else Joined("all", tuple(parts))

    def _read_one(self, key: str, value: Any, where: str) -> Condition:
        if key == "not":
            return Joined("not", (self.read(value, where),))
        if key in _JOINS:
            return Joined(key, tuple(self.read(part, where) for part in value))
        fact = self._facts.get(key)
        if fact is None:
            self._faults.add(f"{where}：用到的 {key} 没有登记在 facts/。")
            return Joined("all", ())
        if isinstance(value, dict):
            parts = [self._comparison(fact, str(kind), operand, where) for kind, operand in value.items()]
            return parts[0] if len(parts) == 1 else Joined("all", tuple(parts))
        if fact.kind == "choices":
            return self._comparison(fact, "includes", value, where)
        if fact.kind == "region":
            return self._comparison(fact, "inside", value, where)
        return self._comparison(fact, "one_of" if isinstance(value, list) else "is", value, where)

    def _comparison(self, fact: Fact, kind: str, operand: Any, where: str) -> Comparison:
        if not _can_be_known(fact, self._facts):
            self._faults.add(
                f"{where}：{fact.name} 没有 ask（怎么问）、compute（怎么算）或 assume（默认），永远不会知道。"
            )
        if kind not in KINDS and kind != "unclear":
            self._faults.add(f"{where}：{fact.name} 的比法 {kind} 不认识，可以用 {'、'.join(KINDS)}、unclear。")
        if kind in ("is", "one_of", "includes") and fact.choices:
            operand = [str(v) for v in operand] if isinstance(operand, list) else str(operand)
            for choice in operand if isinstance(operand, list) else [operand]:
                if choice not in fact.choices:
                    self._faults.add(f"{where}：{fact.name} 没有“{choice}”这个选项。")
        if kind == "inside":
            operand = [str(v) for v in operand] if isinstance(operand, list) else str(operand)
        if kind == "below_standard":
            operand = operand if isinstance(operand, dict) else {"standard": operand}
            if operand["standard"] not in self._standards:
                self._faults.add(f"{where}：没有叫 {operand['standard']} 的标准。")
        elif kind in ("below", "at_least", "above", "at_most"):
            if isinstance(operand, dict):
                if operand.get("fact") not in self._facts:
                    self._faults.add(f"{where}：{fact.name} 比的 {operand.get('fact')} 没有登记。")
            elif isinstance(operand, datetime.date) is (fact.kind in NUMBERS):
                self._faults.add(f"{where}：{fact.name} 和 {operand} 不是一类，不能比。")
        return Comparison(fact.name, kind, operand)


def _given(items: Any, key: str, reader: _ConditionReader) -> tuple[Given, ...]:
    given = []
    for item in items or ():
        if isinstance(item, str):
            given.append(Given(item))
        else:
            given.append(Given(str(item[key]), reader.read(item["when"], str(item[key])) if "when" in item else None))
    return tuple(given)


def _clause(part: Mapping[str, Any], faults: _Faults, where: str) -> Clause | None:
    if not part.get("source"):
        if "when" in part:
            faults.add(f"{where} 没有写 source（依据）。")
        return None
    source, _, article = str(part["source"]).partition("#")
    return Clause(source, article)


def _period(part: Mapping[str, Any]) -> Period:
    return Period(part.get("from"), part.get("to"))


def _can_be_known(fact: Fact, facts: Mapping[str, Fact]) -> bool:
    if fact.ask or fact.assume is not None:
        return True
    names = [name for name in _names(fact.compute) if name in facts]
    return bool(names) and all(_can_be_known(facts[name], facts) for name in names)


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(text) for text in value)


def _names(compute: Any) -> list[str]:
    """The facts that a computation uses."""
    if compute is None:
        return []
    operands = next(iter(compute.values()))
    if isinstance(operands, Mapping):
        return [str(operands["fact"])]
    listed = operands if isinstance(operands, list) else [operands]
    return [name for name in listed if isinstance(name, str)]
