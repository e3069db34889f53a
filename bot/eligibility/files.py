"""The files of the pre-check as YAML, and what is wrong in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import KnowledgeError


class Faults:
    """Collects what is wrong in one file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[str] = []

    def add(self, fault: str) -> None:
        self.found.append(f"{self.path}：{fault}")


def load_yaml(path: Path) -> Any:
    """Return a file's content. Raises KnowledgeError where it is no YAML."""
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError) as error:
        raise KnowledgeError(f"{path.name}：不是合格的 YAML。{error}") from error
