"""What an operator may say to a citizen, word for word."""

from __future__ import annotations

from bot.errors import CaseRefused
from bot.privacy.masking import mask


def for_citizen(told: str, doing: str) -> str:
    """Words for the citizen as they are: an office's telephone belongs there, anybody's papers do not.

    Raises CaseRefused for empty words and for identity and card numbers.
    """
    if not told.strip():
        raise CaseRefused(f"{doing}要写明给群众看的内容。请补上再提交。")
    if set(mask(told).kinds) & {"identity", "card"}:
        raise CaseRefused(f"{doing}里有身份证号或银行卡号。请删去再提交。")
    return told.strip()
