"""The database of this process: opened once, where the settings say, or given by who starts the process."""

from __future__ import annotations

import threading

from bot.database import Database, open_database
from bot.settings import load_settings

_opened: dict[str, Database] = {}
_lock = threading.Lock()


def store(url: str | None = None) -> Database:
    """Return the database at `url` (None: of the settings), brought up to date when it is first opened."""
    with _lock:
        url = url or load_settings().database_url
        if url not in _opened:
            _opened[url] = open_database(url)
        return _opened[url]
