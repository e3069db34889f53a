"""The message log: what citizen, bot and operator said, once each and in order.

A message is accepted before it is understood, so whatever fails later, it is there and will be answered. Whatever
writes to a conversation locks its row first: ids grow in the order in which they can be read, so a reader who asks for
what came after an id misses nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.cases.tables import conversations, messages

NORMAL = 2
_MOST_LATELY = 100


@dataclass(frozen=True)
class Conversation:
    """One citizen's conversation: who speaks to them now, and until when at the latest."""

    id: str
    channel: str
    holder: str
    """bot, waiting (the bot still answers, a person was asked for) or operator"""
    operator: str | None
    priority: int
    """0 danger, 1 urgent, 2 normal"""
    region: str | None
    topic: str | None
    since: datetime.datetime
    deadline: datetime.datetime | None
    opened_at: datetime.datetime


@dataclass(frozen=True)
class Message:
    """A row of the log."""

    id: int
    conversation: str
    author: str
    """citizen, bot, operator or system"""
    client_id: str | None
    text: str
    content: dict[str, Any]
    decision: dict[str, Any] | None
    reply_to: int | None
    at: datetime.datetime
    handled_at: datetime.datetime | None


def accept(
    connection: Connection,
    conversation: str,
    *,
    channel: str,
    text: str,
    now: datetime.datetime,
    client_id: str | None = None,
    content: dict[str, Any] | None = None,
) -> Message:
    """Put a citizen's (masked) message into the log, or return the row that a first send has made.

    The bot's turn comes later, unless an operator holds the conversation: then it is theirs at once.
    """
    held = lock(connection, conversation, channel=channel, now=now)
    if client_id is not None:
        known = _one(connection, messages.c.client_id == client_id, conversation, author="citizen")
        if known is not None:
            return known
    handled = now if held.holder == "operator" else None
    return _insert(connection, conversation, "citizen", text, now, content, client_id=client_id, handled_at=handled)


def add(
    connection: Connection,
    conversation: str,
    author: str,
    text: str,
    *,
    now: datetime.datetime,
    content: dict[str, Any] | None = None,
    client_id: str | None = None,
) -> Message:
    """Put an operator's or the system's message into a conversation that is locked; repeated sends change nothing."""
    if client_id is not None:
        known = _one(connection, messages.c.client_id == client_id, conversation, author=author)
        if known is not None:
            return known
    return _insert(connection, conversation, author, text, now, content, client_id=client_id)


def next_pending(connection: Connection, conversation: str) -> Message | None:
    """The first message of a citizen that nobody has answered yet."""
    return _one(connection, messages.c.handled_at.is_(None), conversation, author="citizen")


def answer(
    connection: Connection,
    message: Message,
    replies: Sequence[dict[str, Any]],
    *,
    decision: dict[str, Any],
    now: datetime.datetime,
) -> bool:
    """Write the bot's replies to `message`, once; False where the bot may not speak any more.

    That is so where another process has answered, the conversation was deleted, or an operator has taken it since.
    """
    held = find(connection, message.conversation, locked=True)
    open_row = sa.and_(messages.c.id == message.id, messages.c.handled_at.is_(None))
    if held is None or not connection.execute(messages.update().where(open_row).values(handled_at=now)).rowcount:
        return False
    if held.holder == "operator":
        return False
    for place, reply in enumerate(replies):
        rest = {key: value for key, value in reply.items() if key != "text"}
        reason = decision if place == 0 else None
        _insert(
            connection,
            held.id,
            "bot",
            str(reply["text"]),
            now,
            rest,
            reply_to=message.id,
            decision=reason,
            handled_at=now,
        )
    return True


def leave_to_operator(connection: Connection, conversation: str, *, now: datetime.datetime) -> None:
    """Nothing that is pending is the bot's any more."""
    pending = sa.and_(
        messages.c.conversation == conversation, messages.c.author == "citizen", messages.c.handled_at.is_(None)
    )
    connection.execute(messages.update().where(pending).values(handled_at=now))


def replies_to(connection: Connection, message: Message) -> list[Message]:
    """The bot's reply to a message, in its parts."""
    return replies_to_id(connection, message.id)


def replies_to_id(connection: Connection, message: int) -> list[Message]:
    """The bot's reply to the message with that id."""
    chosen = sa.select(messages).where(messages.c.reply_to == message).order_by(messages.c.id)
    return [_read(row) for row in connection.execute(chosen)]


def read(connection: Connection, conversation: str, *, after: int = 0, limit: int = 200) -> list[Message]:
    """The messages that came after the one with id `after`, oldest first, at most `limit`."""
    where = sa.and_(messages.c.conversation == conversation, messages.c.id > after)
    chosen = sa.select(messages).where(where).order_by(messages.c.id).limit(limit)
    return [_read(row) for row in connection.execute(chosen)]


