"""One FAQ entry: a Markdown file with YAML front matter, written for citizens and signed by staff."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import KnowledgeError

SECTIONS = ("条件", "材料", "流程", "时限", "费用", "去哪办", "电话", "注意", "未核实")
_REQUIRED = (
    "id",
    "topic",
    "question",
    "also_asked",
    "sources",
    "valid_from",
    "regions",
    "confidence",
    "checked_on",
    "checked_by",
    "next_steps",
)
_OPTIONAL = ("valid_to",)
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class Citation:
    """A source and, where known, the article in it: `minfadian-2021#1047`."""

    source: str
    article: str

    @classmethod
    def parse(cls, text: str) -> Citation:
        source, _, article = text.partition("#")
        return cls(source, article)


@dataclass(frozen=True)
class Entry:
    """A question that citizens ask, and what staff answer to it."""

    id: str
    topic: str
    question: str
    also_asked: tuple[str, ...]
    citations: tuple[Citation, ...]
    valid_from: datetime.date
    valid_to: datetime.date | None
    regions: tuple[str, ...]
    """Codes of the regions for which it holds, "45" for all of Guangxi."""
    confidence: str
    """A or B: the weakest fact that it states as settled (C facts stand under 未核实)."""
    checked_on: datetime.date
    checked_by: str
    next_steps: tuple[str, ...]
    """Ids of the entries that a person would ask next."""
    answer: str
    """The answer itself: two or three sentences."""
    sections: tuple[tuple[str, str], ...]
    """(heading, text) in reading order, headings out of SECTIONS."""
    path: str
    """Where it was read from, below knowledge/."""

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every way of asking that we know of."""
        return (self.question, *self.also_asked)

    def in_force(self, day: datetime.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def main_entry_id(topic: str) -> str:
    """The id that the overview entry of a topic bears: marriage.cross_province → marriage-cross-province."""
    return topic.replace(".", "-").replace("_", "-")


def read_entry(path: Path, *, root: Path) -> Entry:
    """Read one file. Raises KnowledgeError that names the file and the fault."""
    where = str(path.relative_to(root))
    match = _FRONT.match(path.read_text(encoding="utf-8").replace("\r\n", "\n"))
    if not match:
        raise KnowledgeError(f"{where}：缺少开头的“---”信息栏。请参照其他条目补上。")
    front = _front_matter(match.group(1), where)
    answer, sections = _body(match.group(2), where)
    try:
        return Entry(
            id=str(front["id"]),
            topic=str(front["topic"]),
            question=str(front["question"]),
            also_asked=_strings(front, "also_asked"),
            citations=tuple(Citation.parse(text) for text in _strings(front, "sources")),
            valid_from=_day(front["valid_from"]),
            valid_to=_day(front["valid_to"]) if front.get("valid_to") else None,
            regions=_strings(front, "regions"),
            confidence=str(front["confidence"]),
            checked_on=_day(front["checked_on"]),
            checked_by=str(front["checked_by"]),
            next_steps=_strings(front, "next_steps"),
            answer=answer,
            sections=sections,
            path=where,
        )
    except (TypeError, ValueError) as error:
        raise KnowledgeError(f"{where}：信息栏里有一项写法不对（{error}）。请改正后再保存。") from error


def _front_matter(text: str, where: str) -> dict[str, Any]:
    try:
        front = YAML(typ="safe").load(text)
    except YAMLError as error:
        raise KnowledgeError(f"{where}：信息栏不是合格的 YAML。{error}") from error
    if not isinstance(front, dict):
        raise KnowledgeError(f"{where}：信息栏应当是“名称: 内容”的形式。")
    missing = [key for key in _REQUIRED if key not in front]
    unknown = [key for key in front if key not in (*_REQUIRED, *_OPTIONAL)]
    if missing or unknown:
        faults = [f"缺少 {'、'.join(missing)}"] * bool(missing) + [f"不认识 {'、'.join(map(str, unknown))}"] * bool(
            unknown
        )
        raise KnowledgeError(f"{where}：信息栏{'，'.join(faults)}。")
    return front


def _body(text: str, where: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    answer, *parts = re.split(r"^## *", text.strip(), flags=re.MULTILINE)
    sections = []
    for part in parts:
        heading, _, body = part.partition("\n")
        heading = heading.strip()
        if heading not in SECTIONS:
            raise KnowledgeError(f"{where}：小标题“{heading}”不在规定的名称里（{'、'.join(SECTIONS)}）。")
        sections.append((heading, body.strip()))
    return answer.strip(), tuple(sections)


def _strings(front: dict[str, Any], key: str) -> tuple[str, ...]:
    value = front[key]
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError(f"{key} 应当是一个列表")
    return tuple(str(item) for item in value)


def _day(value: Any) -> datetime.date:
    return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(str(value))
