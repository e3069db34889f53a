"""What a citizen wants done rather than known, where a whole message says nothing else (words/wishes.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML

from bot.errors import KnowledgeError

Wishes = Mapping[str, re.Pattern[str]]
WISHES = (
    *("complaint", "ask", "precheck", "where", "change", "secret", "cancel"),
    *("satisfied", "so_so", "dissatisfied"),
)
_BEFORE = re.compile(r"^(?:请问|请|麻烦|你好|您好|那么|那|我说|喂)+")
_AFTER = re.compile(r"(?:吧|啊|呀|呢|嘛|吗|了|谢谢|好吗|行吗|行不行|可以吗)$")
_LONGEST = 24


def read_wishes(path: Path) -> Wishes:
    """Read the patterns. Raises KnowledgeError that names a broken or unknown one; no file is no wish."""
    if not path.exists():
        return {}
    wishes = {}
    for name, patterns in (YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}).items():
        if name not in WISHES:
            raise KnowledgeError(f"words/wishes.yaml：没有叫 {name} 的事，只能写 {'、'.join(WISHES)}。请改正。")
        try:
            wishes[name] = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
        except (re.error, TypeError) as error:
            raise KnowledgeError(f"words/wishes.yaml：{name} 的写法不对（{error}）。请改正。") from error
    return wishes


def wish_of(text: str, wishes: Wishes) -> str | None:
    """The wish that all of `text` (simplified, half width) stands for; None where it says more or something else."""
    bare = re.sub(r"[\W_]+", "", text)
    if len(bare) > _LONGEST:
        return None
    said = {bare, _BEFORE.sub("", bare)}
    while shorter := {_AFTER.sub("", one) for one in said} - said:
        said |= shorter
    return next((name for name, pattern in wishes.items() if any(map(pattern.fullmatch, said))), None)
