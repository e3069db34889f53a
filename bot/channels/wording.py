"""The channel's own few sentences, from domain.yml like everything else that citizens read."""

from __future__ import annotations

import functools
from pathlib import Path

from ruamel.yaml import YAML


@functools.lru_cache(maxsize=4)
def _responses(domain: Path) -> dict[str, str]:
    content = YAML(typ="safe").load(domain.read_text(encoding="utf-8"))
    return {name: variants[0]["text"] for name, variants in content["responses"].items()}


def say(domain: Path, response: str, **words: object) -> str:
    """Return the words of one response of `domain`, its places filled."""
    return _responses(domain)[response].format(**words)
