"""Nothing is lost, said twice or said over an operator, in whatever order things happen.

Hypothesis plays the citizens (sends and repeated sends), the operators, the clock and the processes, which may die
between reading a message and writing its answer.
"""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from bot.cases import holding, log
from bot.cases.holding import Patience
from bot.database import Database, open_database
from bot.errors import CaseRefused
from tests.cases.conftest import postgresql_schema

MINUTE = datetime.timedelta(minutes=1)
PATIENCE = Patience(wait=10 * MINUTE, quiet=10 * MINUTE, reply=5 * MINUTE)
START = datetime.datetime(2026, 11, 25, 9, tzinfo=datetime.timezone.utc)
PEOPLE = ("one", "two")
OPERATORS = ("wei", "huang")


@dataclass
class Seen:
    """What the outside world knows of one conversation."""

    sent: list[str] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    waited_since: datetime.datetime | None = None


class Desk(RuleBasedStateMachine):
    """The rules of the game; `in_flight` are messages that a process of the bot has read and not answered yet."""

    in_flight = Bundle("in_flight")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = self.open()
        self.now = START
        self.seen = {person: Seen() for person in PEOPLE}
        self.said_over: list[str] = []

    def open(self) -> Database:
        return open_database(f"sqlite:///{self.folder.name}/desk.db")

    @rule(person=st.sampled_from(PEOPLE), again=st.booleans())
    def citizen_sends(self, person: str, again: bool) -> None:
        sent = self.seen[person].sent
        id = sent[-1] if again and sent else f"m{len(sent)}"
        with self.database.begin() as connection:
            log.accept(connection, person, channel="web", text=f"text of {id}", client_id=id, now=self.now)
            holding.note_citizen(connection, person, now=self.now, patience=PATIENCE)
        if id not in sent:
            sent.append(id)

    @rule(target=in_flight, person=st.sampled_from(PEOPLE))
    def bot_reads(self, person: str) -> log.Message | None:
        with self.database.begin() as connection:
            return log.next_pending(connection, person)

    @rule(message=in_flight)
    def bot_answers(self, message: log.Message | None) -> None:
        if message is None:
            return
        with self.database.begin() as connection:
            held = log.find(connection, message.conversation)
            written = log.answer(connection, message, [{"text": "a"}, {"text": "b"}], decision={}, now=self.now)
            if written and held is not None and held.holder == "operator":
                self.said_over.append(message.text)

    @rule(person=st.sampled_from(PEOPLE), priority=st.integers(0, 2))
    def person_is_asked_for(self, person: str, priority: int) -> None:
        self.try_to(
            lambda connection: holding.ask_for_person(
                connection, person, deadline=self.now + PATIENCE.wait, now=self.now, priority=priority
            )
        )

    @rule(person=st.sampled_from(PEOPLE), operator=st.sampled_from(OPERATORS))
    def operator_takes(self, person: str, operator: str) -> None:
        self.try_to(lambda connection: holding.take(connection, person, operator, now=self.now, patience=PATIENCE))

    @rule(person=st.sampled_from(PEOPLE), operator=st.sampled_from(OPERATORS), again=st.booleans())
    def operator_speaks(self, person: str, operator: str, again: bool) -> None:
        spoken = self.seen[person].spoken
        id = spoken[-1] if again and spoken else f"{operator}{len(spoken)}"
        said = self.try_to(
            lambda connection: holding.speak(
                connection, person, operator, f"words of {id}", now=self.now, patience=PATIENCE, client_id=id
            )
        )
        if said and id not in spoken:
            spoken.append(id)

    @rule(person=st.sampled_from(PEOPLE), operator=st.sampled_from(OPERATORS))
    def operator_gives_back(self, person: str, operator: str) -> None:
        self.try_to(lambda connection: holding.give_back(connection, person, operator, now=self.now))

    @rule(minutes=st.integers(1, 12))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        self.expire()

    @rule()
    def everything_restarts(self) -> None:
        self.database.close()
        self.database = self.open()

    def expire(self) -> None:
        with self.database.begin() as connection:
            holding.expire(connection, now=self.now, patience=PATIENCE, queue_deadline=self.now + PATIENCE.wait)

    def try_to(self, act) -> object:
        try:
            with self.database.begin() as connection:
                return act(connection)
        except CaseRefused:
            return None

    @invariant()
    def every_message_is_in_the_log_once_and_in_order(self) -> None:
        with self.database.begin() as connection:
            for person in PEOPLE:
                rows = log.read(connection, person, limit=10_000)
                assert [row.client_id for row in rows if row.author == "citizen"] == self.seen[person].sent
                assert [row.client_id for row in rows if row.author == "operator"] == self.seen[person].spoken
                assert [row.id for row in rows] == sorted({row.id for row in rows})

    @invariant()
    def the_bot_answers_at_most_once_and_never_over_an_operator(self) -> None:
        assert self.said_over == []
        with self.database.begin() as connection:
            for person in PEOPLE:
                for row in log.read(connection, person, limit=10_000):
                    if row.author == "citizen":
                        assert len(log.replies_to(connection, row)) in (0, 2)
                        assert row.handled_at or not log.replies_to(connection, row)

    @invariant()
    def whoever_waits_has_a_deadline(self) -> None:
        with self.database.begin() as connection:
            for person in PEOPLE:
                held = log.find(connection, person)
                assert held is None or (held.holder == "bot") == (held.deadline is None)
                assert held is None or (held.holder == "operator") == (held.operator is not None)
                assert held is None or held.deadline is None or held.deadline > self.now

    def teardown(self) -> None:
        """When everybody goes home, nobody is left waiting and nothing unanswered."""
        for _ in range(3):
            self.now += 10 * MINUTE
            self.expire()
        with self.database.begin() as connection:
            for person in PEOPLE:
                while message := log.next_pending(connection, person):
                    log.answer(connection, message, [{"text": "a"}, {"text": "b"}], decision={}, now=self.now)
                held = log.find(connection, person)
                assert held is None or held.holder == "bot"
        self.every_message_is_in_the_log_once_and_in_order()
        self.database.close()
        self.folder.cleanup()


