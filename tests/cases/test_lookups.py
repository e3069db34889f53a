"""Asking for a case by number and secret: the right secret tells, and guessing tells nothing."""

from __future__ import annotations

import datetime
import logging
import threading

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cases.cases import Opened
from bot.cases.lookups import FAILURES_PER_CALLER, FAILURES_PER_NUMBER, FAILURES_THAT_ALARM, look_up
from bot.cases.numbers import make_number, take_secret_out, token_of
from bot.cases.progress import Progress
from bot.cases.tables import lookups
from bot.database import Database
from tests.cases.test_cases import DAY, HANDOVER, KEY, later, open_one

HOUR = 60


def ask(database: Database, number: str, secret: str, *, caller: str = "web-1", minute: int = 0) -> Progress | None:
    with database.begin() as connection:
        return look_up(
            connection,
            number,
            token_of(number, secret, key=KEY),
            caller=caller,
            now=later(minute),
            handover=HANDOVER,
            key=KEY,
        )


def wrong(secret: str, n: int = 1) -> str:
    return f"{secret[:5]}{(int(secret[5:]) + n) % 10_000:04d}"


@pytest.fixture
def opened(database: Database) -> Opened:
    return open_one(database)


def test_number_and_secret_tell_how_far_the_case_is(database: Database, opened: Opened):
    progress = ask(database, opened.number, opened.secret)

    assert progress is not None
    assert (progress.number, progress.state, progress.due_on) == (opened.number, "open", opened.due_on)


def test_what_is_kept_of_a_citizens_words_is_enough_to_look_the_case_up(database: Database, opened: Opened):
    kept, case_key = take_secret_out(f"查{opened.number}，查询码{opened.secret}", key=KEY)
    assert case_key is not None
    assert opened.secret not in kept
    with database.begin() as connection:
        found = look_up(
            connection, case_key.number, case_key.token, caller="w", now=later(0), handover=HANDOVER, key=KEY
        )

    assert found is not None


def test_an_unknown_number_and_a_wrong_secret_are_told_the_same_nothing(database: Database, opened: Opened):
    assert ask(database, opened.number, wrong(opened.secret)) is None
    assert ask(database, make_number(DAY, 4711), opened.secret) is None


def test_the_secret_of_another_case_opens_nothing(database: Database, opened: Opened):
    other = open_one(database)

    assert ask(database, opened.number, other.secret) is None


def test_guessing_at_one_number_is_blocked_for_an_hour_whoever_guesses(database: Database, opened: Opened):
    for n in range(FAILURES_PER_NUMBER):
        assert ask(database, opened.number, wrong(opened.secret, n + 1), caller=f"web-{n}", minute=n) is None

    assert ask(database, opened.number, opened.secret, caller="the owner", minute=30) is None
    assert ask(database, opened.number, opened.secret, caller="the owner", minute=HOUR - 1) is None
    # The first of the failures is an hour old, and asking under the block has not made it longer.
    assert ask(database, opened.number, opened.secret, caller="the owner", minute=HOUR) is not None


def test_a_caller_who_guesses_at_many_numbers_is_blocked_and_nobody_else(database: Database, opened: Opened):
    for n in range(FAILURES_PER_CALLER):
        assert ask(database, make_number(DAY, 100 + n), "4821-7093", caller="guesser") is None

    assert ask(database, opened.number, opened.secret, caller="guesser", minute=1) is None
    assert ask(database, opened.number, opened.secret, caller="the owner", minute=1) is not None
    assert ask(database, opened.number, opened.secret, caller="guesser", minute=HOUR + 1) is not None


def test_many_failures_of_all_callers_raise_an_alarm_but_lock_nobody_out(
    database: Database, opened: Opened, caplog: pytest.LogCaptureFixture
):
    with database.begin() as connection:
        rows = [{"number": f"GM{n}", "caller": f"web-{n}", "at": later(0)} for n in range(FAILURES_THAT_ALARM - 2)]
        connection.execute(lookups.insert(), rows)
    ask(database, opened.number, wrong(opened.secret), caller="a", minute=1)
    assert not any(record.levelno == logging.ERROR for record in caplog.records)

    ask(database, opened.number, wrong(opened.secret), caller="b", minute=1)

    assert [r.getMessage().split(" ")[0] for r in caplog.records if r.levelno == logging.ERROR] == ["case_lookup_alarm"]
    assert ask(database, opened.number, opened.secret, caller="the owner", minute=1) is not None


def test_every_failure_is_logged_with_its_reason_and_without_the_secret(
    database: Database, opened: Opened, caplog: pytest.LogCaptureFixture
):
    guess = wrong(opened.secret)
    for _ in range(FAILURES_PER_NUMBER + 1):
        ask(database, opened.number, guess, caller="web-9")
    ask(database, make_number(DAY, 4711), guess, caller="web-8")

    said = [record.getMessage() for record in caplog.records if "case_lookup_failed" in record.getMessage()]
    of_number = f"case_lookup_failed number={opened.number} caller=web-9 reason="
    assert said == [
        *[of_number + "wrong_secret"] * FAILURES_PER_NUMBER,
        of_number + "blocked",
        f"case_lookup_failed number={make_number(DAY, 4711)} caller=web-8 reason=unknown_number",
    ]
    assert guess not in caplog.text and guess.replace("-", "") not in caplog.text


def test_old_failures_are_not_kept(database: Database, opened: Opened):
    ask(database, opened.number, wrong(opened.secret), minute=0)
    ask(database, opened.number, wrong(opened.secret), minute=25 * HOUR)

    with database.begin() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(lookups)).scalar() == 1


def test_guesses_sent_all_at_once_do_not_get_past_the_limit(
    database: Database, opened: Opened, caplog: pytest.LogCaptureFixture
):
    ready = threading.Barrier(12)

    def guess(n: int) -> None:
        ready.wait()
        ask(database, opened.number, wrong(opened.secret, n + 1), caller=f"web-{n}")

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    tried = [record for record in caplog.records if record.getMessage().endswith("reason=wrong_secret")]
    assert len(tried) == FAILURES_PER_NUMBER


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asks=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", "c"]), st.booleans(), st.integers(0, 25)), max_size=30
    )
)
def test_in_any_order_of_asking_the_limits_hold_and_only_the_right_secret_tells(database: Database, asks):
    with database.begin() as connection:
        connection.execute(lookups.delete())
    known = [open_one(database), open_one(database)]
    targets = [(o.number, o.secret) for o in known] + [(make_number(DAY, 40_000 + n), "4821-7093") for n in range(2)]
    failed: list[tuple[str, str, datetime.datetime]] = []
    minute = 0
    for target, caller, is_right, passed in asks:
        minute += passed
        number, secret = targets[target]
        recent = [f for f in failed if f[2] > later(minute - HOUR)]
        blocked = (
            sum(f[0] == number for f in recent) >= FAILURES_PER_NUMBER
            or sum(f[1] == caller for f in recent) >= FAILURES_PER_CALLER
        )

        told = ask(database, number, secret if is_right else wrong(secret), caller=caller, minute=minute)

        assert (told is not None) is (is_right and target < 2 and not blocked)
        if told is None and not blocked:
            failed.append((number, caller, later(minute)))
