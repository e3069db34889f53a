"""Turns: every message is accepted into the log, then answered in order, by one process at a time.

The log (bot/cases/log.py) makes it safe: what was accepted and not answered, because a process died, is answered by
whoever comes next, the sweeper at the latest. What Rasa had finished before a process died is not done again.
"""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakValueDictionary

import sqlalchemy as sa
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.cases import holding, log
from bot.cases.desk import desk_of
from bot.cases.numbers import find_case_number
from bot.channels.conversation import Reply, admit, as_reply, masked, reply_to
from bot.channels.forgetting import asks_to_forget, forget
from bot.channels.wording import buttons_of, say
from bot.database import Database
from bot.settings import Settings

logger = logging.getLogger(__name__)
_TRY_AGAIN_SECONDS = 0.02
_NOT_TOLD = ("case", "region")
_WITH_OPERATOR = {"kind": "handover", "reason": "with_operator"}


class Agent(Protocol):
    """What turns need of rasa.core.agent.Agent."""

    tracker_store: TrackerStore

    async def handle_message(self, message: UserMessage) -> Any: ...


@dataclass(frozen=True)
class Turn:
    """What came of one message: its id in the log, the reply, and who speaks to the citizen now."""

    id: int
    reply: Reply
    holder: str


class Turns:
    """Takes messages in and sees to it that each is answered."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._desk = desk_of(settings)
        self._door = _Door(database)
        self._fresh: set[int] = set()

    async def receive(
        self,
        agent: Agent,
        text: object,
        *,
        sender: str,
        channel: str,
        client_id: str | None = None,
        region: str | None = None,
        caller: str = "",
    ) -> Turn:
        """Accept a message, answer what is pending up to it, and return its reply.

        `caller` is the address that it comes from, only kept as a code beside a question for a case's progress.

        Raises MessageRefused for a message that cannot be taken.
        """
        admitted = admit(text, self._settings)
        now = _now()
        with self._database.begin() as connection:
            # Before masking, which would take number and secret together for a card.
            asked = _asked_secret_of(connection, sender)
            kept, case = self._desk.take_secret_out(admitted, asked=asked, caller=caller or sender)
            known = {key: value for key, value in (("region", region), ("case", case)) if value}
            message = log.accept(
                connection, sender, channel=channel, text=masked(kept), client_id=client_id, content=known, now=now
            )
            if message.at == now:  # not a repeated send
                holding.note_citizen(connection, sender, now=now, patience=self._desk.patience)
                self._fresh.add(message.id)
        said = await self.catch_up(agent, sender, upto=message.id)
        return self._turn(message, said.get(message.id))

    async def catch_up(self, agent: Agent, sender: str, *, upto: int | None = None) -> dict[int, Reply]:
        """Answer what is pending in a conversation (up to a message), oldest first; returns what was said to which."""
        said: dict[int, Reply] = {}
        async with self._door.alone_with(sender):
            while True:
                with self._database.begin() as connection:
                    message = log.next_pending(connection, sender)
                if message is None or (upto is not None and message.id > upto):
                    return said
                said[message.id] = await self._answer(agent, message)

    async def sweep(self, agent: Agent, *, older_seconds: float) -> None:
        """Answer what a dead process left, and end what took too long."""
        now = _now()
        self._desk.expire(now)
        self._desk.clean(now)
        with self._database.begin() as connection:
            left = log.left_pending(connection, since=now - datetime.timedelta(seconds=older_seconds))
        for conversation in left:
            try:
                await self.catch_up(agent, conversation)
            except Exception:  # one conversation must not hold up the others
                logger.exception("catch_up_failed sender=%s", conversation)

    async def _answer(self, agent: Agent, message: log.Message) -> Reply:
        """Have the bot answer one message and write it down; what cannot be written was not said."""
        with self._database.begin() as connection:
            held = log.find(connection, message.conversation)
        channel = held.channel if held else "web"
        rasa_id = f"log-{message.id}"
        uttered = None
        if message.id in self._fresh:
            self._fresh.discard(message.id)
        else:  # another process may have died between Rasa's answer and ours
            uttered = said_already(await agent.tracker_store.retrieve(message.conversation), rasa_id)
        if uttered is not None:
            reply = as_reply(message.text, uttered, self._settings)
        else:
            reply = await reply_to(
                agent.handle_message,
                message.text,
                sender=message.conversation,
                channel=channel,
                settings=self._settings,
                message_id=rasa_id,
                known=message.content,
            )
        forgets = asks_to_forget(reply)
        if forgets:
            # First, and again after a crash: a conversation without a tracker is asked about its deletion once more.
            forget(agent.tracker_store, message.conversation)
        with self._database.begin() as connection:
            spoken = log.answer(connection, message, reply.messages, decision=reply.decision, now=_now())
            if spoken and forgets:
                self._desk.forget(connection, message.conversation, upto=message.id, now=_now())
            elif spoken and reply.decision.get("kind") == "danger":
                self._desk.bring_danger(connection, message.conversation, reply.decision, now=_now())
        return reply if spoken else Reply(message.text, (), _WITH_OPERATOR)

    def _turn(self, message: log.Message, said: Reply | None) -> Turn:
        """The reply as the log has it: another process may have written it, an operator may have come between."""
        with self._database.begin() as connection:
            held = log.find(connection, message.conversation)
            rows = log.replies_to(connection, message)
        holder = held.holder if held else "bot"
        if not rows:  # left to an operator; or deleted by this very message, and the citizen still hears so
            return Turn(message.id, said or Reply(message.text, (), _WITH_OPERATOR), holder)
        told = tuple(self._as_told(row) for row in rows)
        return Turn(message.id, Reply(message.text, told, rows[0].decision or {}), holder)

    def news(self, sender: str, *, after: int) -> dict[str, Any]:
        """Everything that was said in a conversation after a message, and who speaks to the citizen now."""
        with self._database.begin() as connection:
            held = log.find(connection, sender)
            rows = log.read(connection, sender, after=after)
        return {"messages": [self._as_told(row) for row in rows], "holder": held.holder if held else "bot"}

    def keep_telephone(self, sender: str, number: str, telephone: str) -> None:
        """Keep a telephone for a case of this conversation. Raises CaseRefused, in words for the citizen."""
        self._desk.keep_telephone(sender, number, telephone, now=_now())

    def _as_told(self, row: log.Message) -> dict[str, Any]:
        """A row of the log as its citizen reads it."""
        content = {key: value for key, value in row.content.items() if key not in _NOT_TOLD}
        told = {"id": row.id, "author": row.author, "at": row.at.isoformat(), "buttons": [], "cards": [], **content}
        sentence = row.text
        if "event" in row.content:
            domain, response = self._settings.project / "domain.yml", f"utter_event_{row.content['event']}"
            words = {key: str(value) for key, value in row.content.items() if key in ("number", "secret")}
            sentence = say(domain, response, text=row.text, **words)
            told["buttons"] = buttons_of(domain, response, **words)
        return told | {"text": self._desk.fill_secrets(sentence, row.conversation)}


def said_already(tracker: DialogueStateTracker | None, message_id: str) -> list[dict[str, Any]] | None:
    """What the bot uttered to a message that the tracker has as its last; None where it does not have it."""
    uttered: list[dict[str, Any]] = []
    for event in reversed(tracker.events if tracker else ()):
        if isinstance(event, BotUttered):
            data = {key: value for key, value in (event.data or {}).items() if value}
            uttered.append({"text": event.text, **data})
        elif isinstance(event, UserUttered):
            return uttered[::-1] if event.message_id == message_id else None
    return None


class _Door:
    """Lets one turn of a conversation in at a time: within the process by a lock, between processes by PostgreSQL's.

    A server's advisory lock ends with its connection, so a process that dies holds up nobody. On SQLite there is one
    process.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._connection: sa.engine.Connection | None = None

    @asynccontextmanager
    async def alone_with(self, conversation: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        async with lock:
            if not self._database.is_postgresql:
                yield
                return
            key = _key(conversation)
            while not self._ask("SELECT pg_try_advisory_lock(:key)", key):
                await asyncio.sleep(_TRY_AGAIN_SECONDS)
            try:
                yield
            finally:
                self._ask("SELECT pg_advisory_unlock(:key)", key)

    def _ask(self, statement: str, key: int) -> bool:
        """Ask on the one connection that holds this process's locks; a broken one is replaced, its locks are gone."""
        for is_last in (False, True):
            if self._connection is None:
                self._connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                return bool(self._connection.execute(sa.text(statement), {"key": key}).scalar())
            except sa.exc.DBAPIError:
                self._connection.close()
                self._connection = None
                if is_last:
                    raise
        return False


def _asked_secret_of(connection: sa.engine.Connection, conversation: str) -> str | None:
    """The case number whose secret comes next: of the bot's last reply, or in what waits to be answered."""
    pending = log.next_pending(connection, conversation)
    if pending is not None:
        found = find_case_number(pending.text)
        return found.number if found and not found.is_typo else None
    last = log.last_of(connection, conversation, ("bot",))
    if last is None or last.reply_to is None:
        return None
    asked = (row.content.get("asks_secret_of") for row in log.replies_to_id(connection, last.reply_to))
    return next((str(number) for number in asked if number), None)


def _key(conversation: str) -> int:
    """A number for a conversation that every process computes alike (int64)."""
    return int.from_bytes(hashlib.blake2b(conversation.encode(), digest_size=8).digest(), "big", signed=True)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
