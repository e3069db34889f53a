"""Three values: true, false, and not known yet, with the facts that would tell and what can still become of it."""

from __future__ import annotations

from typing import NamedTuple

NOBODY: frozenset[str] = frozenset()
# What stands for "no threshold is known" among the unclear facts.
STANDARD = "standard"
CAN_HOLD, CAN_FAIL, CAN_STAY_OPEN = 1, 2, 4


class Truth(NamedTuple):
    """`value` None: not known; then the facts that nobody told, and those that are unclear."""

    value: bool | None
    missing: frozenset[str] = NOBODY
    unclear: frozenset[str] = NOBODY
    prospects: int = CAN_STAY_OPEN
    """What can still become of it, as bits: CAN_HOLD, CAN_FAIL, CAN_STAY_OPEN."""


TRUE, FALSE = Truth(True, prospects=CAN_HOLD), Truth(False, prospects=CAN_FAIL)


def unknown(missing: frozenset[str] = NOBODY, unclear: frozenset[str] = NOBODY) -> Truth:
    """Not known. Where something unclear stands in the way, no other fact can settle it any more."""
    anything = CAN_HOLD | CAN_FAIL | CAN_STAY_OPEN
    return Truth(None, missing, unclear, CAN_STAY_OPEN if unclear or not missing else anything)


def settled(value: bool) -> Truth:
    return TRUE if value else FALSE
