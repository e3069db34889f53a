"""Which questions are with people: cases opened, read and listed.

A case and its first event are written in the caller's transaction. A message opens one case however often it is read,
and its reply tells the same secret each time. What citizens wrote is masked before it is kept.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.cases.numbers import LARGEST_COUNT, count_of, day_prefixes, make_nonce, make_number, secret_of
from bot.cases.tables import case_events, cases
from bot.errors import CaseRefused
from bot.knowledge.handover import CHINA, Handover
from bot.privacy.masking import mask

logger = logging.getLogger(__name__)
PRIORITIES = ("danger", "urgent", "normal")
DANGER, URGENT, NORMAL = range(3)
CITIZEN = "citizen"
SYSTEM = "system"
# Each loser of a race for the next number tries again; more than that at one moment is a fault.
_TRIES = 200


@dataclass(frozen=True)
class Opened:
    """What is told to the citizen, once: nobody can look the secret up."""

    number: str
    secret: str
    due_on: datetime.date
    is_due_sure: bool


@dataclass(frozen=True)
class Case:
    """A case as it stands. The telephone is not in it: bot/cases/vault.py gives it to who holds the case."""

    id: int
    number: str
    conversation: str | None
    kind: str
    topic: str | None
    region: str | None
    office: str | None
    priority: int
    state: str
    operator: str | None
    summary: str
    facts: Mapping[str, Any]
    trace: Sequence[Any] | Mapping[str, Any]
    has_telephone: bool
    opened_at: datetime.datetime
    days_allowed: int
    due_on: datetime.date
    is_due_sure: bool
    closed_at: datetime.datetime | None
    rating: int | None


@dataclass(frozen=True)
class CaseEvent:
    """One thing that happened to a case; `text` may be told to the citizen only where `is_public`."""

    at: datetime.datetime
    who: str
    kind: str
    text: str
    detail: Mapping[str, Any]
    is_public: bool


def open_case(
    connection: Connection,
    *,
    conversation: str | None,
    message: int | None = None,
    kind: str,
    topic: str | None,
    region: str | None,
    office: str | None,
    priority: int,
    summary: str,
    facts: Mapping[str, Any] | None = None,
    trace: Sequence[Any] | Mapping[str, Any] | None = None,
    now: datetime.datetime,
    handover: Handover,
    key: bytes,
) -> Opened:
    """Open a case, or return the one that `message` has opened already."""
    today = now.astimezone(CHINA).date()
    days = handover.days_allowed(priority=PRIORITIES[priority], topic=topic, kind=kind)
    # "The same day" is the desk's next day where nobody is there any more.
    first = today if days else handover.next_staffed(now).astimezone(CHINA).date()
    due_on, is_due_sure = handover.workdays.add_working_days(first, days)
    values = dict(
        nonce=make_nonce(),
        conversation=conversation,
        message=message,
        kind=kind,
        topic=topic,
        region=region,
        office=office,
        priority=priority,
        state="open",
        summary=mask(summary).text,
        facts=dict(facts or {}),
        trace=trace if trace is not None else [],
        opened_at=now,
        days_allowed=days,
        due_on=due_on,
        is_due_sure=is_due_sure,
    )
    for _ in range(_TRIES):
        known = _opened_by(connection, message, key=key)
        if known:
            return known
        number = _next_number(connection, today)
        try:
            with connection.begin_nested():
                id = connection.execute(cases.insert().values(number=number, **values)).inserted_primary_key[0]
        except sa.exc.IntegrityError:
            continue  # somebody else took the number, or read the same message
        write_event(connection, id, at=now, who=CITIZEN if conversation else SYSTEM, kind="opened")
        logger.info("case_opened case=%s kind=%s priority=%s", number, kind, PRIORITIES[priority])
        return Opened(number, secret_of(number, str(values["nonce"]), key=key), due_on, is_due_sure)
    raise CaseRefused("同时登记的办件太多，没有取到办件号。请稍后再试。")


def find_case(connection: Connection, number: str) -> Case | None:
    """The case of that number."""
    row = connection.execute(sa.select(cases).where(cases.c.number == number)).one_or_none()
    return _read(row) if row else None


def of_conversation(connection: Connection, conversation: str) -> list[Case]:
    """The cases that were opened in a conversation, the newest first."""
    query = sa.select(cases).where(cases.c.conversation == conversation).order_by(cases.c.id.desc())
    return [_read(row) for row in connection.execute(query)]


def nonce_of(connection: Connection, number: str, conversation: str) -> str | None:
    """What the secret of a case is made of, for the conversation that opened it only."""
    where = sa.and_(cases.c.number == number, cases.c.conversation == conversation)
    return connection.execute(sa.select(cases.c.nonce).where(where)).scalar()


def load_for_change(connection: Connection, number: str) -> Case:
    """The case of that number, kept from others until this transaction ends. Raises CaseRefused for an unknown one."""
    row = connection.execute(sa.select(cases).where(cases.c.number == number).with_for_update()).one_or_none()
    if row is None:
        raise CaseRefused(f"没有办件 {number}。请核对办件号，形式是“GM年月日-五位数”。")
    return _read(row)


def list_cases(
    connection: Connection,
    *,
    region: str | None = None,
    office: str | None = None,
    operator: str | None = None,
    states: Collection[str] = ("open", "taken"),
    limit: int = 100,
) -> list[Case]:
    """The cases in the order in which they are to be worked: danger first, then by day due, then by age.

    `region` takes in all that lies in it.
    """
    query = sa.select(cases).where(cases.c.state.in_(list(states)))
    if region is not None:
        query = query.where(cases.c.region.startswith(region, autoescape=True))
    if office is not None:
        query = query.where(cases.c.office == office)
    if operator is not None:
        query = query.where(cases.c.operator == operator)
    danger_first = sa.case((cases.c.priority == DANGER, 0), else_=1)
    order = (danger_first, cases.c.due_on, cases.c.priority, cases.c.opened_at, cases.c.id)
    return [_read(row) for row in connection.execute(query.order_by(*order).limit(limit))]


def history(connection: Connection, number: str) -> list[CaseEvent]:
    """Everything that happened to a case, in order."""
    query = (
        sa.select(case_events)
        .join(cases, cases.c.id == case_events.c.case)
        .where(cases.c.number == number)
        .order_by(case_events.c.id)
    )
    return [
        CaseEvent(row.at, row.who, row.kind, row.text, row.detail, row.is_public) for row in connection.execute(query)
    ]


def write_event(
    connection: Connection,
    case: int,
    *,
    at: datetime.datetime,
    who: str,
    kind: str,
    text: str = "",
    detail: Mapping[str, Any] | None = None,
    is_public: bool = False,
) -> None:
    """Add to a case's history; nothing is ever changed or taken out of it."""
    values = dict(case=case, at=at, who=who, kind=kind, text=text, detail=dict(detail or {}), is_public=is_public)
    connection.execute(case_events.insert().values(**values))


