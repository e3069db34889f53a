"""The citizen's telephone: in one form, encrypted, read by one person and never unseen. All numbers are invented."""

from __future__ import annotations

import logging
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet, MultiFernet
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.cases import find_case, history
from bot.cases.changes import close, take
from bot.cases.tables import cases
from bot.cases.vault import KEY_VARIABLE, keep_telephone, normalise_telephone, open_vault, telephone_for
from bot.database import Database
from bot.errors import CaseRefused, SetupError
from bot.settings import load_settings
from tests.cases.test_cases import later, open_one

TELEPHONE = "13812345678"
VAULT = MultiFernet([Fernet(Fernet.generate_key())])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("一三八一二三四五六七八", "13812345678"),
        ("0771-5678901", "0771-5678901"),
        ("(0771)5678901", "0771-5678901"),
        ("（0771）567 8901", "0771-5678901"),
        ("07715678901转12", "0771-5678901-12"),
        ("010 6552 1234", "010-65521234"),
        ("+86 0771 5678901", "0771-5678901"),
    ],
)
def test_a_telephone_has_one_form_however_it_is_typed(told: str, expected: str):
    assert normalise_telephone(told) == expected
    assert normalise_telephone(expected.replace("-12", "转12")) == expected


@pytest.mark.parametrize(
    "told",
    [
        "",
        "1381234567",
        "138123456789",
        "12812345678",
        "5678901",
        "0771-1678901",
        "11010519491231002X",
        "没有",
        "12345",
        "13812345678转1",
    ],
)
def test_what_is_no_telephone_is_refused_without_repeating_it(told: str):
    with pytest.raises(CaseRefused) as refused:
        normalise_telephone(told)

    assert not told or told not in str(refused.value)


@given(told=st.text(alphabet="0123456789+-() 转一八０", max_size=20))
def test_any_text_becomes_a_telephone_of_one_form_or_is_refused(told: str):
    try:
        telephone = normalise_telephone(told)
    except CaseRefused:
        return
    number, _, extension = telephone.partition("-") if telephone[0] == "1" else telephone.rpartition("-")
    assert telephone.replace("-", "").isascii() and telephone.replace("-", "").isdigit()
    assert number or extension


def test_a_telephone_is_encrypted_and_only_who_holds_the_case_reads_it(database: Database):
    number = open_one(database).number
    with database.begin() as connection:
        keep_telephone(connection, number, "138 1234 5678", vault=VAULT, now=later(1))
        stored = connection.execute(sa.select(cases)).mappings().one()
        assert TELEPHONE not in str(dict(stored))
        for operator in ("韦", "", "citizen"):
            with pytest.raises(CaseRefused, match="先受理"):
                telephone_for(connection, number, operator, vault=VAULT, now=later(2))
        take(connection, number, "韦", now=later(3))
        assert telephone_for(connection, number, "韦", vault=VAULT, now=later(4)) == TELEPHONE
        with pytest.raises(CaseRefused):
            telephone_for(connection, number, "黄", vault=VAULT, now=later(5))
        close(connection, number, "韦", "好了", now=later(6))
        with pytest.raises(CaseRefused):
            telephone_for(connection, number, "韦", vault=VAULT, now=later(7))
        with pytest.raises(CaseRefused, match="已办结"):
            keep_telephone(connection, number, TELEPHONE, vault=VAULT, now=later(8))
        events = history(connection, number)

    assert [(e.who, e.kind) for e in events if e.kind.startswith("contact")] == [
        ("citizen", "contact_given"),
        ("韦", "contact_read"),
    ]


def test_a_telephone_is_in_no_log_no_repr_and_no_event(database: Database, caplog: pytest.LogCaptureFixture):
    number = open_one(database).number
    with caplog.at_level(logging.DEBUG), database.begin() as connection:
        keep_telephone(connection, number, TELEPHONE, vault=VAULT, now=later(1))
        take(connection, number, "韦", now=later(2))
        assert telephone_for(connection, number, "韦", vault=VAULT, now=later(3)) == TELEPHONE
        case = find_case(connection, number)
        events = history(connection, number)

    assert case is not None and case.has_telephone
    assert TELEPHONE not in f"{case!r}{events!r}{caplog.text}"


def test_a_case_without_a_telephone_has_none_to_read(database: Database):
    number = open_one(database).number
    with database.begin() as connection:
        take(connection, number, "韦", now=later(1))
        assert telephone_for(connection, number, "韦", vault=VAULT, now=later(2)) is None


def test_a_telephone_copied_into_another_case_is_not_read(database: Database):
    number, other = open_one(database).number, open_one(database).number
    with database.begin() as connection:
        keep_telephone(connection, number, TELEPHONE, vault=VAULT, now=later(1))
        sealed = connection.execute(sa.select(cases.c.telephone).where(cases.c.number == number)).scalar()
        connection.execute(cases.update().where(cases.c.number == other).values(telephone=sealed))
        take(connection, other, "韦", now=later(2))
        with pytest.raises(SetupError, match="改动"):
            telephone_for(connection, other, "韦", vault=VAULT, now=later(3))


def test_old_keys_still_read_and_a_lost_key_says_so(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = replace(load_settings(), state=tmp_path)
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()

    def vault(keys: str) -> MultiFernet:
        monkeypatch.setenv(KEY_VARIABLE, keys)
        return open_vault(settings)

    number = open_one(database).number
    with database.begin() as connection:
        keep_telephone(connection, number, TELEPHONE, vault=vault(old), now=later(1))
        take(connection, number, "韦", now=later(2))
        assert telephone_for(connection, number, "韦", vault=vault(f"{new}, {old}"), now=later(3)) == TELEPHONE
        with pytest.raises(SetupError, match=KEY_VARIABLE):
            telephone_for(connection, number, "韦", vault=vault(new), now=later(4))
    with pytest.raises(SetupError, match="不是合格的密钥"):
        vault("abc")
    with pytest.raises(SetupError, match="不是合格的密钥"):
        vault(",")


def test_the_key_of_our_own_is_made_once_and_only_its_owner_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    settings = replace(load_settings(), state=tmp_path / "state")
    vaults: list[MultiFernet] = []
    ready = threading.Barrier(8)

    def work() -> None:
        ready.wait()
        vaults.append(open_vault(settings))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    sealed = vaults[0].encrypt(b"x")
    assert [vault.decrypt(sealed) for vault in vaults] == [b"x"] * 8
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["case.key"]
    assert stat.S_IMODE((tmp_path / "state" / "case.key").stat().st_mode) == 0o600
