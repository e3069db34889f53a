"""Which topic is a message about: two linear views, learned from every wording and example message of the knowledge.

One view is a ridge regression over sentence vectors, solved in closed form; the other a linear support vector machine
over characters and words. They see a topic as a whole, where the search sees one wording at a time. Both are fitted
when the knowledge is first read and kept on disk; an edit or two changes them so little that they are then left as
they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from bot.answers.encoder import Vectors
from bot.answers.lexical import Floats

# Rows of one topic beyond this number teach nothing new and cost time.
_MOST_ROWS = 1500
_RIDGE = 1.0
_PENALTY = 1.0


@dataclass(frozen=True)
class TopicModel:
    """Scores of all topics, float32[n, topics]; the columns stand in the order of `topics`."""

    topics: tuple[str, ...]
    vector_weights: Floats
    """float32[d + 1, topics], the last row the bias."""
    columns: NDArray[np.int64]
    """The columns of the character rows and, behind them, of the word rows that the machine looks at."""
    term_weights: Floats
    """float32[columns + 1, topics], the last row the bias."""

    @classmethod
    def nothing(cls, topics: Sequence[str], dimensions: int) -> TopicModel:
        """A model that has seen nothing and scores every topic 0."""
        vectors = np.zeros((dimensions + 1, len(topics)), dtype=np.float32)
        terms = np.zeros((1, len(topics)), dtype=np.float32)
        return cls(tuple(topics), vectors, np.zeros(0, dtype=np.int64), terms)

    def by_vectors(self, vectors: Vectors) -> Floats:
        scores: Floats = vectors @ self.vector_weights[:-1] + self.vector_weights[-1]
        return scores

    def by_terms(self, characters: csr_matrix, words: csr_matrix) -> Floats:
        rows = hstack([characters, words], format="csr")[:, self.columns]
        scores: Floats = rows @ self.term_weights[:-1] + self.term_weights[-1]
        return scores


def fit_topics(
    topics: Sequence[str],
    topic_of: NDArray[np.int64],
    vectors: Vectors,
    characters: csr_matrix,
    words: csr_matrix,
    *,
    kept_in: Path | None = None,
) -> TopicModel:
    """Fit both views; `topic_of[row]` is the place of the row's topic. Read from `kept_in` where it fits already."""
    terms = hstack([characters, words], format="csr")
    fingerprint = _fingerprint(topics, topic_of, vectors, terms)
    known = _read(kept_in, fingerprint)
    if known is not None:
        return TopicModel(tuple(topics), *known)
    if len(topics) < 2:
        return TopicModel.nothing(topics, vectors.shape[1])
    rows = _sample(topic_of)
    vector_weights = _fit_vectors(vectors[rows], topic_of[rows], len(topics))
    columns, term_weights = _fit_terms(terms[rows], topic_of[rows])
    if kept_in:
        kept_in.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept_in, fingerprint=fingerprint, vectors=vector_weights, columns=columns, terms=term_weights)
    return TopicModel(tuple(topics), vector_weights, columns, term_weights)


def _fit_vectors(vectors: Vectors, topic_of: NDArray[np.int64], topics: int) -> Floats:
    """Ridge regression of topics on vectors; each topic weighs the same however many rows it has."""
    weight = (1.0 / np.bincount(topic_of, minlength=topics).clip(1))[topic_of] * len(topic_of) / topics
    inputs = np.hstack([vectors, np.ones((len(vectors), 1), dtype=np.float32)])
    weighed = inputs * weight[:, None].astype(np.float32)
    gram = (inputs.T @ weighed).astype(np.float64) + _RIDGE * np.eye(inputs.shape[1])
    targets = np.stack([weighed[topic_of == topic].sum(axis=0) for topic in range(topics)], axis=1)
    solution: Floats = np.linalg.solve(gram, targets.astype(np.float64)).astype(np.float32)
    return solution


def _fit_terms(rows: csr_matrix, topic_of: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    from sklearn.svm import LinearSVC

    seen_in = np.bincount(rows.indices, minlength=rows.shape[1])
    columns = np.flatnonzero(seen_in >= 2)
    machine = LinearSVC(C=_PENALTY, class_weight="balanced", random_state=1).fit(rows[:, columns], topic_of)
    weights = np.vstack([machine.coef_.T, machine.intercept_[None, :]]).astype(np.float32)
    if weights.shape[1] == 1:  # two classes share one plane
        weights = np.hstack([-weights, weights])
    return columns, weights


def _sample(topic_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most _MOST_ROWS rows a topic, spread evenly."""
    kept = []
    for topic in np.unique(topic_of):
        rows = np.flatnonzero(topic_of == topic)
        kept.append(rows[np.linspace(0, len(rows) - 1, min(len(rows), _MOST_ROWS)).astype(np.int64)])
    return np.sort(np.concatenate(kept))


def _fingerprint(topics: Sequence[str], topic_of: NDArray[np.int64], vectors: Vectors, terms: csr_matrix) -> str:
    digest = hashlib.sha256("\0".join(topics).encode())
    for part in (topic_of, vectors, terms.indices, terms.data, np.array([_RIDGE, _PENALTY, _MOST_ROWS])):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def _read(path: Path | None, fingerprint: str) -> tuple[Floats, NDArray[np.int64], Floats] | None:
    if path is None or not path.exists():
        return None
    with np.load(path) as kept:
        if str(kept["fingerprint"]) != fingerprint:
            return None
        return kept["vectors"], kept["columns"], kept["terms"]
