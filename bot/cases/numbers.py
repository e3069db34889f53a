"""Case numbers and their secrets: made, found in what citizens write, and taken out of what is kept.

A number is read out on the telephone: GM, the day, four places of a daily count and a check digit ("GM261125-00017").
The check digit (Damm) finds every single wrong digit and every swapped pair, so a slip of the finger is told apart from
a number that does not exist. From the 10,000th case of a day on, 20 is added to the month, so the form never changes.

A secret is eight digits made from the case's nonce and the server's key: a reply made twice tells the same one, and no
table holds it. It never begins like a year, so a date is not taken for it. What a citizen sends as secret, right or
mistyped, is taken out before anything is kept. This runs BEFORE masking, which would take a number with its secret, or
a secret after the word 号码, for a card or a telephone. What is kept is a token: an HMAC of number and secret.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from bot.privacy.masking import plain_digits

SECRET_TAKEN_OUT = "［查询码］"
UNKNOWN = "?"
"""For `number`, where the bot has asked for both and no number is known yet."""
LARGEST_COUNT = 49_999
_FIRST_YEAR, _LAST_YEAR = 26, 40
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_GAP = r"[\s.·\-–—_－,，、]{0,2}"
_WITH_LETTERS = re.compile(rf"(?<![A-Za-z])G\s?M[\s:：号是\-–—_－]{{0,3}}(\d(?:{_GAP}\d){{3,10}})", re.IGNORECASE)
_BARE = re.compile(rf"(?<![\dA-Za-z])\d{{6}}{_GAP}\d{{5}}(?!\d(?!\d{{7}}(?!\d)))")
# Eight digits, or one too few or too many: a mistyped secret gives most of the right one away.
_BETWEEN = r"[ \-–—－.·,，]"
_SECRET = re.compile(rf"(?<![\dA-Za-z])(?<!\d{_BETWEEN})\d(?:{_BETWEEN}{{0,3}}\d){{6,8}}(?!{_BETWEEN}{{0,3}}\d)")
_SECRET_WORD = re.compile(r"(?:查询码|查询密码|密码|口令|暗码)[^\d。；;]{0,6}$")


@dataclass(frozen=True)
class FoundNumber:
    """A case number in a text: in its one form, or as typed where a digit is wrong, missing or too much."""

    number: str
    is_typo: bool
    start: int
    end: int


@dataclass(frozen=True)
class CaseKey:
    """A number, and the token of the secret that was told with it: what may be kept of a citizen's request."""

    number: str
    token: str


def make_number(day: datetime.date, count: int) -> str:
    """The number of a day's `count`-th case. Raises ValueError beyond LARGEST_COUNT."""
    if not 0 <= count <= LARGEST_COUNT:
        raise ValueError(f"no case number for count {count}")
    overflow, places = divmod(count, 10_000)
    digits = f"{day:%y}{day.month + 20 * overflow:02d}{day:%d}{places:04d}"
    return _write(digits + _check_digit(digits))


def day_prefixes(day: datetime.date) -> tuple[str, ...]:
    """How numbers of that day begin, in the order in which they are used up."""
    return tuple(f"GM{day:%y}{day.month + 20 * overflow:02d}{day:%d}-" for overflow in range(5))


def count_of(number: str) -> int:
    """Which case of its day a number of ours is."""
    return (int(number[4:6]) - 1) // 20 * 10_000 + int(number[9:13])


def find_case_number(text: str) -> FoundNumber | None:
    """The first case number in `text`, however it is typed; one without GM only where its check digit is right."""
    plain = plain_digits(text)
    found = _WITH_LETTERS.search(plain)
    if found:
        digits = re.sub(r"\D", "", found[1])
        extra = re.match(r"\d+", plain[found.end() :])
        is_right = _is_number(digits) and (extra is None or len(extra[0]) == 8)
        number = _write(digits) if is_right else "GM" + digits
        return FoundNumber(number, not is_right, found.start(), found.end())
    for bare in _BARE.finditer(plain):
        digits = re.sub(r"\D", "", bare[0])
        if _is_number(digits):
            return FoundNumber(_write(digits), False, bare.start(), bare.end())
    return None


