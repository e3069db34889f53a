"""The channel's own few sentences, from domain.yml like everything else that citizens read."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


@functools.lru_cache(maxsize=4)
def _responses(domain: Path) -> dict[str, dict[str, Any]]:
    content = YAML(typ="safe").load(domain.read_text(encoding="utf-8"))
    return {name: variants[0] for name, variants in content["responses"].items()}


def say(domain: Path, response: str, **words: object) -> str:
    """Return the words of one response of `domain`, its places filled."""
    text: str = _responses(domain)[response]["text"]
    return text.format(**words)


def buttons_of(domain: Path, response: str, **words: object) -> list[dict[str, str]]:
    """Return the buttons of one response, their places filled."""
    buttons = _responses(domain)[response].get("buttons", ())
    return [{key: str(value).format(**words) for key, value in button.items()} for button in buttons]
