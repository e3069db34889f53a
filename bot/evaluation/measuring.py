"""How right the bot is on labelled questions: by topic group, by style, and where it is confidently wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import GuiminError

SURE = ("answer", "refer", "danger", "handover", "progress", "smalltalk")
"""Decisions that state something; `choices` and `refuse` do not."""


@dataclass(frozen=True)
class Question:
    """A labelled question; any of `topics` or `accept` is right, `decision` is what should be done."""

    id: str
    text: str
    topics: tuple[str, ...]
    accept: tuple[str, ...]
    decision: str
    style: str

    @property
    def right_topics(self) -> tuple[str, ...]:
        return (*self.topics, *self.accept)

    @property
    def group(self) -> str:
        return self.topics[0].split(".")[0] if self.topics else "none"


@dataclass(frozen=True)
class Result:
    """One question and what the bot did with it."""

    question: Question
    record: dict[str, Any]

    @property
    def decision(self) -> str:
        return str(self.record["decision"])

    @property
    def topic(self) -> str:
        topics = self.record["topics"]
        return str(topics[0]) if topics else ""

    @property
    def topic_right(self) -> bool:
        """The first topic is right; a question without any topic should get none stated."""
        if not self.question.topics:
            return self.decision in ("refuse", "choices")
        if self.question.decision == "choices" and self.decision == "choices":
            return True
        return self.topic in self.question.right_topics

    @property
    def decision_right(self) -> bool:
        return self.decision == self.question.decision

    @property
    def wrong_but_confident(self) -> bool:
        return self.decision in SURE and not self.topic_right

    @property
    def both_found(self) -> bool:
        """For two questions in one: both are answered."""
        return set(self.question.topics) <= set(self.record["topics"])


def read_questions(path: Path) -> list[Question]:
    """Read JSON lines of id, text, topics, decision, style and optionally accept."""
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            questions.append(
                Question(
                    item["id"],
                    item["text"],
                    tuple(item["topics"]),
                    tuple(item.get("accept", ())),
                    item["decision"],
                    item["style"],
                )
            )
        except (ValueError, KeyError) as error:
            raise GuiminError(f"{path} 第 {number} 行不能用：{error}。") from error
    return questions


def measure(questions: list[Question], records: list[dict[str, Any]]) -> list[Result]:
    return [Result(question, record) for question, record in zip(questions, records)]


def share(results: list[Result], test: Callable[[Result], bool]) -> float:
    """Return the share of results that pass, 0 for none."""
    return sum(map(test, results)) / len(results) if results else 0.0


def confusions(results: list[Result]) -> list[tuple[str, str, int]]:
    """Return (wanted, given, count) of wrong topics, most frequent first."""
    pairs = Counter(
        (result.question.topics[0] if result.question.topics else "none", result.topic or result.decision)
        for result in results
        if not result.topic_right
    )
    return [(wanted, given, count) for (wanted, given), count in pairs.most_common()]
