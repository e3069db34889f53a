"""Example messages: what citizens write when they mean a topic. They teach the search, they answer nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import KnowledgeError


@dataclass(frozen=True)
class Example:
    """One message and the topic it is about."""

    topic: str
    text: str


def read_messages(folder: Path) -> tuple[Example, ...]:
    """Read all messages/*.jsonl: one {"topic", "text"} a line. Raises KnowledgeError that names file and line."""
    examples = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                item: Mapping[str, str] = json.loads(line)
                examples.append(Example(item["topic"], item["text"]))
            except (ValueError, KeyError, TypeError) as error:
                raise KnowledgeError(
                    f"messages/{path.name} 第 {number} 行写法不对（{error}）。请改正后再保存。"
                ) from error
    return tuple(examples)
