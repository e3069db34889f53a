"""The search index over one knowledge snapshot: words, sounds, characters and meaning of every known wording."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.answers.encoder import Remembering, Vectors
from bot.knowledge.library import Library
from bot.knowledge.words import Words
from bot.language.normalising import Normaliser, sound
from bot.language.segmenting import Segmenter

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Language:
    """The language parts that belong to one version of the words."""

    normaliser: Normaliser
    segmenter: Segmenter

    def words(self, text: str) -> list[str]:
        return [word.text for word in self.segmenter.cut(text)]


def make_language(words: Words) -> Language:
    known = [*words.vocabulary, *words.synonyms.values()]
    return Language(Normaliser(words.synonyms, words.sound_alikes), Segmenter(known))


class Lexical:
    """TF-IDF cosine over one kind of term; one for words, sounds and characters each.

    Cosines lie between 0 and 1 for short and long texts alike, which a calibrated model needs and raw BM25
    scores do not give.
    """

    def __init__(self, terms: Callable[[str], list[str]], texts: list[str]) -> None:
        self._vectorizer = TfidfVectorizer(analyzer=terms, sublinear_tf=True, dtype=np.float32)
        # An empty knowledge is no error: nothing is similar to anything then.
        self._matrix: csr_matrix | None = self._vectorizer.fit_transform(texts) if texts else None

    def similarities(self, texts: list[str]) -> Floats:
        """Return float32[len(texts), number of wordings]."""
        if self._matrix is None:
            return np.zeros((len(texts), 0), dtype=np.float32)
        result: Floats = (self._vectorizer.transform(texts) @ self._matrix.T).toarray()
        return result


@dataclass(frozen=True)
class Index:
    """Everything `find` needs, never changed after it was built."""

    library: Library
    language: Language
    encoder: Remembering
    entry_ids: tuple[str, ...]
    topics: tuple[str, ...]
    """All topics that have an entry, sorted."""
    wording_entry: NDArray[np.int64]
    """For each wording the place of its entry in `entry_ids`."""
    entry_topic: NDArray[np.int64]
    """For each entry the place of its topic in `topics`."""
    vectors: Vectors
    topic_weights: Floats
    """float32[d + 1, topics]: a linear scorer of topics over vectors, last row the bias."""
    words: Lexical
    sounds: Lexical
    characters: Lexical


def build_index(
    library: Library,
    language: Language,
    encoder: Remembering,
    *,
    day: datetime.date,
    progress: Callable[[int, int], None] = lambda done, all: None,
) -> Index:
    """Build the index over the entries in force on `day`; vectors of unchanged texts come from the disk."""
    entries = library.in_force(day)
    topics = sorted({entry.topic for entry in entries})
    wordings = [(place, wording) for place, entry in enumerate(entries) for wording in entry.wordings]
    texts = [language.normaliser.normalise(wording).text for _, wording in wordings]
    vectors = encoder.encode_kept(texts, progress=progress)
    entry_topic = np.array([topics.index(entry.topic) for entry in entries], dtype=np.int64)
    wording_entry = np.array([place for place, _ in wordings], dtype=np.int64)
    return Index(
        library=library,
        language=language,
        encoder=encoder,
        entry_ids=tuple(entry.id for entry in entries),
        topics=tuple(topics),
        wording_entry=wording_entry,
        entry_topic=entry_topic,
        vectors=vectors,
        topic_weights=_fit_topics(vectors, entry_topic[wording_entry], len(topics)),
        words=Lexical(language.words, texts),
        sounds=Lexical(lambda text: _grams([sound(character) for character in text], 2), texts),
        characters=Lexical(lambda text: _grams(list(text), 1) + _grams(list(text), 2) + _grams(list(text), 3), texts),
    )


def _fit_topics(vectors: Vectors, topic_of: NDArray[np.int64], topics: int, *, ridge: float = 1.0) -> Floats:
    """Fit a ridge regression of topics on vectors in closed form: some milliseconds, so that an edit stays cheap.

    Each topic weighs the same however many wordings it has.
    """
    if not len(topic_of):
        return np.zeros((vectors.shape[1] + 1, topics), dtype=np.float32)
    inputs = np.hstack([vectors, np.ones((len(vectors), 1), dtype=np.float32)]).astype(np.float64)
    targets = np.eye(topics)[topic_of]
    weight = (1.0 / np.bincount(topic_of, minlength=topics).clip(1))[topic_of] * len(topic_of) / topics
    gram = inputs.T @ (inputs * weight[:, None]) + ridge * np.eye(inputs.shape[1])
    solution: Floats = np.linalg.solve(gram, inputs.T @ (targets * weight[:, None])).astype(np.float32)
    return solution


def _grams(parts: list[str], size: int) -> list[str]:
    kept = [part for part in parts if part.strip() and part not in "，。？！、,.?!；;：:"]
    return [" ".join(kept[at : at + size]) for at in range(len(kept) - size + 1)]
