"""A citizen asks how far their case is, with number and secret; whoever guesses learns nothing.

An unknown number, a wrong secret and a blocked number or caller get the same None after the same work. A blocked
number is blocked for the right secret as well, else the block itself would tell which guess was right. Refusals under
a block are not counted, so a block ends an hour after the guesses that made it. All callers together are only watched:
a lock for everybody would be a gift to whoever guesses.
"""

from __future__ import annotations

import datetime
import hmac
import logging

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.cases.cases import find_case
from bot.cases.numbers import secret_of, token_of
from bot.cases.progress import Progress, progress_of
from bot.cases.tables import cases, lookups
from bot.knowledge.handover import Handover

logger = logging.getLogger(__name__)
FAILURES_PER_NUMBER = 5
FAILURES_PER_CALLER = 10
FAILURES_THAT_ALARM = 200
_HOUR = datetime.timedelta(hours=1)
_KEPT = datetime.timedelta(days=1)
_NO_NONCE = "0" * 32
# Any numbers, the same in every process; they keep these locks from all others.
_NUMBER_LOCK, _CALLER_LOCK = 7_021_346, 7_021_347


def look_up(
    connection: Connection,
    number: str,
    token: str,
    *,
    caller: str,
    now: datetime.datetime,
    handover: Handover,
    key: bytes,
) -> Progress | None:
    """How far the case is, for who has its secret; `token` is bot.cases.numbers.token_of what was told.

    The caller's transaction has to be committed also where this returns None: the failure is written in it.
    """
    number, caller = number[:20], caller[:80]
    _wait_for_turn(connection, number, caller)
    nonce = connection.execute(sa.select(cases.c.nonce).where(cases.c.number == number)).scalar()
    expected = token_of(number, secret_of(number, nonce or _NO_NONCE, key=key), key=key)
    is_right = hmac.compare_digest(expected.encode(), token.encode()) and nonce is not None
    of_number, of_caller, of_all = _count_failures(connection, number, caller, since=now - _HOUR)
    is_blocked = of_number >= FAILURES_PER_NUMBER or of_caller >= FAILURES_PER_CALLER
    if is_right and not is_blocked:
        case = find_case(connection, number)
        return progress_of(connection, case, handover=handover) if case else None
    reason = "blocked" if is_blocked else "wrong_secret" if nonce is not None else "unknown_number"
    logger.warning("case_lookup_failed number=%s caller=%s reason=%s", number, caller, reason)
    if not is_blocked:
        connection.execute(lookups.insert().values(number=number, caller=caller, at=now))
        connection.execute(lookups.delete().where(lookups.c.at < now - _KEPT))
        if of_all + 1 >= FAILURES_THAT_ALARM:
            logger.error("case_lookup_alarm failures_in_an_hour=%s 有人可能在猜查询码，请查看日志。", of_all + 1)
    return None


def _wait_for_turn(connection: Connection, number: str, caller: str) -> None:
    """Let guesses at one number, and those of one caller, in one by one: together they would all pass the count.

    SQLite lets every writer in one by one already.
    """
    if connection.dialect.name == "postgresql":
        for lock, value in ((_NUMBER_LOCK, number), (_CALLER_LOCK, caller)):
            connection.execute(
                sa.text("SELECT pg_advisory_xact_lock(:lock, hashtext(:value))"), {"lock": lock, "value": value}
            )


def _count_failures(
    connection: Connection, number: str, caller: str, *, since: datetime.datetime
) -> tuple[int, int, int]:
    """Failures since then: of this number, of this caller, of all."""
    of_number = sa.func.coalesce(sa.func.sum(sa.case((lookups.c.number == number, 1), else_=0)), 0)
    of_caller = sa.func.coalesce(sa.func.sum(sa.case((lookups.c.caller == caller, 1), else_=0)), 0)
    query = sa.select(of_number, of_caller, sa.func.count()).where(lookups.c.at > since)
    row = connection.execute(query).one()
    return int(row[0]), int(row[1]), int(row[2])
