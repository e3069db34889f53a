"""What a place is to the citizen: where the household register is, where they live, where it happened, who issued.

Words for a register reach over commas (户口没迁，还在兴业) and follow it when it moves (户口从平果迁到扶绥). Where a
family comes from (老家, 桂林人) stands for the register only as long as nothing is said about the register itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

HUKOU, LIVE, EVENT, ISSUED, LEFT = "hukou", "live", "event", "issued", "left"
"""LEFT: where the register was before it moved."""
_ORIGIN, _WAS, _TARGET = "origin", "was", "target"
_CLAUSE = "，,。；;！!？?\n"
_BEFORE = {
    HUKOU: r"户口|户籍|身份证(?![来去到可能就回])|户主",
    _ORIGIN: r"老家|原籍|籍贯|祖籍|出生|娘家",
    LIVE: (
        r"住|人在|人喺|人都在|人已经在|打工|务工|做工|上班|工作|租房|租了|嫁到|嫁去|嫁来|嫁过|搬到|搬来|现居|居住|生活在|"
        r"读书|上学|定居|落脚|现在|目前|(?<!户口)跟.{0,4}在|常年在|来到"
    ),
    EVENT: r"事发|发生|出事|摔|车祸|急难|受伤|住院|被困|遇到",
    ISSUED: r"发证|领证|登记地|签发|颁发",
}
_BEHIND = {
    HUKOU: (
        r"(?:的|嘅)?(?:农村|城镇|农业)?(?:户口|户籍|户(?![口籍])|籍)(?!(?:也|都|还|一直|又)*[没未不])|"
        r"(?:的|嘅)?身份证"
    ),
    _ORIGIN: r"(?:的|嘅)?老家|(?:的|嘅)?(?:本地)?人(?!在|民|员|口|多|少|家|社|力)",
    LIVE: (
        r"(?:这边|那边|这里|市区|城里)*(?:打工|务工|做工|上班|工作|居住|住(?!院)|租|生活|读书|上学|带|做生意|定居|买房|买了房|"
        r"养老|开店|搞|帮|照顾|的?居住证)"
    ),
    EVENT: (
        r"(?:这边|那边|的)?.{0,6}(?:摔|车祸|住院|住了院|出事|被撞|受伤|被偷|被骗|被抢|遇到|生病|着火|淹|火灾|晕倒|病倒)"
    ),
    ISSUED: (
        r"(?:民政局|婚姻登记处|那边|这边)*.{0,2}(?:领|办|登记|发)[的过了]?.{0,3}(?:证|登记|婚)|(?:领|办|登记)的|登记结婚|领证"
    ),
}
_IS = re.compile(
    r"(?:我|俺|们|爸|妈|公|婆|他|她|佢|人|本人|孩子|[男女]方|[父母]亲|[夫妻子女儿])(?:本来|原来|本身|都|也)?(?:是|系)$"
)
_BEFORE_ROLE = {role: re.compile(pattern) for role, pattern in _BEFORE.items()}
_BEHIND_ROLE = {role: re.compile(pattern) for role, pattern in _BEHIND.items()}
_DENIED = re.compile(
    r"(?<![是在系])(?:不在|不是|不住(?:在)?|唔系|唔喺|没在)$|(?:没|未|不)(?:有|能|想|肯)?(?:迁|转|落)户?[移回入过进去来]*(?:到|去|至|进|入|往|来|回)$"
)
_REGISTER = re.compile("户口|户籍|落户|迁户")
_FROM = re.compile(r"(?:从|由)(?:原来的?|老家的?)?$")
_NOT_FROM = re.compile(r"(?:没|未|不)(?:有|能|想|肯)?(?:从|由)(?:老家的?)?$")
_MOVES = re.compile(r"(?:那边|这边|老家)?(?:迁|转|移|挪)")
_MOVED_TO = re.compile(r"(?:迁|转|移|落|挪)(?:户口?)?[移回入过进去来]*(?:到|至|去|回|入|进|来|在|往)了?$")
_MOVED_FROM = re.compile(r"(?:迁|转|移)(?:出|离)了?$")
_WANTS = re.compile("想|准备|打算|计划|要(?!求)|欲|拟|如果|假如|要是|能不能|能否|可以|怎么|如何")
_ASKS = re.compile("(?:那边|这边)?(?:要|需要|怎么|如何|得|有什么|可以吗|行不行)")
_ADVERBS = "(?:我|他|她|现在|目前|至今|到现在|一直|也|都|就|但|却|可|不过|其实|可是|但是)*"
_STAYS = re.compile(
    rf"{_ADVERBS}(?:(?:还|仍|依)[然旧是就都一直]*[留挂落放]?(?:在|是)|(?:留|挂|放|保留)(?:在|了))(?:老家|那边)*的?$"
)
_AT = re.compile(rf"{_ADVERBS}(?:是|在|系|喺)*$")
_NOT = re.compile("[没未不]")
_AT_HOME = re.compile("(?:老家|乡下|农村|原籍)(?:那边|那里)?$")
_FORMERLY = re.compile("原来|以前|原先|之前|本来")
_FAR = 24


def roles_of(text: str, spans: Sequence[tuple[int, int]]) -> list[str | None]:
    """Return what each of the places at these start..end is, in reading order; None where nothing tells."""
    roles: list[str | None] = []
    after = 0
    for at, (start, end) in enumerate(spans):
        until = spans[at + 1][0] if at + 1 < len(spans) else len(text)
        role, after = _role_of(text, start, end, after, until, has_register=HUKOU in roles)
        roles.append(role)
    if HUKOU not in roles:
        roles = [HUKOU if role == _WAS else role for role in roles]
    origin = None if HUKOU in roles else HUKOU
    if len(roles) > 1 and (HUKOU in roles or _ORIGIN in roles):
        roles = [LIVE if r is None and _is_stay(text, spans[i][0]) else r for i, r in enumerate(roles)]
    final = {_ORIGIN: origin, _WAS: LEFT, _TARGET: None}
    return [final.get(role, role) if role else None for role in roles]


def is_denied(text: str, start: int) -> bool:
    """Tell whether the place is said to be none of the citizen's: 户口不在南宁."""
    return _DENIED.search(text, max(0, start - 8), start) is not None


