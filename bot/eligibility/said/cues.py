"""The regular expressions of cues: their macros ({count}, {money}, …), and what facts/cues.yaml adds to the facts."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Mapping
from typing import Any

from bot.eligibility.facts import Fact
from bot.eligibility.said.days import DAY
from bot.eligibility.said.household import HOUSEHOLD
from bot.eligibility.said.quantities import QUANTITY

VALUE = ""
"""The key of cues whose group `value` is read, beside those that mean a choice."""
_KEYS = {"cues", "heard"}
_WORD = "[\u4e00-\u9fff]"
_MACROS = {
    "count": QUANTITY,
    "money": QUANTITY,
    "income": QUANTITY,
    "age": rf"(?:虚岁|周岁|满)?{QUANTITY}(?:周?岁)?(?:半|多)?",
    "months": rf"{QUANTITY}(?:个多?月|年半?多?)|半年多?",
    "day": DAY,
    "region": rf"{_WORD}{{2,20}}",
    "household": HOUSEHOLD,
}
_MACRO = re.compile(rf"\{{({'|'.join(_MACROS)})\}}")


@functools.lru_cache(maxsize=4096)
def compile_cue(cue: str) -> re.Pattern[str]:
    """Return the cue with its macro expanded to a group `value`. Raises re.error."""
    return re.compile(_MACRO.sub(lambda match: f"(?P<value>{_MACROS[match[1]]})", cue))


def uses(fact: Fact, macro: str) -> bool:
    """Tell whether one of the fact's cues has the macro."""
    return any(f"{{{macro}}}" in cue for cues in fact.cues.values() for cue in cues)


def read_cues(content: Any) -> dict[str, tuple[str, ...]]:
    """Return cues by choice; a plain list stands under VALUE."""
    if isinstance(content, Mapping):
        return {str(choice): _texts(cues) for choice, cues in content.items()}
    cues = _texts(content)
    return {VALUE: cues} if cues else {}


def faults_of(fact: Fact) -> list[str]:
    """What is wrong with the cues of a fact."""
    found = []
    for choice, cues in fact.cues.items():
        if choice != VALUE and choice not in fact.choices:
            found.append(f"{fact.name} 的 cues 里的“{choice}”不在 choices 里。")
        for cue in cues:
            try:
                groups = compile_cue(cue).groupindex
            except re.error as error:
                found.append(f"{fact.name} 的说法“{cue}”不是合格的正则表达式（{error}）。")
                continue
            if choice == VALUE and fact.kind != "money" and "value" not in groups:
                found.append(f"{fact.name} 的说法“{cue}”里没有要读的值：请写 {{count}}、{{age}} 这样的记号。")
    return found


def merge_cues(facts: dict[str, Fact], content: Mapping[str, Any]) -> list[str]:
    """Add the cues and `heard` of a file to the facts (lists are appended), and return the faults."""
    found = []
    for name, item in (content or {}).items():
        fact = facts.get(str(name))
        if fact is None:
            found.append(f"facts/cues.yaml：{name} 没有登记在 facts/ 的其他文件里。")
            continue
        found += [f"facts/cues.yaml：{name} 里的 {key} 不认识。" for key in sorted(set(item) - _KEYS)]
        heard = {str(choice): _texts(texts) for choice, texts in item.get("heard", {}).items()}
        merged = dataclasses.replace(
            fact, cues=_appended(fact.cues, read_cues(item.get("cues", ()))), heard=_appended(fact.heard, heard)
        )
        found += [f"facts/cues.yaml：{fault}" for fault in faults_of(merged)]
        for choice, texts in heard.items():
            if choice not in fact.choices:
                found.append(f"facts/cues.yaml：{name} 的 heard 里的“{choice}”不在 choices 里。")
            for text in texts:
                try:
                    re.compile(text)
                except re.error as error:
                    found.append(f"facts/cues.yaml：{name} 的说法“{text}”不是合格的正则表达式（{error}）。")
        facts[fact.name] = merged
    return found


def _appended(a: Mapping[str, tuple[str, ...]], b: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {choice: (*a.get(choice, ()), *b.get(choice, ())) for choice in (*a, *(c for c in b if c not in a))}


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(text) for text in value)
