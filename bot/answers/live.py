"""The knowledge that one process answers from: one snapshot per folder, swapped whole when a file changes.

A reader takes the snapshot it finds, so nobody ever sees half an edit. A change that cannot be used (a broken file,
a topic or source that is not registered) leaves the last good snapshot in place and says so in the log.
"""

from __future__ import annotations

import datetime
import logging
import threading
import time
from pathlib import Path
from typing import Any

from bot.answers.encoder import Remembering, load_encoder
from bot.answers.index import Index, Language, Progress, build_index, make_language, tidied
from bot.errors import KnowledgeError
from bot.knowledge.check import find_breaking
from bot.knowledge.library import Library, read_library, stamp_files
from bot.settings import Settings, load_settings

logger = logging.getLogger(__name__)
_LOOK_SECONDS = 0.5


class Live:
    """One knowledge folder in this process: its files as read last, and what is computed from them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.RLock()
        self._library: Library | None = None
        self._language: Language | None = None
        self._index: Index | None = None
        self._watcher: threading.Thread | None = None

    @property
    def day(self) -> datetime.date:
        return self._settings.day or datetime.date.today()

    def library(self) -> Library:
        with self._lock:
            if self._library is None:
                self._library = read_library(self._settings.knowledge)
            return self._library

    def language(self) -> Language:
        with self._lock:
            if self._language is None:
                self._language = make_language(self.library().words)
            return self._language

    def index(self, *, progress: Progress = lambda done, all: None) -> Index:
        """Return the index, built on first use."""
        with self._lock:
            if self._index is None:
                encoder = load_encoder(self._settings.state / "vectors.db")
                self._index = self._build(self.library(), self.language(), encoder, progress=progress)
            return self._index

    def refresh(self) -> bool:
        """Take in what changed in the folder; tell whether anything had.

        Raises KnowledgeError when it cannot be used; the last good snapshot stays.
        """
        old = self.library()
        changed = stamp_files(self._settings.knowledge, old.files) != old.files
        if not changed and (self._index is None or self._index.day == self.day):
            return False
        library = read_library(self._settings.knowledge, previous=old) if changed else old
        faults = find_breaking(library) if changed else []
        if faults:
            raise KnowledgeError("\n".join(faults))
        language = self.language() if library.words is old.words else make_language(library.words)
        index = None
        if self._index is not None:
            index = self._build(library, language, self._index.encoder, previous=self._index)
        self._publish(library, language, index)
        if index is not None and index.is_untidy:
            self._publish(library, language, tidied(index, models=self._settings.state))
        return True

    def _publish(self, library: Library, language: Language, index: Index | None) -> None:
        with self._lock:
            self._library, self._language, self._index = library, language, index

    def _build(self, library: Library, language: Language, encoder: Remembering, **options: Any) -> Index:
        return build_index(library, language, encoder, day=self.day, models=self._settings.state, **options)

    def follow(self) -> None:
        """Look for changes twice a second from now on, in a thread that ends with the process."""
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, daemon=True, name="knowledge")
            self._watcher.start()

    def _watch(self) -> None:
        said = ""
        pause = _LOOK_SECONDS
        while True:
            time.sleep(pause)
            began = time.monotonic()
            changed = False
            try:
                changed = self.refresh()
                if changed:
                    said = ""
                    logger.warning("knowledge_live version=%s", self.library().version)
            except Exception as error:  # whatever is in a file, the next edit must be seen
                if str(error) != said:
                    logger.error("knowledge_refused, the last good one stays: %s: %s", type(error).__name__, error)
                said = str(error)
            # Looking at many thousand files takes its time: never more than a tenth of it.
            pause = max(_LOOK_SECONDS, 10 * (time.monotonic() - began)) if not changed else _LOOK_SECONDS


_lives: dict[Path, Live] = {}
_lives_lock = threading.Lock()


def live(settings: Settings | None = None) -> Live:
    """Return this process's view of the knowledge folder of `settings`."""
    settings = settings or load_settings()
    with _lives_lock:
        if settings.knowledge not in _lives:
            _lives[settings.knowledge] = Live(settings)
        return _lives[settings.knowledge]