Desk.TestCase.settings = settings(
    max_examples=80, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestDesk = Desk.TestCase


class DeskOnPostgresql(Desk):
    """The same game where every transaction is a server's."""

    def open(self) -> Database:
        if not hasattr(self, "schema"):
            self.schema = postgresql_schema()
            self.url = self.schema.__enter__()
        return open_database(self.url)

    def teardown(self) -> None:
        super().teardown()
        self.schema.__exit__()


DeskOnPostgresql.TestCase.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestDeskOnPostgresql = DeskOnPostgresql.TestCase


def test_a_danger_goes_before_whoever_waits_longer(database: Database):
    with database.begin() as connection:
        for minute, (person, priority) in enumerate([("old", 2), ("new", 2), ("danger", 0)]):
            now = START + minute * MINUTE
            log.accept(connection, person, channel="web", text="…", now=now)
            holding.ask_for_person(connection, person, deadline=now + 10 * MINUTE, now=now, priority=priority)
        queue = holding.queue(connection)
        places = [holding.place_in_queue(connection, one) for one in queue]

    assert [one.id for one in queue] == ["danger", "old", "new"]
    assert places == [0, 1, 2]


def test_a_citizen_who_keeps_asking_does_not_prolong_the_silence(database: Database):
    with database.begin() as connection:
        log.accept(connection, "one", channel="web", text="有人吗", now=START)
        holding.take(connection, "one", "wei", now=START, patience=PATIENCE)
        for minute in range(1, 12):
            now = START + minute * MINUTE
            log.accept(connection, "one", channel="web", text="在吗", now=now)
            holding.note_citizen(connection, "one", now=now, patience=PATIENCE)
            if ended := holding.expire(connection, now=now, patience=PATIENCE, queue_deadline=now + 10 * MINUTE):
                break

    assert minute == 10
    assert [(one.before, one.conversation.holder, one.conversation.priority) for one in ended] == [
        ("operator", "waiting", 1)
    ]


def test_what_an_operator_takes_is_no_longer_the_bots(database: Database):
    with database.begin() as connection:
        pending = log.accept(connection, "one", channel="web", text="低保怎么申请", now=START)
        holding.take(connection, "one", "wei", now=START, patience=PATIENCE)
        answered = log.answer(connection, pending, [{"text": "bot"}], decision={}, now=START)
        with pytest.raises(CaseRefused, match="正由 wei 接待"):
            holding.take(connection, "one", "huang", now=START, patience=PATIENCE)

        assert not answered
        assert [row.author for row in log.read(connection, "one")] == ["citizen", "system"]


def test_a_forgotten_conversation_is_gone_and_a_late_answer_brings_nothing_back(database: Database, tmp_path: Path):
    with database.begin() as connection:
        pending = log.accept(connection, "one", channel="web", text="删除我的信息", now=START)
        log.forget(connection, "one")
        answered = log.answer(connection, pending, [{"text": "bot"}], decision={}, now=START)

        assert not answered
        assert log.read(connection, "one") == []
        assert log.find(connection, "one") is None


def test_what_an_operator_left_unanswered_is_the_bots_again_when_they_give_back(database: Database):
    with database.begin() as connection:
        log.accept(connection, "one", channel="web", text="转人工", now=START)
        holding.take(connection, "one", "wei", now=START, patience=PATIENCE)
        holding.speak(connection, "one", "wei", "请说", now=START + MINUTE, patience=PATIENCE)
        asked = log.accept(connection, "one", channel="web", text="低保怎么申请", now=START + 2 * MINUTE)
        holding.give_back(connection, "one", "wei", now=START + 3 * MINUTE)

        pending = log.next_pending(connection, "one")

    assert pending is not None and pending.id == asked.id


def test_a_first_question_gets_its_time_however_long_the_conversation_was(database: Database):
    with database.begin() as connection:
        for minute in range(250):
            log.accept(connection, "one", channel="web", text="…", now=START + minute * MINUTE)
        now = START + 300 * MINUTE
        holding.take(connection, "one", "wei", now=now, patience=PATIENCE)
        log.accept(connection, "one", channel="web", text="在吗", now=now + 9 * MINUTE)
        holding.note_citizen(connection, "one", now=now + 9 * MINUTE, patience=PATIENCE)
        held = log.find(connection, "one")

    assert held is not None and held.deadline == now + 14 * MINUTE
