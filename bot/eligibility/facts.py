"""What may be known of a household: the facts of knowledge/facts, and the standards that they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = ("number", "money", "count", "years", "months", "choice", "choices", "date", "region")
NUMBERS = ("number", "money", "count", "years", "months")


@dataclass(frozen=True)
class Fact:
    """One thing that may be known, and how it is asked for."""

    name: str
    kind: str
    label: str
    """What the citizen reads: 一起过的人数."""
    ask: str = ""
    """The question; empty for a fact that is computed."""
    why: str = ""
    choices: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    """Texts to tap for a number, read like typed ones."""
    heard: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What people say for a choice (regular expressions), by choice."""
    cues: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What tells it in a free sentence (regular expressions), by choice; under "" those with a group `value`."""
    unit: str = ""
    least: float = 0.0
    most: float = float("inf")
    usual: str = ""
    """The choice that most people give, where there is one: what hardly ever decides is asked late."""
    assume: str | float | None = None
    """What holds while nobody says otherwise: such a fact is never asked."""
    changes: str = ""
    """How it can change for the citizen: "act" (a paper, coming in person), "time" (age) or "" (it is as it is)."""
    compute: Mapping[str, Any] | None = None
    """How it follows from other facts, where it was not told."""

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS


@dataclass(frozen=True)
class Gap:
    """Why a value is not known: facts nobody has told, and facts that were asked and are unclear."""

    missing: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()

    def __or__(self, other: Gap) -> Gap:
        return Gap(self.missing | other.missing, self.unclear | other.unclear)


@dataclass(frozen=True)
class Area:
    """The programme of one kind of area, and how far an old amount may still refuse somebody."""

    programme: str
    months: int
    """Months that its amount covers: 12 for an amount a year."""


@dataclass(frozen=True)
class Standard:
    """A threshold that depends on region, area (城镇, 农村) and day."""

    place: str
    area: str
    areas: Mapping[str, Area]
    fresh_years: float
    """How long an amount counts as today's."""
    growth: float
    """By what factor a year an older one may have risen since."""
    least_growth: Mapping[str, float]


def ingredients(name: str, facts: Mapping[str, Fact]) -> set[str]:
    """The facts from which `name` is computed, directly or not."""
    compute = facts[name].compute
    if not compute:
        return set()
    operands = next(iter(compute.values()))
    if isinstance(operands, Mapping):
        listed = [operands["fact"]]
    else:
        listed = operands if isinstance(operands, list) else [operands]
    names = {other for other in listed if isinstance(other, str)}
    return names.union(*(ingredients(other, facts) for other in names))