def last_of(connection: Connection, conversation: str, authors: Sequence[str]) -> Message | None:
    where = sa.and_(messages.c.conversation == conversation, messages.c.author.in_(authors))
    row = connection.execute(sa.select(messages).where(where).order_by(messages.c.id.desc()).limit(1)).first()
    return _read(row) if row else None


def said_lately(connection: Connection, conversation: str) -> list[Message]:
    """What a citizen has said since an operator last spoke: all of it up to a hundred, the oldest first."""
    newest = (
        sa.select(messages)
        .where(_unanswered(connection, conversation))
        .order_by(messages.c.id.desc())
        .limit(_MOST_LATELY)
    )
    return [_read(row) for row in connection.execute(newest)][::-1]


def give_to_bot(connection: Connection, conversation: str, *, since: datetime.datetime) -> None:
    """What a citizen said after the operator's last word (and since they were held) is the bot's to answer again."""
    where = sa.and_(_unanswered(connection, conversation), messages.c.at >= since)
    connection.execute(messages.update().where(where).values(handled_at=None))


def count_waiting_words(connection: Connection, conversation: str, *, since: datetime.datetime) -> int:
    """How many messages a citizen has written since the operator's last word, and since they were held."""
    where = sa.and_(_unanswered(connection, conversation), messages.c.at >= since)
    return int(connection.execute(sa.select(sa.func.count()).where(where)).scalar_one())


def _unanswered(connection: Connection, conversation: str) -> Any:
    """The citizen's messages after the last word of an operator."""
    spoken = last_of(connection, conversation, ("operator",))
    of_citizen = sa.and_(messages.c.conversation == conversation, messages.c.author == "citizen")
    return sa.and_(of_citizen, messages.c.id > (spoken.id if spoken else 0))


def left_pending(connection: Connection, *, since: datetime.datetime) -> list[str]:
    """The conversations with a message that was accepted before `since` and is still not answered."""
    where = sa.and_(messages.c.author == "citizen", messages.c.handled_at.is_(None), messages.c.at <= since)
    return list(connection.execute(sa.select(messages.c.conversation).where(where).distinct()).scalars())


def forget(connection: Connection, conversation: str, *, upto: int | None = None) -> None:
    """Delete a conversation from the log; what came after the message `upto` stays, to be answered."""
    find(connection, conversation, locked=True)
    of_it = messages.c.conversation == conversation
    if upto is not None:
        later = sa.and_(of_it, messages.c.id > upto, messages.c.author == "citizen")
        connection.execute(messages.delete().where(of_it, messages.c.id.not_in(sa.select(messages.c.id).where(later))))
        if connection.execute(sa.select(messages.c.id).where(of_it).limit(1)).first():
            return
    connection.execute(messages.delete().where(of_it))
    connection.execute(conversations.delete().where(conversations.c.id == conversation))


def find(connection: Connection, conversation: str, *, locked: bool = False) -> Conversation | None:
    """The conversation, None where there is none; `locked` until the transaction ends."""
    chosen = sa.select(conversations).where(conversations.c.id == conversation)
    row = connection.execute(chosen.with_for_update() if locked else chosen).first()
    return Conversation(**row._mapping) if row else None


def lock(connection: Connection, conversation: str, *, channel: str, now: datetime.datetime) -> Conversation:
    """Lock a conversation until the transaction ends; a new one begins with the bot."""
    row = {"id": conversation, "channel": channel, "holder": "bot", "priority": NORMAL, "since": now, "opened_at": now}
    while True:
        held = find(connection, conversation, locked=True)
        if held is not None:
            return held
        _insert_if_new(connection, row)  # it may be deleted again before we hold it


def _insert_if_new(connection: Connection, row: dict[str, Any]) -> None:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    connection.execute(insert(conversations).values(row).on_conflict_do_nothing())


def _insert(
    connection: Connection,
    conversation: str,
    author: str,
    text: str,
    now: datetime.datetime,
    content: dict[str, Any] | None,
    **more: Any,
) -> Message:
    row = {"conversation": conversation, "author": author, "text": text, "content": content or {}, "at": now, **more}
    [id] = connection.execute(messages.insert().values(row)).inserted_primary_key
    empty = {"client_id": None, "decision": None, "reply_to": None, "handled_at": None}
    return Message(id=id, **(empty | row))


def _one(connection: Connection, condition: Any, conversation: str, *, author: str) -> Message | None:
    where = sa.and_(messages.c.conversation == conversation, messages.c.author == author, condition)
    row = connection.execute(sa.select(messages).where(where).order_by(messages.c.id).limit(1)).first()
    return _read(row) if row else None


def _read(row: Row) -> Message:
    return Message(**row._mapping)
