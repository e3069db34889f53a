"""What people do with a case: open → taken → closed, with transfer, return and one reopening on the way.

Every change is an event with who, when and why; one that the state does not allow raises CaseRefused and changes
nothing. The day that was promised to the citizen stays through transfers and returns: only a reopened case gets a new
one. Taking or rating again what one has just taken or rated (a double click, a repeated send) changes nothing.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.cases.cases import CITIZEN, PRIORITIES, Case, load_for_change, write_event
from bot.cases.saying import for_citizen
from bot.cases.tables import case_events, cases
from bot.errors import CaseRefused
from bot.knowledge.handover import CHINA, Handover
from bot.privacy.masking import mask

logger = logging.getLogger(__name__)
_STATES = {"open": "等人受理", "taken": "已有人在办", "closed": "已办结"}
# Ratings up to this one say "不满意".
_DISSATISFIED = 2
# What a citizen who had the conversation deleted wants gone as soon as nobody needs it to answer.
_PERSONAL: Mapping[str, Any] = {"telephone": None, "facts": {}, "trace": []}


def take(connection: Connection, number: str, operator: str, *, now: datetime.datetime) -> None:
    """Give an open case to an operator, who has to be the first."""
    case = load_for_change(connection, number)
    if case.state == "taken" and case.operator == operator:
        return
    if case.state == "taken":
        raise CaseRefused(f"办件 {number} 已经由 {case.operator} 受理。请和对方商量，或者由对方转给您。")
    _require(case, "open", "受理")
    _change(connection, case, "taken", {"state": "taken", "operator": operator}, now=now, who=operator)


def reply(connection: Connection, number: str, operator: str, text: str, *, now: datetime.datetime) -> None:
    """Answer the citizen; the case stays with the operator."""
    case = _held(connection, number, operator, "答复")
    _change(connection, case, "replied", {}, now=now, who=operator, text=for_citizen(text, "答复"), is_public=True)


def transfer(
    connection: Connection,
    number: str,
    operator: str,
    *,
    region: str | None,
    office: str | None,
    reason: str,
    now: datetime.datetime,
) -> None:
    """Send a case to the office that is right for it, where it waits again.

    Anybody may: who holds it may be away.
    """
    case = load_for_change(connection, number)
    _require_not_closed(case, "转办")
    if (region, office) == (case.region, case.office):
        raise CaseRefused(f"办件 {number} 本来就在那里。请写另一个地区或单位。")
    detail = {"from": _place(case), "to": {"region": region, "office": office}}
    told = _reason(reason, "转办")
    place = {"region": region, "office": office, "state": "open", "operator": None}
    _change(connection, case, "transferred", place, now=now, who=operator, text=told, detail=detail)


def return_(connection: Connection, number: str, operator: str, *, reason: str, now: datetime.datetime) -> None:
    """退单: give a case back as not one's own; it waits for another office to be found."""
    case = _held(connection, number, operator, "退单")
    told = _reason(reason, "退单")
    place = {"office": None, "state": "open", "operator": None}
    _change(connection, case, "returned", place, now=now, who=operator, text=told, detail={"from": _place(case)})


def note(connection: Connection, number: str, operator: str, text: str, *, now: datetime.datetime) -> None:
    """Keep a word among colleagues; a citizen never sees it."""
    case = load_for_change(connection, number)
    _change(connection, case, "noted", {}, now=now, who=operator, text=_reason(text, "备注"))


def close(connection: Connection, number: str, operator: str, result: str, *, now: datetime.datetime) -> None:
    """Close a case with the result that the citizen is told."""
    case = _held(connection, number, operator, "办结")
    told = for_citizen(result, "办结")
    gone = _PERSONAL if _happened(connection, case, "forgotten") else {}
    closed = {"state": "closed", "closed_at": now, **gone}
    _change(connection, case, "closed", closed, now=now, who=operator, text=told, is_public=True)


