"""Read the YAML of a condition into a tree, and say what is wrong with it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from bot.eligibility.comparing import KINDS, Comparison
from bot.eligibility.conditions import Condition, Joined, Named
from bot.eligibility.facts import NUMBERS, Fact, Standard
from bot.eligibility.files import Faults
from bot.eligibility.reading_facts import ingredient_names

_JOINS = ("all", "any", "not")


class ConditionReader:
    """Turns the YAML of a condition into a tree, and says what is wrong with it."""

    def __init__(
        self, facts: Mapping[str, Fact], standards: Mapping[str, Standard], named: set[str], faults: Faults
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


def _can_be_known(fact: Fact, facts: Mapping[str, Fact]) -> bool:
    if fact.ask or fact.assume is not None:
        return True
    names = [name for name in ingredient_names(fact.compute) if name in facts]
    return bool(names) and all(_can_be_known(facts[name], facts) for name in names)
