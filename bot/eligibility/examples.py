"""Cases by people who know the policy (knowledge/examples): facts and day in, outcome and amount out."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.eligibility.catalogue import Catalogue
from bot.eligibility.decide import amounts, decide
from bot.eligibility.files import load_yaml
from bot.eligibility.prechecking import read_facts_told
from bot.errors import KnowledgeError

LEAST_CASES = 15
"""A benefit with fewer is not published."""


@dataclass(frozen=True)
class Case:
    """One example; `amount` None: not looked at."""

    benefit: str
    name: str
    day: datetime.date
    facts: dict[str, Any]
    outcome: str
    rule: str | None
    missing: str | None
    """A fact that must be among those still open."""
    amount: float | None


def read_cases(folder: Path) -> Iterator[Case]:
    """Yield the cases of examples/*.yaml, whose file names are benefits."""
    for path in sorted(folder.glob("*.yaml")):
        for item in load_yaml(path) or ():
            try:
                yield Case(
                    benefit=path.stem,
                    name=str(item["name"]),
                    day=item["day"],
                    facts=item["facts"],
                    outcome=str(item["outcome"]),
                    rule=item.get("rule"),
                    missing=item.get("missing"),
                    amount=float(item["amount"]) if "amount" in item else None,
                )
            except (KeyError, TypeError, ValueError) as error:
                raise KnowledgeError(
                    f"examples/{path.name}：有一个例子写法不对（{error}）。每个例子要有 name、day、facts、outcome。"
                ) from error


def check_cases(folder: Path, catalogue: Catalogue, *, least: int) -> list[str]:
    """Return what does not hold: a case with another outcome, a benefit with fewer than `least` cases."""
    faults: list[str] = []
    counts = dict.fromkeys(catalogue.benefits, 0)
    try:
        for case in read_cases(folder):
            where = f"examples/{case.benefit}.yaml“{case.name}”"
            if case.benefit not in catalogue.benefits:
                faults.append(f"{where}：没有这个项目。")
                continue
            counts[case.benefit] += 1
            faults += [f"{where}：{fault}" for fault in _check(case, catalogue)]
    except KnowledgeError as error:
        faults.append(str(error))
    faults += [f"examples/{id}.yaml：只有 {n} 个例子，至少要 {least} 个。" for id, n in counts.items() if n < least]
    return faults


def _check(case: Case, catalogue: Catalogue) -> Iterator[str]:
    known, refused = read_facts_told(case.facts, catalogue, day=case.day)
    for error in refused:
        yield f"{error.fact} 的值 {error.told} 不对（{error.code}）。"
    situation = catalogue.situation(known, day=case.day)
    verdict = decide(catalogue.benefits[case.benefit], situation)
    if verdict.outcome.value != case.outcome:
        rule = verdict.rule.id if verdict.rule else "没有定下来"
        still = "、".join(sorted(verdict.missing)) or "没有"
        yield f"应当是{case.outcome}，算出来是{verdict.outcome.value}（{rule}；还差：{still}）。"
    elif case.rule and (verdict.rule is None or verdict.rule.id != case.rule):
        yield f"应当由规则 {case.rule} 决定，算出来是 {verdict.rule.id if verdict.rule else '没有定下来'}。"
    if case.missing and case.missing not in verdict.missing:
        yield f"还差的应当有 {case.missing}，算出来是 {'、'.join(sorted(verdict.missing)) or '没有'}。"
    if case.amount is not None:
        found = [float(amount.amount) for amount in amounts(verdict.benefit, situation)]
        if case.amount not in found:
            yield f"金额应当是 {case.amount:g}，查到的是 {'、'.join(f'{n:g}' for n in found) or '没有'}。"
