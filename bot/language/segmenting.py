"""Cut a text into words and a letter into sentences."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import jieba

# A sentence ends at its mark, or before a word that begins another request.
_SENTENCE = re.compile(
    r"(?:(?![，,、\s](?:另外|还有|顺便|再问|再就是|同时想问|二是|第二))[^。！？!?；;\n])+[。！？!?；;\n]*|[，,、\s](?=另外|还有|顺便|再问|再就是|同时想问|二是|第二)"
)
_CLAUSE = re.compile(r"[^，,、\s]+[，,、\s]*")
_ASKS = re.compile(
    r"[?？吗呢么]|怎么|怎样|如何|什么|啥|咋|哪|几|多少|多久|能不能|可不可以|可以.{0,6}吗|是否|有没有|要不要|"
    r"请问|请求|希望|要求|想问|咨询|帮我|求助|投诉|申请|办理|谁|行不|得不得|好不|对不|^[，,、\s]*(?:另外|还有|顺便|再问)"
)


@dataclass(frozen=True)
class Word:
    """One word and where it stands in the text."""

    text: str
    start: int
    end: int


class Segmenter:
    """jieba with our words, in a tokenizer of its own: the process-wide one stays as it was."""

    def __init__(self, words: Iterable[str]) -> None:
        self._jieba = jieba.Tokenizer()
        # jieba's default cache is a fixed file in the shared temporary folder, which another user may own.
        self._jieba.tmp_dir = str(Path(tempfile.gettempdir()) / f"guimin-jieba-{os.getuid()}")
        Path(self._jieba.tmp_dir).mkdir(mode=0o700, exist_ok=True)
        self._jieba.initialize()
        for word in words:
            self._jieba.add_word(word, freq=max(20_000, self._jieba.suggest_freq(word)))

    def cut(self, text: str) -> list[Word]:
        """Return the words of `text` without blanks, in order."""
        return [Word(word, start, end) for word, start, end in self._jieba.tokenize(text) if word.strip()]


def split_questions(text: str, *, most: int = 10) -> list[str]:
    """Return the sentences of a message that could carry a request, at most `most`, in reading order.

    A short message is one sentence. In a long letter sentences that ask come first; a sentence of more than 60
    characters is cut at its commas into pieces of about 40.
    """
    pieces = [piece for sentence in _SENTENCE.findall(text) for piece in _shorten(sentence.strip(" ，,、"))]
    pieces = [piece for piece in pieces if len(re.sub(r"\W", "", piece)) >= 2]
    if len(pieces) > most:
        ranked = sorted(range(len(pieces)), key=lambda i: (asks(pieces[i]), i), reverse=True)[:most]
        pieces = [pieces[i] for i in sorted(ranked)]
    return pieces


def asks(text: str) -> bool:
    """Tell whether a sentence looks like a question or a request."""
    return bool(_ASKS.search(text))


def _shorten(sentence: str) -> list[str]:
    if len(sentence) <= 60:
        return [sentence]
    pieces = [""]
    for clause in _CLAUSE.findall(sentence):
        if len(pieces[-1]) + len(clause) > 40 and pieces[-1]:
            pieces.append("")
        pieces[-1] += clause
    whole = [piece for piece in pieces if piece]
    # Speech without any punctuation: overlapping windows.
    return [part for piece in whole for part in _windows(piece)]


def _windows(piece: str) -> list[str]:
    if len(piece) <= 70:
        return [piece]
    return [piece[at : at + 50] for at in range(0, len(piece) - 20, 35)]
