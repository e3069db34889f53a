"""Replace what identifies a person before a message goes anywhere else.

Identity numbers, bank cards and telephones are found however they are typed: full width, with spaces, dots or
dashes between the digits, or in Chinese numerals. Length decides that a run of digits is masked, the check digit
decides what it is called: a number with a typing error is somebody's number all the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_NUMERALS = str.maketrans("零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖贰參陸", "00123456789121234567892" + "36")
_GAP = r"[\s.·・,，、\-–—_—－]{0,3}"
# An 18th place may be X; a run of digits with small gaps between them, seen as one number.
_RUN = re.compile(rf"(?<![\dA-Za-z])(?:\+?86{_GAP})?\d(?:{_GAP}\d)*(?:{_GAP}[xX](?![A-Za-z]))?")
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}[2-8]\d{6,7}")
_TELEPHONE_WORD = re.compile(r"(?:电话|手机|座机|联系方式|号码|打给我|致电)[^\d，。,]{0,6}$")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_NAMES = {"identity": "［身份证号］", "card": "［银行卡号］", "telephone": "［电话号码］", "number": "［号码］"}


@dataclass(frozen=True)
class Masked:
    """A text that may be kept, and the kinds of number that were taken out of it."""

    text: str
    kinds: tuple[str, ...]


def mask(text: str) -> Masked:
    """Return `text` with every personal number replaced by its kind in brackets.

    Kinds: identity, card, telephone, number (long enough to be one of them, but with no valid check digit).
    """
    shadow = plain_digits(text)
    pieces: list[str] = []
    kinds: list[str] = []
    at = 0
    for run in _RUN.finditer(shadow):
        for start, end, kind in _personal_parts(shadow, run.start(), run.end()):
            pieces += [text[at:start], _NAMES[kind]]
            kinds.append(kind)
            at = end
    return Masked("".join([*pieces, text[at:]]), tuple(kinds))


def plain_digits(text: str) -> str:
    """The text with plain digits and half-width letters, character for character as long as the text itself."""
    plain = []
    for character in text.translate(_NUMERALS):
        digit = unicodedata.digit(character, None)
        wide = unicodedata.normalize("NFKC", character)
        plain.append(str(digit) if digit is not None else wide if len(wide) == 1 else character)
    return "".join(plain)


def is_identity_number(digits: str) -> bool:
    """Tell whether an 18-place resident identity number has the right check digit (GB 11643)."""
    if not re.fullmatch(r"\d{17}[\dXx]", digits):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits))
    return "10X98765432"[total % 11] == digits[17].upper()


def is_card_number(digits: str) -> bool:
    """Tell whether a card number of 13 to 19 digits passes the Luhn check."""
    if not re.fullmatch(r"\d{13,19}", digits):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _personal_parts(shadow: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Cut a run of digits into personal numbers: the longest join of neighbouring groups first."""
    groups = [(start + g.start(), start + g.end()) for g in re.finditer(r"\d+[Xx]?|[Xx]", shadow[start:end])]
    found = []
    first = 0
    while first < len(groups):
        for last in range(len(groups) - 1, first - 1, -1):
            parts = [shadow[a:b] for a, b in groups[first : last + 1]]
            listed = bool(re.search("[,，、]", shadow[groups[first][0] : groups[last][1]]))
            kind = _kind(parts, listed=listed, said_to_be_telephone=bool(_TELEPHONE_WORD.search(shadow[:start])))
            if kind:
                found.append((groups[first][0], groups[last][1], kind))
                first = last
                break
        first += 1
    return found


def _kind(parts: list[str], *, listed: bool, said_to_be_telephone: bool) -> str | None:
    digits = "".join(parts)
    if is_identity_number(digits):
        return "identity"
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return "telephone"
    if is_card_number(digits) and len(digits) >= 16:
        return "card"
    if said_to_be_telephone and len(digits) in (7, 8):
        return "telephone"
    if len(parts) == 1:
        return "number" if len(digits) >= 11 else None
    # Groups of one or two digits are dates, groups with commas are lists: no card or identity number read out.
    grouped = not listed and all(3 <= len(part) <= 9 for part in parts) and 15 <= len(digits) <= 19
    return "number" if grouped else None
