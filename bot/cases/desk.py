"""The desk: what actions, channels and commands ask of conversations and cases, with the rules of handover.yaml.

Everything here is one transaction. A case's secret is not in any table, log or tracker: replies carry a mark, and the
words that leave for the citizen's own conversation have the secret in its place (`fill_secrets`).
"""

from __future__ import annotations

import datetime
import functools
import hmac
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.engine import Connection

from bot.cases import cases, changes, holding, log, lookups, numbers, vault
from bot.cases.cases import DANGER, NORMAL, Opened
from bot.cases.holding import Patience
from bot.cases.progress import progress_of, say_progress
from bot.cases.store import store
from bot.database import Database
from bot.errors import CaseRefused, KnowledgeError
from bot.knowledge.handover import CHINA, Handover, read_handover
from bot.settings import Settings

_MARK = re.compile(r"⟦(GM[\d-]+)⟧")
_MOST_SUMMARY = 2000
_HOUR = datetime.timedelta(hours=1)
KEPT_AFTER_CLOSING = datetime.timedelta(days=30)
"""A citizen who is not satisfied may still have to be called."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """A person was asked for: how many wait before, and when somebody is at the desk (now, or later)."""

    before: int
    is_held: bool
    """An operator has the conversation already."""
    is_staffed: bool
    back_at: datetime.datetime


@dataclass(frozen=True)
class NewCase:
    """What somebody is to look into."""

    kind: str
    """ask, complaint, handover, danger or precheck"""
    summary: str
    topic: str | None = None
    region: str | None = None
    office: str | None = None
    priority: int = NORMAL
    facts: Mapping[str, Any] = field(default_factory=dict)
    trace: Sequence[Any] = ()
    """Why a pre-check came to its outcome."""


class Desk:
    """A desk over one database. Raises KnowledgeError where handover.yaml cannot be used from the start."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self._settings = settings
        self._key = numbers.token_key(settings.secret())
        self._stamp = self._stamp_now()
        self._handover = read_handover(settings.knowledge)
        self._cleaned: datetime.datetime | None = None

    @property
    def handover(self) -> Handover:
        """The rules as the files have them now; of a file that cannot be used the last good one stays."""
        stamp = self._stamp_now()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._handover = read_handover(self._settings.knowledge)
            except KnowledgeError as error:
                logger.error("handover_refused, the last good one stays: %s", error)
        return self._handover

    def _stamp_now(self) -> list[int | None]:
        paths = [self._settings.knowledge / name for name in ("handover.yaml", "workdays.yaml")]
        return [path.stat().st_mtime_ns if path.exists() else None for path in paths]

    @property
    def patience(self) -> Patience:
        told = self.handover.patience
        return Patience(wait=told["wait"], quiet=told["quiet"], reply=told["reply"])

    def take_secret_out(self, text: str, *, caller: str, asked: str | None = None) -> tuple[str, dict[str, str] | None]:
        """The text as it may be kept; number and token of the case that is asked for, and a code for who asks.

        `asked` is the number whose secret the bot asked for last.
        """
        kept, key = numbers.take_secret_out(text, key=self._key, number=asked)
        if key is None:
            return kept, None
        code = hmac.digest(self._key, f"caller|{caller}".encode(), "sha256").hex()[:32]
        return kept, {"number": key.number, "token": key.token, "caller": code}

    def fill_secrets(self, text: str, conversation: str) -> str:
        """Put the secrets of this conversation's own cases where their marks stand."""
        marked = _MARK.findall(text)
        if not marked:
            return text
        with self.database.begin() as connection:
            known = {number: cases.nonce_of(connection, number, conversation) for number in marked}

        def fill(match: re.Match[str]) -> str:
            nonce = known[match[1]]
            return numbers.secret_of(match[1], nonce, key=self._key) if nonce else numbers.SECRET_TAKEN_OUT

        return _MARK.sub(fill, text)

    def ask_for_person(
        self,
        conversation: str,
        *,
        topic: str | None,
        region: str | None,
        now: datetime.datetime,
        priority: int = NORMAL,
    ) -> Asked:
        """Put a conversation into the queue."""
        with self.database.begin() as connection:
            return self._ask_for_person(connection, conversation, topic, region, now, priority)

    def bring_danger(
        self, connection: Connection, conversation: str, decision: Mapping[str, Any], *, now: datetime.datetime
    ) -> None:
        """Put a conversation in which somebody is in danger before all others, and say so where somebody is there."""
        before = log.find(connection, conversation, locked=True)
        topics = decision.get("topics") or [None]
        asked = self._ask_for_person(connection, conversation, topics[0], decision.get("region"), now, DANGER)
        if asked.is_staffed and before is not None and before.holder == "bot":
            log.add(connection, conversation, "system", "", content={"event": "danger_brought"}, now=now)

    def _ask_for_person(
        self,
        connection: Connection,
        conversation: str,
        topic: str | None,
        region: str | None,
        now: datetime.datetime,
        priority: int,
    ) -> Asked:
        handover = self.handover
        held = holding.ask_for_person(
            connection,
            conversation,
            deadline=self._queue_deadline(now),
            now=now,
            priority=priority,
            topic=topic,
            region=region,
        )
        before = holding.place_in_queue(connection, held)
        back_at = handover.next_staffed(now)
        return Asked(before, held.holder == "operator", handover.is_staffed(now), back_at.astimezone(CHINA))

    def _queue_deadline(self, now: datetime.datetime) -> datetime.datetime:
        return self.handover.next_staffed(now) + self.patience.wait

    def open_case(self, conversation: str, case: NewCase, *, message: int | None, now: datetime.datetime) -> Opened:
        """Open a case, once a message; its secret is a mark that only this conversation sees filled."""
        with self.database.begin() as connection:
            return self._open(connection, conversation, case, message, now)

    def _open(
        self, connection: Connection, conversation: str, case: NewCase, message: int | None, now: datetime.datetime
    ) -> Opened:
        opened = cases.open_case(
            connection,
            conversation=conversation,
            message=message,
            now=now,
            handover=self.handover,
            key=self._key,
            **vars(case),
        )
        return replace(opened, secret=f"⟦{opened.number}⟧")

    def look_up(self, number: str, token: str, *, caller: str, now: datetime.datetime) -> str | None:
        """How far a case is, for who has its secret; None, whatever is wrong."""
        with self.database.begin() as connection:
            found = lookups.look_up(
                connection, number, token, caller=caller, now=now, handover=self.handover, key=self._key
            )
        return say_progress(found, self.handover, day=now.astimezone(CHINA).date()) if found else None

    def said_since(self, conversation: str, message: int) -> str:
        """What a citizen has said from a message on, a line each."""
        with self.database.begin() as connection:
            return _account([row for row in log.said_lately(connection, conversation) if row.id >= message])

    def own_cases(self, conversation: str, *, now: datetime.datetime) -> dict[str, str]:
        """How far the cases of a conversation are, newest first: nobody else can write in it."""
        day = now.astimezone(CHINA).date()
        with self.database.begin() as connection:
            own = cases.of_conversation(connection, conversation)
            return {
                case.number: say_progress(progress_of(connection, case, handover=self.handover), self.handover, day=day)
                for case in own
            }

    def keep_telephone(self, conversation: str, number: str, told: str, *, now: datetime.datetime) -> None:
        """Keep the telephone for a case of this conversation. Raises CaseRefused."""
        with self.database.begin() as connection:
            if number not in {case.number for case in cases.of_conversation(connection, conversation)}:
                raise CaseRefused("这次对话里没有这个办件。请先登记，再留电话。")
            vault.keep_telephone(connection, number, told, vault=vault.open_vault(self._settings), now=now)

    def telephone_for(self, number: str, operator: str, *, now: datetime.datetime) -> str | None:
        with self.database.begin() as connection:
            return vault.telephone_for(connection, number, operator, vault=vault.open_vault(self._settings), now=now)

    def reply(self, number: str, operator: str, text: str, *, now: datetime.datetime) -> None:
        """Answer a case; the words also go into its conversation, where that still is."""
        self._tell(changes.reply, "case_reply", number, operator, text, now)

    def close(self, number: str, operator: str, result: str, *, now: datetime.datetime) -> None:
        """Close a case; the result also goes into its conversation."""
        self._tell(changes.close, "case_closed", number, operator, result, now)

    def _tell(
        self, change: Callable[..., None], event: str, number: str, operator: str, text: str, now: datetime.datetime
    ) -> None:
        with self.database.begin() as connection:
            told = _lock_conversation_of(connection, number)
            change(connection, number, operator, text, now=now)
            if told:
                log.add(connection, told.id, "system", text, content={"event": event, "number": number}, now=now)

    def rate(self, conversation: str, number: str, stars: int, *, now: datetime.datetime) -> bool:
        """Keep the citizen's rating (1 to 5) of a closed case of this conversation; True where it opened it again.

        Raises CaseRefused.
        """
        with self.database.begin() as connection:
            log.find(connection, conversation, locked=True)
            if number not in {case.number for case in cases.of_conversation(connection, conversation)}:
                raise CaseRefused(f"这次对话里没有办件 {number}。")
            return changes.rate(connection, number, stars, now=now, handover=self.handover)

    def forget(
        self, connection: Connection, conversation: str, *, now: datetime.datetime, upto: int | None = None
    ) -> tuple[str, ...]:
        """Delete a conversation from the log (up to a message); returns the numbers of the cases that stay, cut off."""
        if log.find(connection, conversation, locked=True) is None:
            return ()
        kept = changes.forget_conversation(connection, conversation, now=now)
        log.forget(connection, conversation, upto=upto)
        return kept

    def clean(self, now: datetime.datetime) -> None:
        """Once an hour: erase the telephones of cases that have been closed for KEPT_AFTER_CLOSING."""
        if self._cleaned is not None and now - self._cleaned < _HOUR:
            return
        with self.database.begin() as connection:
            vault.erase_telephones(connection, closed_before=now - KEPT_AFTER_CLOSING)
        self._cleaned = now

    def expire(self, now: datetime.datetime) -> None:
        """End what took too long; who waited in vain gets a case with what they have said since they began to wait."""
        with self.database.begin() as connection:
            ended = holding.expire(
                connection, now=now, patience=self.patience, queue_deadline=self._queue_deadline(now)
            )
            for one in ended:
                if one.before == "waiting":
                    self._open_for_who_waited(connection, one.was, now)

    def _open_for_who_waited(self, connection: Connection, waited: log.Conversation, now: datetime.datetime) -> None:
        case = NewCase(
            kind="danger" if waited.priority == DANGER else "handover",
            topic=waited.topic,
            region=waited.region,
            priority=waited.priority,
            summary=_account(log.said_lately(connection, waited.id)),
        )
        opened = self._open(connection, waited.id, case, None, now)
        content = {"event": "nobody_free", "number": opened.number, "secret": opened.secret}
        log.add(connection, waited.id, "system", "", content=content, now=now)


@functools.lru_cache(maxsize=8)
def desk_of(settings: Settings) -> Desk:
    """The desk of this process for these settings."""
    return Desk(store(settings.database_url), settings)


def _account(said: Sequence[log.Message]) -> str:
    """What a citizen said, a line a message; of too much the end."""
    return "\n".join(row.text for row in said)[-_MOST_SUMMARY:]


def _lock_conversation_of(connection: Connection, number: str) -> log.Conversation | None:
    """The conversation of a case, locked before the case is: everybody takes the two in this order."""
    case = cases.find_case(connection, number)
    return log.find(connection, case.conversation, locked=True) if case and case.conversation else None
