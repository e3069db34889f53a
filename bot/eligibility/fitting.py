"""Which fact a bare reply tells: whose age, which birthday, or an answer to another question than the one asked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

from bot.eligibility.catalogue import Catalogue
from bot.eligibility.decide import used_facts
from bot.eligibility.facts import Fact, ingredients
from bot.eligibility.said.phrases import read_choice
from bot.eligibility.state import State, benefits_of, situation_of
from bot.eligibility.telling import read_value
from bot.eligibility.values import Value
from bot.errors import ValueRefused

# Only yes or no: the answer to what was asked, never to something else.
_YES_OR_NO = re.compile(r"[都全也还是的有没不对无冇得要好行可以能会嗯哦啊了过我家里]+")
_DATED = re.compile(r"\d{4}|年")
_SOMEBODYS_AGE = "age"


def birthday_of(asked: Fact, said: str, catalogue: Catalogue) -> Fact | None:
    """The fact that a whole date tells where an age was asked for: with it the day of a birthday can be told."""
    born = (asked.compute or {}).get("years_since")
    if not isinstance(born, str) or not _DATED.search(said):
        return None
    return catalogue.facts[born] if re.search(r"[月./-]", said) else None


def of_the_person(
    found: Mapping[str, Value], state: State, catalogue: Catalogue, day: datetime.date
) -> dict[str, Value]:
    """An age told without saying whose is that of the one person this benefit asks the age of; of several, nobody's."""
    loose = {_SOMEBODYS_AGE, *ingredients(_SOMEBODYS_AGE, catalogue.facts)}
    if not state.benefit or not loose & set(found):
        return dict(found)
    situation = situation_of(state, catalogue, day=day)
    used = {name for benefit in benefits_of(state, catalogue) for name in used_facts(benefit, situation)}
    persons = [name for name in used if catalogue.facts[name].kind == "years" and catalogue.facts[name].ask]
    if _SOMEBODYS_AGE in used or not persons:
        return dict(found)
    kept = {name: value for name, value in found.items() if name not in loose}
    if len(persons) == 1 and persons[0] not in (*kept, *state.facts) and _SOMEBODYS_AGE in found:
        kept[persons[0]] = found[_SOMEBODYS_AGE]
    return kept


def other_fact(said: str, state: State, catalogue: Catalogue, day: datetime.date) -> dict[str, Value]:
    """A short reply to another question than the last one: the one open choice or place that it fits ("城镇的")."""
    if len(said) < 2 or said.isdigit() or _YES_OR_NO.fullmatch(said):
        return {}
    situation = situation_of(state, catalogue, day=day)
    benefits = benefits_of(state, catalogue)
    used = {name for benefit in benefits for name in used_facts(benefit, situation)} | {b.place for b in benefits}
    fitting: dict[str, Value] = {}
    for fact in [catalogue.facts[name] for name in used - set(state.facts) - {state.asking}]:
        value = _fits(fact, said, catalogue)
        if value is not None and fact.ask:
            fitting[fact.name] = value
    return fitting if len(fitting) == 1 else {}


def _fits(fact: Fact, said: str, catalogue: Catalogue) -> Value | None:
    if fact.kind in ("choice", "choices"):
        choice = read_choice(fact, said)
        return frozenset([choice]) if choice is not None and fact.kind == "choices" else choice
    regions = catalogue.library.regions
    if fact.kind != "region" or len(said) > 10:
        return None
    try:
        code = str(read_value(fact, said, day=datetime.date.min, regions=regions))
    except ValueRefused:
        return None
    # A place and nothing else: 平乐 is one, 平乐的补贴发了 tells something about it.
    return code if len(said) <= len(regions.names.get(code, "")) + 4 and said[-1] not in "了的" else None