def _role_of(text: str, start: int, end: int, after: int, until: int, *, has_register: bool) -> tuple[str | None, int]:
    """The role of the place at start..end and where the words for it end.

    Its clause is looked at behind `after`, where the words for the place before it ended, and up to the next place.
    """
    begin = max([after, *(text.rfind(mark, 0, start) + 1 for mark in _CLAUSE)])
    before, behind = text[begin:start], text[end:until]
    said = [(match.end(), role) for role, pattern in _BEFORE_ROLE.items() for match in pattern.finditer(before)]
    nearest = max(said, default=None)
    register = _register_role(text, start, end, until, before, has_register=has_register)
    told = {HUKOU if register and _REGISTER.search(before) else None, nearest[1] if nearest else None}
    for role in (ISSUED, EVENT, HUKOU, _ORIGIN, LIVE):
        match = _BEHIND_ROLE[role].match(behind)
        # 户口还在扶绥老家, 老家桂林那边住: the words before say more.
        if match and not (HUKOU in told and role in (_ORIGIN, LIVE)) and not (_ORIGIN in told and role == LIVE):
            return role, end + match.end()
    if register is not None:
        return register, end
    if nearest is not None and len(before) - nearest[0] <= 8:
        return nearest[1], end
    return (_ORIGIN if _IS.search(before) and re.match(r"的|嘅", behind) else None), end


def _register_role(text: str, start: int, end: int, until: int, before: str, *, has_register: bool) -> str | None:
    """What words for a register that moved or stayed make of the place, in its own clause or the one before."""
    last = max((match.end() for match in _REGISTER.finditer(text, 0, start)), default=None)
    if last is None:
        return None
    clause = text[max(text.rfind(mark, 0, start) + 1 for mark in _CLAUSE) : start]
    is_wanted = _WANTS.search(clause) is not None
    if _FROM.search(before) and _MOVES.match(text, end, until):
        return HUKOU if is_wanted or _NOT_FROM.search(before) else LEFT
    if _MOVED_FROM.search(before):
        return LEFT
    is_here = _REGISTER.search(before) is not None
    if (_REGISTER.search(clause) or not has_register) and _MOVED_TO.search(before):
        return _TARGET if is_wanted or _ASKS.match(text, end, until) else HUKOU
    if is_here:
        is_now = not _FORMERLY.search(clause)
        return HUKOU if is_now and _STAYS.search(before) else None if is_now else _WAS
    if has_register or start - last > _FAR:
        return None
    if _STAYS.fullmatch(before):
        return HUKOU
    earlier = text[last : start - len(before)].strip(_CLAUSE + " ")
    is_all = end == len(text) or text[end] in _CLAUSE + "的 "
    is_said_here = (_NOT.search(earlier) and _AT.fullmatch(before)) or (not before and _AT_HOME.search(earlier))
    return HUKOU if is_all and is_said_here else None


def _is_stay(text: str, start: int) -> bool:
    """Tell whether 在 or 到 alone stands before: beside a register elsewhere that is where they live."""
    return re.search(r"(?:在|到|去|来|喺|嫁)$", text[max(0, start - 2) : start]) is not None
