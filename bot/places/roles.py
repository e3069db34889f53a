"""What a place is to the citizen: where the household register is, where they live, where it happened, who issued."""

from __future__ import annotations

import re

_CLAUSE = "，,。；;！!？?\n"
_BEFORE = {
    "hukou": r"户口|户籍|老家|原籍|籍贯|祖籍|身份证|出生|娘家|户主",
    "live": (
        r"住|人在|人喺|人都在|人已经在|打工|务工|做工|上班|工作|租房|租了|嫁到|嫁去|嫁来|嫁过|搬到|搬来|现居|居住|生活在|"
        r"读书|上学|定居|落脚|现在|目前|跟.{0,4}在|常年在|来到"
    ),
    "event": r"事发|发生|出事|摔|车祸|急难|受伤|住院|被困|遇到",
    "issued": r"发证|领证|登记地|签发|颁发",
}
_BEHIND = {
    "hukou": (
        r"(?:的|嘅)?(?:农村|城镇|农业)?(?:户口|户籍|户|籍)|(?:的|嘅)?(?:老家|身份证)|"
        r"(?:的|嘅)?(?:本地)?人(?!在|民|员|口|多|少|家|社|力)"
    ),
    "live": (
        r"(?:这边|那边|这里|市区|城里)*(?:打工|务工|做工|上班|工作|居住|住(?!院)|租|生活|读书|上学|带|做生意|定居|买房|买了房|"
        r"养老|开店|搞|帮|照顾|的?居住证)"
    ),
    "event": (
        r"(?:这边|那边|的)?.{0,6}(?:摔|车祸|住院|住了院|出事|被撞|受伤|被偷|被骗|被抢|遇到|生病|着火|淹|火灾|晕倒|病倒)"
    ),
    "issued": (
        r"(?:民政局|婚姻登记处|那边|这边)*.{0,2}(?:领|办|登记|发)[的过了]?.{0,3}(?:证|登记|婚)|(?:领|办|登记)的|登记结婚|领证"
    ),
}
_IS = re.compile(r"(?:我|俺|们|爸|妈|公|婆|他|她|佢|人|本人|孩子)(?:本来|原来|本身|都|也)?(?:是|系)$")
_BEFORE_ROLE = {role: re.compile(pattern) for role, pattern in _BEFORE.items()}
_BEHIND_ROLE = {role: re.compile(pattern) for role, pattern in _BEHIND.items()}
_DENIED = re.compile(r"(?<![是在系])(?:不在|不是|不住(?:在)?|唔系|唔喺|没在)$")


def role_of(text: str, start: int, end: int, *, after: int = 0, until: int | None = None) -> tuple[str | None, int]:
    """Return the role of the place at start..end and where the words for it end.

    Its clause is looked at behind `after`, where the words for the place before it ended, and up to the next place.
    """
    begin = max([after, *(text.rfind(mark, 0, start) + 1 for mark in _CLAUSE)])
    before, behind = text[begin:start], text[end : until if until is not None else len(text)]
    said = [(match.end(), role) for role, pattern in _BEFORE_ROLE.items() for match in pattern.finditer(before)]
    nearest = max(said, default=None)
    for role in ("issued", "event", "hukou", "live"):
        match = _BEHIND_ROLE[role].match(behind)
        if match and not (nearest and nearest[1] == "hukou" and role == "live"):
            return role, end + match.end()
    if nearest is not None and len(before) - nearest[0] <= 8:
        return nearest[1], end
    return ("hukou" if _IS.search(before) and re.match(r"的|嘅", behind) else None), end


def is_denied(text: str, start: int) -> bool:
    """Tell whether the place is said to be none of the citizen's: 户口不在南宁."""
    return _DENIED.search(text, max(0, start - 6), start) is not None


def is_stay(text: str, start: int) -> bool:
    """Tell whether 在 or 到 alone stands before: beside a register elsewhere that is where they live."""
    return re.search(r"(?:在|到|去|来|喺|嫁)$", text[max(0, start - 2) : start]) is not None
