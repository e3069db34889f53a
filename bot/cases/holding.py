"""Who speaks to a citizen: bot → waiting → operator → bot, with a deadline on whatever a person was asked for.

While a conversation waits, the bot goes on answering: nobody is left alone through a night. While an operator holds it,
the bot is silent (bot/cases/log.answer refuses). Whoever waits goes back to the bot at the deadline, with a case that
keeps what they said; an operator who goes quiet loses the conversation, to the queue where the citizen spoke last.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.cases import log
from bot.cases.log import Conversation
from bot.cases.saying import for_citizen
from bot.cases.tables import conversations
from bot.errors import CaseRefused


@dataclass(frozen=True)
class Patience:
    """How long things may take, from knowledge/handover.yaml."""

    wait: datetime.timedelta
    """In the queue, counted in the desk's hours."""
    quiet: datetime.timedelta
    """An operator's silence, whoever had the last word."""
    reply: datetime.timedelta
    """The least time for an operator to answer a citizen's first unanswered message."""


@dataclass(frozen=True)
class Expired:
    """A conversation whose time ran out, as it is now and as it was."""

    conversation: Conversation
    was: Conversation

    @property
    def before(self) -> str:
        """Who had it: waiting or operator."""
        return self.was.holder


def ask_for_person(
    connection: Connection,
    conversation: str,
    *,
    deadline: datetime.datetime,
    now: datetime.datetime,
    priority: int,
    topic: str | None = None,
    region: str | None = None,
) -> Conversation:
    """Put a conversation into the queue. One that waits or is held already only rises, it is never put back."""
    held = _locked(connection, conversation)
    known = {"topic": topic or held.topic, "region": region or held.region}
    priority = min(priority, held.priority)
    if held.holder != "bot":
        return _change(connection, held, priority=priority, **known)
    return _change(connection, held, holder="waiting", since=now, deadline=deadline, priority=priority, **known)


def place_in_queue(connection: Connection, conversation: Conversation) -> int:
    """How many wait before this one."""
    earlier = sa.and_(
        conversations.c.holder == "waiting",
        conversations.c.id != conversation.id,
        sa.or_(
            conversations.c.priority < conversation.priority,
            sa.and_(conversations.c.priority == conversation.priority, conversations.c.since < conversation.since),
        ),
    )
    return int(connection.execute(sa.select(sa.func.count()).where(earlier)).scalar_one())


def queue(connection: Connection, *, region: str | None = None) -> list[Conversation]:
    """Who waits: danger first, then who has waited longest. `region` takes in all that lies in it."""
    return _list(connection, "waiting", region)


def held(connection: Connection, *, region: str | None = None) -> list[Conversation]:
    """Whom operators are speaking to."""
    return _list(connection, "operator", region)


def _list(connection: Connection, holder: str, region: str | None) -> list[Conversation]:
    chosen = sa.select(conversations).where(conversations.c.holder == holder)
    if region is not None:
        chosen = chosen.where(conversations.c.region.startswith(region, autoescape=True))
    ordered = chosen.order_by(conversations.c.priority, conversations.c.since, conversations.c.id)
    return [Conversation(**row._mapping) for row in connection.execute(ordered)]


def take(
    connection: Connection, conversation: str, operator: str, *, now: datetime.datetime, patience: Patience
) -> Conversation:
    """Give a conversation to an operator; the bot is silent from here on. Taking one's own again changes nothing."""
    held = _locked(connection, conversation)
    if held.holder == "operator":
        if held.operator == operator:
            return held
        raise CaseRefused(f"对话 {conversation} 正由 {held.operator} 接待。要接手请先请对方交还。")
    log.leave_to_operator(connection, conversation, now=now)
    taken = _change(connection, held, holder="operator", operator=operator, since=now, deadline=now + patience.quiet)
    log.add(connection, conversation, "system", "", content={"event": "taken"}, now=now)
    return taken


def speak(
    connection: Connection,
    conversation: str,
    operator: str,
    text: str,
    *,
    now: datetime.datetime,
    patience: Patience,
    client_id: str | None = None,
) -> log.Message:
    """Add what the operator says. Raises CaseRefused where they do not hold the conversation, or may not say it."""
    held = _locked(connection, conversation)
    _must_hold(held, operator)
    _change(connection, held, deadline=now + patience.quiet)
    return log.add(connection, conversation, "operator", for_citizen(text, "答复"), now=now, client_id=client_id)


def give_back(connection: Connection, conversation: str, operator: str, *, now: datetime.datetime) -> Conversation:
    """Give the conversation back to the bot, with what the operator has not answered."""
    held = _locked(connection, conversation)
    _must_hold(held, operator)
    log.add(connection, conversation, "system", "", content={"event": "given_back"}, now=now)
    log.give_to_bot(connection, conversation, since=held.since)
    return _to_bot(connection, held, now)


def note_citizen(connection: Connection, conversation: str, *, now: datetime.datetime, patience: Patience) -> None:
    """A citizen wrote to an operator: what they said first since the operator's last word gets time for an answer.

    Later messages do not prolong it, or somebody who keeps asking would wait for ever.
    """
    held = _locked(connection, conversation)
    if held.holder != "operator" or held.deadline is None:
        return
    if log.count_waiting_words(connection, conversation, since=held.since) == 1:
        _change(connection, held, deadline=max(held.deadline, now + patience.reply))


def expire(
    connection: Connection, *, now: datetime.datetime, patience: Patience, queue_deadline: datetime.datetime
) -> list[Expired]:
    """End what took too long.

    From the queue back to the bot (the caller opens a case with what was said, and tells); from a silent operator back
    to the queue until `queue_deadline` where the citizen had the last word, else to the bot.
    """
    late = sa.select(conversations).where(conversations.c.deadline <= now).order_by(conversations.c.id)
    found = connection.execute(late.with_for_update(skip_locked=True)).all()
    return [_end(connection, Conversation(**row._mapping), now, queue_deadline) for row in found]


def _end(
    connection: Connection, held: Conversation, now: datetime.datetime, queue_deadline: datetime.datetime
) -> Expired:
    if held.holder == "waiting":
        return Expired(_to_bot(connection, held, now), held)
    last = log.last_of(connection, held.id, ("citizen", "operator"))
    if last is not None and last.author == "citizen":
        log.add(connection, held.id, "system", "", content={"event": "waiting_again"}, now=now)
        waiting = _change(
            connection,
            held,
            holder="waiting",
            operator=None,
            since=now,
            deadline=queue_deadline,
            priority=min(held.priority, 1),
        )
        return Expired(waiting, held)
    log.add(connection, held.id, "system", "", content={"event": "given_back"}, now=now)
    return Expired(_to_bot(connection, held, now), held)


def _to_bot(connection: Connection, held: Conversation, now: datetime.datetime) -> Conversation:
    return _change(
        connection, held, holder="bot", operator=None, since=now, deadline=None, priority=log.NORMAL, topic=None
    )


def _locked(connection: Connection, conversation: str) -> Conversation:
    held = log.find(connection, conversation, locked=True)
    if held is None:
        raise CaseRefused(f"没有编号为 {conversation} 的对话，可能已经应群众要求删除。")
    return held


def _must_hold(held: Conversation, operator: str) -> None:
    if held.holder != "operator" or held.operator != operator:
        raise CaseRefused(f"对话 {held.id} 现在不在 {operator} 手里。请先接手，再回复。")


def _change(connection: Connection, held: Conversation, **values: object) -> Conversation:
    connection.execute(conversations.update().where(conversations.c.id == held.id).values(**values))
    return replace(held, **values)  # type: ignore[arg-type]