def rate(
    connection: Connection, number: str, stars: int, *, words: str = "", now: datetime.datetime, handover: Handover
) -> bool:
    """Keep the citizen's rating of a closed case, 1 to 5; the first 1 or 2 opens it again. True where it did."""
    if stars not in range(1, 6):
        raise CaseRefused(f"评价是1到5分，收到的是“{stars}”。请重新选择。")
    case = load_for_change(connection, number)
    if case.state == "open" and _last_kind(connection, case) == "reopened":
        return True
    _require(case, "closed", "评价")
    if case.rating == stars:
        return False
    said = mask(words).text
    _change(connection, case, "rated", {"rating": stars}, now=now, who=CITIZEN, text=said, detail={"stars": stars})
    if stars > _DISSATISFIED or _happened(connection, case, "reopened"):
        return False
    today = now.astimezone(CHINA).date()
    days = handover.days_allowed(priority=PRIORITIES[case.priority], topic=case.topic, kind=case.kind)
    due_on, is_due_sure = handover.workdays.add_working_days(today, days)
    due = {"days_allowed": days, "due_on": due_on, "is_due_sure": is_due_sure}
    again = {"state": "open", "operator": None, "closed_at": None, "rating": None, **due}
    _change(connection, case, "reopened", again, now=now, who=CITIZEN, text=said)
    return True


def forget_conversation(connection: Connection, conversation: str, *, now: datetime.datetime) -> tuple[str, ...]:
    """Cut the cases of a deleted conversation from it, and return the numbers that stay.

    A case is official business and stays. A closed one loses telephone, facts and trace at once; an open one keeps them
    for who still has to answer, until it is closed.
    """
    query = sa.select(cases.c.number).where(cases.c.conversation == conversation).order_by(cases.c.id)
    numbers = tuple(connection.execute(query).scalars())
    for number in numbers:
        case = load_for_change(connection, number)
        gone = _PERSONAL if case.state == "closed" else {}
        _change(connection, case, "forgotten", {"conversation": None, "message": None, **gone}, now=now, who=CITIZEN)
    return numbers


def _change(
    connection: Connection,
    case: Case,
    kind: str,
    columns: Mapping[str, Any],
    *,
    now: datetime.datetime,
    who: str,
    text: str = "",
    detail: Mapping[str, Any] | None = None,
    is_public: bool = False,
) -> None:
    """Write the change and its event together."""
    if columns:
        connection.execute(cases.update().where(cases.c.id == case.id).values(**columns))
    write_event(connection, case.id, at=now, who=who, kind=kind, text=text, detail=detail, is_public=is_public)
    logger.info("case_%s case=%s", kind, case.number)


def _held(connection: Connection, number: str, operator: str, doing: str) -> Case:
    """The case, which that operator has taken."""
    case = load_for_change(connection, number)
    _require(case, "taken", doing)
    if case.operator != operator:
        raise CaseRefused(f"办件 {number} 由 {case.operator} 在办，{operator} 不能{doing}。请和对方商量，或者先转办。")
    return case


def _require(case: Case, state: str, doing: str) -> None:
    if case.state != state:
        raise CaseRefused(
            f"办件 {case.number} {_STATES[case.state]}，现在不能{doing}；{_STATES[state]}的办件才可以。请先看它的经过。"
        )


def _require_not_closed(case: Case, doing: str) -> None:
    if case.state == "closed":
        raise CaseRefused(f"办件 {case.number} 已办结，不能{doing}。群众还有问题的，请登记新的办件。")


def _reason(told: str, doing: str) -> str:
    """Words for colleagues, masked."""
    if not told.strip():
        raise CaseRefused(f"{doing}要写明原因或内容。请补上再提交。")
    return mask(told.strip()).text


def _place(case: Case) -> dict[str, str | None]:
    return {"region": case.region, "office": case.office, "operator": case.operator}


def _happened(connection: Connection, case: Case, kind: str) -> bool:
    query = sa.select(case_events.c.id).where(case_events.c.case == case.id, case_events.c.kind == kind).limit(1)
    return connection.execute(query).first() is not None


def _last_kind(connection: Connection, case: Case) -> str:
    query = (
        sa.select(case_events.c.kind).where(case_events.c.case == case.id).order_by(case_events.c.id.desc()).limit(1)
    )
    return str(connection.execute(query).scalar())
