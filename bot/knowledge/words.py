"""The words of knowledge/words: what to keep whole, what people say instead, and what means danger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML

from bot.errors import KnowledgeError
from bot.knowledge.wishes import Wishes, read_wishes


@dataclass(frozen=True)
class DangerRule:
    """A pattern that means danger, unless one of the exceptions stands in the same sentence.

    `hints` may mean danger: they count where the message as a whole sounds like it.
    """

    topic: str
    pattern: re.Pattern[str]
    hints: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def matches(self, sentence: str) -> bool:
        return bool(self.pattern.search(sentence)) and not (self.unless and self.unless.search(sentence))

    def hints_at(self, sentence: str) -> bool:
        return bool(self.hints and self.hints.search(sentence)) or bool(self.pattern.search(sentence))


@dataclass(frozen=True)
class Words:
    """All word lists of one knowledge version."""

    vocabulary: tuple[str, ...]
    """Words that must not be cut (terms.txt)."""
    synonyms: Mapping[str, str]
    """Said → meant (synonyms.yaml: everyday, dialect, abbreviations, mistyped)."""
    sound_alikes: tuple[str, ...]
    """Words also recognised by their sound (sounds.txt)."""
    dangers: tuple[DangerRule, ...]
    wishes: Wishes = field(default_factory=dict)
    """What a citizen wants done (wishes.yaml)."""


def read_words(folder: Path) -> Words:
    """Read the files; raises KnowledgeError that names a broken rule."""
    yaml = YAML(typ="safe")
    synonyms: dict[str, str] = {}
    for group in (yaml.load(_text(folder / "synonyms.yaml")) or {}).values():
        for meant, said in group.items():
            synonyms.update({str(word): str(meant) for word in said})
    dangers = []
    for rule in yaml.load(_text(folder / "danger.yaml")) or []:
        try:
            pattern = re.compile("|".join(rule["any"]))
            hints = re.compile("|".join(rule["hints"])) if rule.get("hints") else None
            unless = re.compile("|".join(rule["unless"])) if rule.get("unless") else None
        except (re.error, KeyError) as error:
            raise KnowledgeError(f"words/danger.yaml：{rule.get('topic')} 的规则写法不对（{error}）。") from error
        dangers.append(DangerRule(rule["topic"], pattern, hints, unless))
    return Words(
        _lines(folder / "terms.txt"),
        synonyms,
        _lines(folder / "sounds.txt"),
        tuple(dangers),
        read_wishes(folder / "wishes.yaml"),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _lines(path: Path) -> tuple[str, ...]:
    lines = (line.split("#")[0].strip() for line in _text(path).splitlines())
    return tuple(line for line in lines if line)