def _opened_by(connection: Connection, message: int | None, *, key: bytes) -> Opened | None:
    if message is None:
        return None
    row = connection.execute(sa.select(cases).where(cases.c.message == message)).one_or_none()
    if row is None:
        return None
    return Opened(row.number, secret_of(row.number, row.nonce, key=key), row.due_on, row.is_due_sure)


def _next_number(connection: Connection, day: datetime.date) -> str:
    """The first number of the day that nobody has; two may read the same one, the table takes it once."""
    for place, prefix in enumerate(day_prefixes(day)):
        # Numbers are equally long, so this holds in every collation and walks the index.
        of_day = cases.c.number.between(f"{prefix}00000", f"{prefix}99999")
        last = connection.execute(sa.select(sa.func.max(cases.c.number)).where(of_day)).scalar()
        count = count_of(last) + 1 if last else place * 10_000
        if count < (place + 1) * 10_000:
            return make_number(day, count)
    raise CaseRefused(f"{day} 的办件号已经用完（{LARGEST_COUNT + 1}件）。请改用12345登记，并通知系统管理员。")


def _read(row: Row) -> Case:
    return Case(
        id=row.id,
        number=row.number,
        conversation=row.conversation,
        kind=row.kind,
        topic=row.topic,
        region=row.region,
        office=row.office,
        priority=row.priority,
        state=row.state,
        operator=row.operator,
        summary=row.summary,
        facts=row.facts,
        trace=row.trace,
        has_telephone=row.telephone is not None,
        opened_at=row.opened_at,
        days_allowed=row.days_allowed,
        due_on=row.due_on,
        is_due_sure=row.is_due_sure,
        closed_at=row.closed_at,
        rating=row.rating,
    )
