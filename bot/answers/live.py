"""The knowledge that one process answers from: one index per folder, swapped whole when it changes."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from pathlib import Path

from bot.answers.encoder import load_encoder
from bot.answers.index import Index, Language, build_index, make_language
from bot.knowledge.library import Library, read_library
from bot.knowledge.words import read_words
from bot.settings import Settings, load_settings

_indexes: dict[Path, Index] = {}
_libraries: dict[Path, Library] = {}
_languages: dict[Path, Language] = {}
_lock = threading.RLock()


def current_index(
    settings: Settings | None = None, *, progress: Callable[[int, int], None] = lambda done, all: None
) -> Index:
    """Return the index of the process's knowledge folder, built on first use."""
    settings = settings or load_settings()
    with _lock:
        if settings.knowledge not in _indexes:
            encoder = load_encoder(settings.encoder, settings.state / "vectors.db")
            library = read_library(settings.knowledge)
            _indexes[settings.knowledge] = build_index(
                library, current_language(settings), encoder, day=datetime.date.today(), progress=progress
            )
        return _indexes[settings.knowledge]


def current_library(settings: Settings | None = None) -> Library:
    """Return the knowledge that answers are worded from: the index's, or, in the action server, the files alone."""
    settings = settings or load_settings()
    with _lock:
        if settings.knowledge in _indexes:
            return _indexes[settings.knowledge].library
        if settings.knowledge not in _libraries:
            _libraries[settings.knowledge] = read_library(settings.knowledge)
        return _libraries[settings.knowledge]


def current_language(settings: Settings | None = None) -> Language:
    """Return the normaliser and the segmenter of the process's knowledge folder, made on first use."""
    settings = settings or load_settings()
    with _lock:
        if settings.knowledge not in _languages:
            _languages[settings.knowledge] = make_language(read_words(settings.knowledge / "words"))
        return _languages[settings.knowledge]
