"""Conditions over facts: all, any and not over comparisons, and references to a benefit's named conditions.

Law: what is unknown never becomes false; telling one more fact never makes a known value unknown again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.eligibility.comparing import Comparison, compare
from bot.eligibility.situation import Situation
from bot.eligibility.truth import CAN_FAIL, CAN_HOLD, CAN_STAY_OPEN, FALSE, NOBODY, TRUE, Truth


@dataclass(frozen=True)
class Named:
    """A reference to one of the benefit's conditions."""

    name: str


@dataclass(frozen=True)
class Joined:
    """all, any or not over conditions."""

    how: str
    parts: tuple[Condition, ...]


Condition = Comparison | Named | Joined
Named_conditions = Mapping[str, Condition]


def evaluate(condition: Condition, situation: Situation, named: Named_conditions) -> Truth:
    """Return whether the condition holds."""
    if isinstance(condition, Comparison):
        return compare(condition, situation)
    if isinstance(condition, Named):
        return evaluate(named[condition.name], situation, named)
    if condition.how == "not":
        truth = evaluate(condition.parts[0], situation, named)
        if truth.value is not None:
            return FALSE if truth.value else TRUE
        return truth._replace(prospects=_turned(truth.prospects))
    return _join(condition, situation, named)


def _join(condition: Joined, situation: Situation, named: Named_conditions) -> Truth:
    """all and any: one part with the settling value settles it; else all parts together."""
    settles = condition.how == "any"
    settling, other = (CAN_HOLD, CAN_FAIL) if settles else (CAN_FAIL, CAN_HOLD)
    missing, unclear, is_open = NOBODY, NOBODY, False
    can_settle, all_other, none_settles, some_open = False, True, True, False
    for part in condition.parts:
        truth = evaluate(part, situation, named)
        if truth.value is settles:
            return TRUE if settles else FALSE
        if truth.value is None:
            is_open = True
            missing, unclear = missing | truth.missing, unclear | truth.unclear
            can_settle = can_settle or bool(truth.prospects & settling)
            all_other = all_other and bool(truth.prospects & other)
            none_settles = none_settles and bool(truth.prospects & (other | CAN_STAY_OPEN))
            some_open = some_open or bool(truth.prospects & CAN_STAY_OPEN)
    if not is_open:
        return FALSE if settles else TRUE
    prospects = settling * can_settle | other * all_other | CAN_STAY_OPEN * (none_settles and some_open)
    return Truth(None, missing, unclear, prospects)


def _turned(prospects: int) -> int:
    holds, fails = bool(prospects & CAN_HOLD), bool(prospects & CAN_FAIL)
    return CAN_FAIL * holds | CAN_HOLD * fails | prospects & CAN_STAY_OPEN


def comparisons(condition: Condition, named: Named_conditions) -> Iterator[Comparison]:
    """Yield every comparison below a condition, in file order."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Named):
        yield from comparisons(named[condition.name], named)
    else:
        for part in condition.parts:
            yield from comparisons(part, named)
