"""What a citizen is told of their case: its state in plain words, what happened last and the day that was promised.

The sentences stand in knowledge/handover.yaml. Reasons and notes among colleagues never come here.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from bot.cases.cases import Case, history
from bot.knowledge.handover import CHINA, Handover


@dataclass(frozen=True)
class Progress:
    """A case as its citizen may see it."""

    number: str
    state: str
    topic: str | None
    office: str | None
    opened_on: datetime.date
    last_kind: str
    last_text: str
    """What staff have written to the citizen; empty where the last event has no words for them."""
    last_on: datetime.date
    due_on: datetime.date
    is_due_sure: bool
    can_rate: bool


def progress_of(connection: Connection, case: Case, *, handover: Handover) -> Progress:
    """How far a case is, without anything internal."""
    told = [event for event in history(connection, case.number) if event.kind in handover.progress.events]
    last = told[-1]
    return Progress(
        number=case.number,
        state=case.state,
        topic=case.topic,
        office=case.office,
        opened_on=case.opened_at.astimezone(CHINA).date(),
        last_kind=last.kind,
        last_text=last.text if last.is_public else "",
        last_on=last.at.astimezone(CHINA).date(),
        due_on=case.due_on,
        is_due_sure=case.is_due_sure,
        can_rate=case.state == "closed" and case.rating is None,
    )


def say_progress(progress: Progress, handover: Handover, *, day: datetime.date) -> str:
    """The progress in sentences, a line each."""
    words = handover.progress
    event = words.events[progress.last_kind].format(text=progress.last_text.rstrip("。"))
    lines = [
        words.lines["head"].format(number=progress.number, state=words.states[progress.state]),
        words.lines["last"].format(day=words.say_day(progress.last_on), event=event),
    ]
    if progress.state != "closed":
        due = "overdue" if day > progress.due_on else "due" if progress.is_due_sure else "due_unsure"
        lines.append(words.lines[due].format(day=words.say_day(progress.due_on)))
    return "\n".join(lines)
