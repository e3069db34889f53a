"""How names sound: read without tones, and with the sounds folded together that southerners and voice input mix up."""

from __future__ import annotations

import functools
import re

from pypinyin import Style, lazy_pinyin

_FOLDS = tuple(
    (re.compile(pattern), meant)
    for pattern, meant in (
        ("^zh", "z"),
        ("^ch", "c"),
        ("^sh", "s"),
        ("^n", "l"),
        ("^hu(?=.)|^h", "f"),
        ("ng$", "n"),
        ("^fo$", "fu"),
    )
)


def syllables(text: str) -> tuple[str, ...]:
    """Return how the text is read, without tones."""
    return tuple(map(_syllable, text))


def sounds(text: str) -> tuple[str, ...]:
    """Return the same with what is mixed up folded into one: n and l, in and ing."""
    return tuple(map(_sound, text))


@functools.lru_cache(maxsize=8192)
def _syllable(character: str) -> str:
    """One character's commonest reading, so that a name and its mishearing are read in the same way."""
    syllable: str = lazy_pinyin(character, style=Style.NORMAL)[0]
    return syllable


@functools.lru_cache(maxsize=8192)
def _sound(character: str) -> str:
    syllable = _syllable(character)
    for pattern, meant in _FOLDS:
        syllable = pattern.sub(meant, syllable)
    return syllable
