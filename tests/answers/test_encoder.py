"""Vectors are of unit length, remembered, and only the knowledge's own are written to the disk."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.answers.encoder import Remembering, UniversalSentenceEncoder, Vectors


class Counting:
    """An encoder that we own and that counts."""

    name = "counting"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32).reshape(len(texts), 2)


def test_the_encoder_gives_unit_vectors_and_sees_that_two_questions_mean_the_same():
    near, same, far = UniversalSentenceEncoder().encode(["低保怎么申请", "如何申请最低生活保障", "今天天气真好"])

    assert np.allclose(np.linalg.norm([near, same, far], axis=1), 1, atol=1e-3)
    assert near @ same > near @ far


def test_a_text_is_encoded_once(tmp_path: Path):
    counting = Counting()
    encoder = Remembering(counting)

    assert encoder.encode(["a", "bb", "a"]).tolist() == [[1, 1], [2, 1], [1, 1]]
    encoder.encode(["bb"])
    assert counting.seen == ["a", "bb"]


def test_the_oldest_texts_are_forgotten_first():
    counting = Counting()
    encoder = Remembering(counting, in_memory=2)
    for text in ("a", "b", "c", "a"):
        encoder.encode([text])

    assert counting.seen == ["a", "b", "c", "a"]


def test_kept_vectors_survive_a_restart_and_citizens_texts_do_not(tmp_path: Path):
    database = tmp_path / "vectors.db"
    first = Remembering(Counting(), database)
    first.encode_kept(["entry"])
    first.encode(["a citizen's words"])

    counting = Counting()
    again = Remembering(counting, database).encode_kept(["entry", "new"])

    assert counting.seen == ["new"]
    assert again.tolist() == [[5, 1], [3, 1]]
    assert len(sqlite3.connect(database).execute("SELECT * FROM vectors").fetchall()) == 2