def make_nonce() -> str:
    """What a case keeps instead of its secret."""
    return secrets.token_hex(16)


def secret_of(number: str, nonce: str, *, key: bytes) -> str:
    """The secret of a case, as it is told to who opened it: "4821-7093"."""
    value = int.from_bytes(hmac.digest(key, f"secret|{number}|{nonce}".encode(), hashlib.sha256), "big")
    digits = str(30_000_000 + value % 70_000_000)
    return f"{digits[:4]}-{digits[4:]}"


def token_of(number: str, secret: str, *, key: bytes) -> str:
    """The HMAC of a number and a secret: equal for equal ones, and nobody comes from it to the secret."""
    digits = re.sub(r"\D", "", secret)
    return hmac.digest(key, f"token|{number}|{digits}".encode(), hashlib.sha256).hex()


def find_secret(text: str) -> str | None:
    """The first thing in `text` that has the form of a secret, beside a case number or alone."""
    spans = _secret_spans(plain_digits(text), always=True)
    return next((f"{digits[:4]}-{digits[4:]}" for _, _, digits in spans if len(digits) == 8), None)


def take_secret_out(text: str, *, key: bytes, number: str | None = None) -> tuple[str, CaseKey | None]:
    """`text` as it may be kept, and the number with the token of the secret where both were told.

    A right number is written in its one form, which masking leaves alone. `number` is the one that the citizen told
    before, when the bot has asked for its secret. Digits are taken for a secret only beside a number or after the word
    for it.
    """
    plain = plain_digits(text)
    found = find_case_number(plain)
    known = found.number if found and not found.is_typo else None if found else number
    spans = _secret_spans(plain, always=known is not None or found is not None)
    known = None if known == UNKNOWN else known
    changes = [(start, end, SECRET_TAKEN_OUT) for start, end, _ in spans]
    if found and not found.is_typo:
        changes.append((found.start, found.end, found.number))
    pieces, at = [], 0
    for start, end, written in sorted(changes):
        pieces += [text[at:start], written]
        at = end
    kept = "".join([*pieces, text[at:]])
    if not known or not spans:
        return kept, None
    told = next((digits for _, _, digits in spans if len(digits) == 8), spans[0][2])
    return kept, CaseKey(known, token_of(known, told, key=key))


def token_key(secret: str) -> bytes:
    """The key of secrets and tokens, derived from the server's own secret."""
    return hmac.digest(secret.encode(), b"case secrets", hashlib.sha256)


def _secret_spans(plain: str, *, always: bool) -> list[tuple[int, int, str]]:
    """Where secrets stand, with their digits; numbers and dates are not secrets."""
    number = find_case_number(plain)
    rest = plain
    if number:
        rest = plain[: number.start] + " " * (number.end - number.start) + plain[number.end :]
    spans = []
    for run in _SECRET.finditer(rest):
        digits = re.sub(r"\D", "", run[0])
        if (always or _SECRET_WORD.search(rest[: run.start()])) and not _is_date(digits):
            spans.append((run.start(), run.end(), digits))
    return spans


def _write(digits: str) -> str:
    return f"GM{digits[:6]}-{digits[6:]}"


def _is_number(digits: str) -> bool:
    """Eleven digits with the right check digit that begin with a day."""
    if len(digits) != 11 or _check_digit(digits) != "0" or int(digits[2:4]) > 92:
        return False
    # No mobile (13 to 19), area code (07) or card (62) begins like these years.
    if not _FIRST_YEAR <= int(digits[:2]) <= _LAST_YEAR:
        return False
    return _is_date(f"20{digits[:2]}{(int(digits[2:4]) - 1) % 20 + 1:02d}{digits[4:6]}")


def _is_date(digits: str) -> bool:
    """Eight digits that are a day of this or the last century."""
    try:
        return len(digits) == 8 and digits[:2] in ("19", "20") and bool(datetime.datetime.strptime(digits, "%Y%m%d"))
    except ValueError:
        return False


def _check_digit(digits: str) -> str:
    """Damm's digit; "0" for digits that end with their own."""
    row = 0
    for digit in digits:
        row = int(_DAMM[row][int(digit)])
    return str(row)
