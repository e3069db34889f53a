"""A benefit as a file: conditions with their clauses, rules of which the first that holds decides, and what to do."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass

from bot.eligibility.conditions import Condition
from bot.knowledge.entries import Citation


class Outcome(str, enum.Enum):
    """How a pre-check ends. The words are the citizen's, the operator's and the files' own."""

    QUALIFIES = "符合"
    LIKELY = "可能符合"
    VERIFY = "需核实"
    OPEN = "还差信息"
    REFUSED = "不符合"
    BESIDE = "不相关"
    """Only in a screening: the benefit is for other people."""

    @property
    def rank(self) -> int:
        """0 for the best a citizen can hear."""
        return list(Outcome).index(self)


@dataclass(frozen=True)
class Period:
    """From one day to another, both included; None: open."""

    first: datetime.date | None = None
    last: datetime.date | None = None

    def holds(self, day: datetime.date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Requirement:
    """A condition that the citizen sees with a tick, a cross or a question mark."""

    name: str
    says: str
    when: Condition
    clause: Citation
    period: Period = Period()


@dataclass(frozen=True)
class Rule:
    """An outcome and when it holds. `says` gives the reason and what to do about it."""

    id: str
    outcome: Outcome
    says: str
    when: Condition | None
    """None: it holds whenever no rule before it does."""
    clause: Citation | None
    period: Period = Period()
    then: tuple[str, ...] = ()
    """Benefits to look at instead."""


@dataclass(frozen=True)
class Given:
    """A line that is told only when its condition holds: something to bring, something to know, an amount."""

    text: str
    when: Condition | None = None


@dataclass(frozen=True)
class Benefit:
    """All that is known about one benefit."""

    id: str
    name: str
    topic: str
    also_called: tuple[str, ...]
    for_whom: str
    """One line for a list: whom it is for."""
    screening: Condition | None
    """When it may concern somebody at all; only asked in a screening."""
    requirements: Mapping[str, Requirement]
    rules: tuple[Rule, ...]
    amounts: tuple[Given, ...]
    """Their text is a programme of standards/."""
    pays: str
    """What it gives, where no amount is on record."""
    materials: tuple[Given, ...]
    notes: tuple[Given, ...]
    where: str
    how_long: str
    tell_them: str
    """What to say at the window."""
    decides: str
    """Who has the last word."""
    place: str
    """The fact that holds the region whose amounts and offices count."""

    def named(self, day: datetime.date) -> Mapping[str, Condition]:
        """The conditions that rules may refer to, by name."""
        return {name: requirement.when for name, requirement in self.requirements.items()}

    def rules_on(self, day: datetime.date) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.period.holds(day))
