"""Where a pre-check stands: a state that fits into one slot, and what becomes of it when something is told."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.eligibility.benefits import Benefit
from bot.eligibility.catalogue import Catalogue
from bot.eligibility.facts import Gap, ingredients
from bot.eligibility.situation import Situation
from bot.eligibility.telling import read_value, write_value
from bot.eligibility.values import UNCLEAR, Value
from bot.errors import ValueRefused


@dataclass(frozen=True)
class State:
    """Where a pre-check stands. `facts` holds what read_value reads back."""

    benefit: str = ""
    """Empty: a screening of all benefits."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    turns: tuple[tuple[str, ...], ...] = ()
    """The facts told by each message, for 上一步."""
    asking: str = ""
    """The fact asked for last; empty: nothing is asked."""
    is_active: bool = False

    @staticmethod
    def read(stored: Mapping[str, Any] | None) -> State:
        stored = stored or {}
        return State(
            benefit=str(stored.get("benefit", "")),
            facts=dict(stored.get("facts", {})),
            turns=tuple(tuple(turn) for turn in stored.get("turns", ())),
            asking=str(stored.get("asking", "")),
            is_active=bool(stored.get("is_active", False)),
        )

    def stored(self) -> dict[str, Any]:
        return {
            "benefit": self.benefit,
            "facts": dict(self.facts),
            "turns": [list(turn) for turn in self.turns],
            "asking": self.asking,
            "is_active": self.is_active,
        }

    def paused(self) -> State:
        """Nothing is asked until the citizen says 继续: what they say next is no answer."""
        return replace(self, asking="")


def benefits_of(state: State, catalogue: Catalogue) -> Sequence[Benefit]:
    """What the pre-check looks at."""
    chosen = catalogue.benefits.get(state.benefit)
    return [chosen] if chosen else catalogue.screened


def situation_of(state: State, catalogue: Catalogue, *, day: datetime.date) -> Situation:
    """The facts of the state as values; one that can no longer be read (the file changed) is asked for again."""
    known: dict[str, Value] = {}
    for name, told in state.facts.items():
        fact = catalogue.facts.get(name)
        if fact is None:
            continue
        try:
            known[name] = read_value(fact, told, day=day, regions=catalogue.library.regions)
        except ValueRefused:
            continue
    return catalogue.situation(known, day=day)


def tell(state: State, facts: Mapping[str, Value], catalogue: Catalogue, *, day: datetime.date) -> State:
    """The state with these facts; what was told before and does not go with them is gone."""
    if not facts:
        return state
    situation = situation_of(state, catalogue, day=day)
    kept = {n: told for n, told in state.facts.items() if n in facts or not _is_overtaken(n, facts, situation)}
    written = {name: write_value(value) for name, value in facts.items()}
    return replace(state, facts={**kept, **written}, turns=(*state.turns, tuple(facts)))


def _is_overtaken(name: str, facts: Mapping[str, Value], situation: Situation) -> bool:
    """An age when the birthday is told; a birthday when another age is told."""
    for new, value in facts.items():
        if new in ingredients(name, situation.facts) and value is not UNCLEAR:
            return True
        if name in ingredients(new, situation.facts):
            before = {n: v for n, v in situation.known.items() if n != new}
            follows = situation.only(before).value(new)
            if not isinstance(follows, Gap) and follows != value:
                return True
    return False
