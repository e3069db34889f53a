"""The telephone at which a citizen wants to be called: checked, encrypted at rest, shown only to who works the case.

It is entered in a field of its own and never passes through the conversation. The number of the case is encrypted with
it, so a row's content is of no use in another row. Every reading is in the case's history. Keys come from
GUIMIN_CASE_KEY (several, with commas: the first encrypts, the others still read), else from a file of our own.
"""

from __future__ import annotations

import datetime
import os
import re
import tempfile
import unicodedata
from pathlib import Path

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.engine import Connection

from bot.cases.cases import CITIZEN, load_for_change, write_event
from bot.cases.tables import cases
from bot.errors import CaseRefused, SetupError
from bot.settings import Settings

KEY_VARIABLE = "GUIMIN_CASE_KEY"
_NUMERALS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_MOBILE = re.compile(r"1[3-9]\d{9}")
# Three places and eight, or four and seven or eight: 010-12345678, 0771-1234567.
_LANDLINE = re.compile(r"(01\d|02\d)([2-8]\d{7})|(0[3-9]\d\d)([2-8]\d{6,7})")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|#)(\d{1,6})$", re.IGNORECASE)


def open_vault(settings: Settings) -> MultiFernet:
    """What encrypts and reads telephones. Raises SetupError for a key that is none."""
    given = os.environ.get(KEY_VARIABLE) or _own_key(settings.state / "case.key")
    try:
        return MultiFernet([Fernet(key.strip()) for key in given.split(",") if key.strip()])
    except ValueError as error:
        raise SetupError(
            f"{KEY_VARIABLE}（或状态目录里的 case.key）不是合格的密钥。"
            "请写 Fernet 密钥（32字节的 base64），几把之间用逗号隔开，新的在前。"
        ) from error


def normalise_telephone(told: str) -> str:
    """A Chinese mobile or landline number in one form: 13812345678, 0771-5678901, 0771-5678901-12.

    Raises CaseRefused for anything else; what was told is not in the message.
    """
    plain = re.sub(r"[\s().·\-–—_]", "", unicodedata.normalize("NFKC", told).translate(_NUMERALS))
    plain = re.sub(r"^(?:\+|00)86", "", plain)
    extension = _EXTENSION.search(plain)
    number = plain[: extension.start()] if extension else plain
    if not extension and _MOBILE.fullmatch(number):
        return number
    landline = _LANDLINE.fullmatch(number)
    if landline:
        return "-".join([*filter(None, landline.groups()), *(extension.groups() if extension else ())])
    if re.fullmatch(r"[2-8]\d{6,7}", number):
        raise CaseRefused("座机要带区号，比如南宁是0771。请加上区号再填。")
    raise CaseRefused("这不像国内的电话号码。手机是11位数字，座机要带区号。请核对后再填。")


def keep_telephone(
    connection: Connection, number: str, told: str, *, vault: MultiFernet, now: datetime.datetime, who: str = CITIZEN
) -> None:
    """Keep the telephone of a case that is not closed, in place of an earlier one."""
    telephone = normalise_telephone(told)
    case = load_for_change(connection, number)
    if case.state == "closed":
        raise CaseRefused(f"办件 {number} 已办结，不再留电话。")
    sealed = vault.encrypt(f"{number}|{telephone}".encode()).decode()
    connection.execute(cases.update().where(cases.c.id == case.id).values(telephone=sealed))
    write_event(connection, case.id, at=now, who=who, kind="contact_given")


def telephone_for(
    connection: Connection, number: str, operator: str, *, vault: MultiFernet, now: datetime.datetime
) -> str | None:
    """The telephone, for the operator who has taken the case; None where the citizen left none.

    Raises CaseRefused for everybody else. The reading is recorded in the same transaction.
    """
    case = load_for_change(connection, number)
    if case.state != "taken" or case.operator != operator:
        raise CaseRefused(f"只有正在办理 {number} 的人能看联系电话。请先受理这个办件。")
    sealed = connection.execute(sa.select(cases.c.telephone).where(cases.c.id == case.id)).scalar()
    if sealed is None:
        return None
    try:
        owner, _, telephone = vault.decrypt(sealed.encode()).decode().partition("|")
    except InvalidToken as error:
        raise SetupError(
            f"办件 {number} 的电话解不开：密钥换过，或者各台机器的密钥不一样。请在 {KEY_VARIABLE} 里补上原来的密钥。"
        ) from error
    if owner != number:
        raise SetupError(f"办件 {number} 存的是另一个办件的电话，数据被改动过。请通知系统管理员。")
    write_event(connection, case.id, at=now, who=operator, kind="contact_read")
    return telephone


def erase_telephones(connection: Connection, *, closed_before: datetime.datetime) -> None:
    """Erase the telephones of cases that were closed before then."""
    old = sa.and_(cases.c.closed_at < closed_before, cases.c.telephone.is_not(None))
    connection.execute(cases.update().where(old).values(telephone=None))


def _own_key(path: Path) -> str:
    """The key in the state folder, made on first use and readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".case-key-")  # mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
        # Whole or not at all, and the first of several processes wins.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return path.read_text()
