"""Bring a citizen's text into the words that our files use, and remember where each character came from.

Full width becomes half width (NFKC), traditional becomes simplified (OpenCC), dialect, everyday and misheard words
become the official ones of knowledge/words. Offsets keep pointing into the text as it was typed.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import opencc
from pypinyin import Style, lazy_pinyin


@dataclass(frozen=True)
class Replacement:
    """A citizen's words at `start`..`end` of the original text, and what they were read as."""

    start: int
    end: int
    said: str
    meant: str


@dataclass(frozen=True)
class Normalised:
    """`text` in standard words; `spans[i]` is where its character i stands in the original (start, end)."""

    original: str
    plain: str
    """Simplified and half width, every word still the citizen's own."""
    text: str
    spans: tuple[tuple[int, int], ...]
    replacements: tuple[Replacement, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of `text` into one of `original`.

        A word that was replaced comes back whole: half of it has no counterpart.
        """
        if start >= end:
            return (0, 0)
        return self.spans[start][0], self.spans[end - 1][1]


class Normaliser:
    """Normalises with one fixed set of words; make a new one when the words change."""

    def __init__(self, synonyms: Mapping[str, str], sound_alikes: tuple[str, ...] = ()) -> None:
        """`synonyms`: said → meant. `sound_alikes`: words also recognised by their sound alone (帝保 → 低保)."""
        self._synonyms = {_simplify(said): meant for said, meant in synonyms.items()}
        longest_first = sorted(self._synonyms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        self._by_sound = {_sound(word): word for word in sound_alikes}
        self._sound_lengths = sorted({len(word) for word in sound_alikes}, reverse=True)

    def normalise(self, text: str) -> Normalised:
        characters, spans = _standard_characters(text)
        plain = characters
        replacements: list[Replacement] = []
        for find in (self._find_synonyms, self._find_sound_alikes):
            characters, spans = _replace(text, characters, spans, find(characters), replacements)
        return Normalised(text, plain, characters, tuple(spans), tuple(replacements))

    def _find_synonyms(self, text: str) -> list[tuple[int, int, str]]:
        if self._pattern is None:
            return []
        found = []
        for match in self._pattern.finditer(text):
            meant = self._synonyms[match.group()]
            # "五保户" may stand inside what it means already: leave such words alone.
            if text[max(0, match.start() - len(meant)) : match.end() + len(meant)].find(meant) < 0:
                found.append((match.start(), match.end(), meant))
        return found

    def _find_sound_alikes(self, text: str) -> list[tuple[int, int, str]]:
        if not self._by_sound:
            return []
        sounds = [_sound(character) for character in text]
        found, at = [], 0
        while at < len(text):
            for length in self._sound_lengths:
                said = text[at : at + length]
                meant = self._by_sound.get("".join(sounds[at : at + length]))
                if meant and said != meant and len(said) == length and _is_chinese(said):
                    found.append((at, at + length, meant))
                    at += length - 1
                    break
            at += 1
        return found


def _replace(
    original: str,
    text: str,
    spans: list[tuple[int, int]],
    found: list[tuple[int, int, str]],
    replacements: list[Replacement],
) -> tuple[str, list[tuple[int, int]]]:
    pieces, new_spans, at = [], [], 0
    for start, end, meant in found:
        whole = (spans[start][0], spans[end - 1][1])
        pieces += [text[at:start], meant]
        new_spans += [*spans[at:start], *[whole] * len(meant)]
        replacements.append(Replacement(*whole, original[whole[0] : whole[1]], meant))
        at = end
    return "".join([*pieces, text[at:]]), [*new_spans, *spans[at:]]


def _standard_characters(text: str) -> tuple[str, list[tuple[int, int]]]:
    """NFKC, lower case and simplified, with the span of each resulting character."""
    pieces, spans = [], []
    for at, character in enumerate(text):
        wide = unicodedata.normalize("NFKC", character).lower()
        kept = "".join(c for c in wide if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs") or c in "\n\t")
        pieces.append(kept)
        spans += [(at, at + 1)] * len(kept)
    standard = "".join(pieces)
    simplified = _simplify(standard)
    if len(simplified) != len(standard):  # phrase conversion changed the length: go character by character
        simplified = "".join(_simplify(character)[:1] or character for character in standard)
    return simplified, spans


def _simplify(text: str) -> str:
    return _converter().convert(text)


@functools.lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@functools.lru_cache(maxsize=20_000)
def _sound(text: str) -> str:
    """Toneless pinyin; what southerners and input methods mix up is folded: zh=z, ch=c, sh=s, final ng=n."""
    syllables = lazy_pinyin(text, style=Style.NORMAL)
    folded = []
    for syllable in syllables:
        for said, meant in (("zh", "z"), ("ch", "c"), ("sh", "s")):
            syllable = syllable.replace(said, meant)
        folded.append(re.sub("ng$", "n", syllable))
    return "".join(folded)


def sound(text: str) -> str:
    """The sound of a text as `Normaliser` compares it, syllables run together."""
    return _sound(text)


def _is_chinese(text: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in text)
