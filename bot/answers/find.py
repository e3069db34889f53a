"""What a message is about, how probable each topic is, and which entries of a topic fit best.

A message is cut into sentences. Each sentence is compared with every known wording and example by meaning, words,
sounds and characters, and judged as a whole by the two linear views of topics.py; so is the message at full length. A
softmax over the topics joins these measures, with weights fitted on the development questions
(`guimin eval --calibrate`). Nothing here decides what to say: see decide.py.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.answers.index import Index
from bot.answers.lexical import Floats
from bot.knowledge.entries import Entry
from bot.language.normalising import Normalised
from bot.language.segmenting import asks, split_questions

FEATURES = (
    "meaning",
    "words",
    "sounds",
    "characters",
    "votes",
    "vector_view",
    "term_view",
    "whole_meaning",
    "whole_votes",
    "whole_vector_view",
    "whole_term_view",
)
_SENTENCE_FEATURES = 7
_MEANING_SCALE = 5
_WHOLE = [FEATURES.index(name) for name in ("meaning", "votes", "vector_view", "term_view")]
_LONGEST_WHOLE = 400
_SHOWN = 12
_LOOKED_AT = 240
_MODEL = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True)
class Hit:
    """An entry that may answer one sentence of the message, with its likeness (comparable within a message)."""

    entry: str
    topic: str
    likeness: float


@dataclass(frozen=True)
class Sentence:
    """A sentence of the message: its topic measures, float32[topics, features], and its best entries."""

    text: str
    asks: bool
    measures: Floats
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Search:
    """What was found for a message; `measures` is float32[topics, features] for the whole of it."""

    normalised: Normalised
    topics: tuple[str, ...]
    entries: Mapping[str, Entry]
    """The entries in force, by id: no other may be told."""
    sentences: tuple[Sentence, ...]
    measures: Floats

    def meaning_of(self, topic: str) -> float:
        """The cosine of the likest known text of a topic."""
        return float(self.measures[self.topics.index(topic), FEATURES.index("meaning")]) / _MEANING_SCALE

    def entries_of(self, topic: str) -> list[Hit]:
        """The entries of a topic, the likest first, each once."""
        best: dict[str, Hit] = {}
        for hit in (hit for sentence in self.sentences for hit in sentence.hits if hit.topic == topic):
            if hit.entry not in best or hit.likeness > best[hit.entry].likeness:
                best[hit.entry] = hit
        return sorted(best.values(), key=lambda hit: -hit.likeness)


@dataclass(frozen=True)
class Calibration:
    """The fitted model: weights of the measures, what makes its probabilities honest, and the thresholds."""

    weights: Mapping[str, float]
    sharpness: float
    """Factor on the scores, fitted on questions that the weights were not: 1 would be over- or underconfident."""
    thresholds: Mapping[str, float]

    def vector(self) -> Floats:
        return np.array([self.weights[name] for name in FEATURES], dtype=np.float32)

    def probabilities(self, measures: Floats) -> Floats:
        """Return float32[topics]: for each topic the probability that it is the one asked for."""
        if not len(measures):
            return np.zeros(0, dtype=np.float32)
        scores = measures @ self.vector() * self.sharpness
        shares: Floats = np.exp(scores - scores.max())
        return shares / shares.sum()

    def rank(self, topics: tuple[str, ...], measures: Floats) -> list[tuple[str, float]]:
        """Topics with their probabilities, the most probable first."""
        return sorted(zip(topics, self.probabilities(measures).tolist()), key=lambda pair: -pair[1])


@functools.lru_cache(maxsize=1)
def load_calibration(path: Path = _MODEL) -> Calibration:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Calibration(content["weights"], content["sharpness"], content["thresholds"])


def find(index: Index, text: str, *, region: str | None = None, calibration: Calibration | None = None) -> Search:
    """Search for everything that `text` (as the citizen typed it, masked) may ask.

    Entries that hold only elsewhere than in `region` (None: not known) are left out.
    """
    normalised = index.language.normaliser.normalise(text)
    sentences = split_questions(normalised.text)
    return search_sentences(index, normalised, sentences, calibration or load_calibration(), region=region)


def search_sentences(
    index: Index, normalised: Normalised, sentences: list[str], calibration: Calibration, *, region: str | None = None
) -> Search:
    """Search for each of `sentences`, which are in standard words already, and for all of them as one text."""
    if not sentences or not index.entries or not len(index.topic_order):
        return Search(normalised, index.topics, index.by_id, (), np.zeros((0, len(FEATURES)), dtype=np.float32))
    whole = "".join(sentences) if len(sentences) == 1 else normalised.text[:_LONGEST_WHOLE]
    texts = sentences if whole in sentences else [*sentences, whole]
    compared = _compare(index, texts)
    of_whole = compared.measures[texts.index(whole)]
    measures = [_with_whole(own, of_whole) for own in compared.measures[: len(sentences)]]
    found = tuple(
        Sentence(
            sentence, asks(sentence), _with_whole(own, own), _hits(index, compared, place, calibration, region=region)
        )
        for place, (sentence, own) in enumerate(zip(sentences, compared.measures))
    )
    return Search(normalised, index.topics, index.by_id, found, np.max(measures, axis=0))


@dataclass(frozen=True)
class _Compared:
    """Texts against all rows, float32[texts, rows] each, and their topic measures float32[texts, topics, 7]."""

    rows: dict[str, Floats]
    measures: list[Floats]


def _compare(index: Index, texts: list[str]) -> _Compared:
    vectors = index.encoder.encode(texts)
    characters, words = index.characters.weigh(texts), index.words.weigh(texts)
    rows = {
        "meaning": index.meaning(vectors),
        "words": index.words.similarities_of(words),
        "sounds": index.sounds.similarities(texts),
        "characters": index.characters.similarities_of(characters),
    }
    vector_view = index.topic_model.by_vectors(vectors)
    term_view = index.topic_model.by_terms(characters, words)
    measures = []
    for place in range(len(texts)):
        best = {name: _best_of_topics(index, values[place]) for name, values in rows.items()}
        columns = [
            best["meaning"] * _MEANING_SCALE,
            best["words"],
            best["sounds"],
            best["characters"],
            _votes(index, rows["meaning"][place]),
            vector_view[place],
            term_view[place],
        ]
        measures.append(np.stack(columns, axis=-1).astype(np.float32))
    return _Compared(rows, measures)


def _with_whole(own: Floats, whole: Floats) -> Floats:
    return np.hstack([own, whole[:, _WHOLE]])


def _best_of_topics(index: Index, values: Floats) -> Floats:
    """For each topic the value of its best row."""
    best: Floats = np.maximum.reduceat(values[index.topic_order], index.topic_starts)
    return best


def _votes(index: Index, meaning: Floats, *, neighbours: int = 20, sharpness: float = 20.0) -> Floats:
    """The share of the nearest rows' votes that each topic gets; near ones count exponentially more."""
    living = meaning[index.topic_order]
    near = np.argpartition(-living, min(neighbours, len(living) - 1))[:neighbours]
    weights = np.exp((living[near] - living[near].max()) * sharpness)
    topics = index.row_topic[index.topic_order[near]]
    votes: Floats = np.bincount(topics, weights / weights.sum(), minlength=len(index.topics)).astype(np.float32)
    return votes


def _hits(
    index: Index, compared: _Compared, place: int, calibration: Calibration, *, region: str | None
) -> tuple[Hit, ...]:
    """The likest entries of one sentence, a few of every topic that comes into question."""
    weights = {name: max(0.1, calibration.weights[name]) for name in compared.rows}
    likeness = sum(weights[name] * values[place] for name, values in compared.rows.items())
    # From the first row of each entry to behind its last; what lies between two entries is left out again.
    by_entry = np.maximum.reduceat(np.append(likeness, -np.inf), index.spans.ravel())[::2]
    covers = index.library.regions.covers
    taken: dict[int, int] = {}
    hits = []
    likest = np.argpartition(-by_entry, min(_LOOKED_AT, len(by_entry) - 1))[:_LOOKED_AT]
    for at in likest[np.argsort(-by_entry[likest])]:
        topic = int(index.entry_topic[at])
        if taken.get(topic, 0) < _SHOWN and covers(index.entries[at].regions, region):
            taken[topic] = taken.get(topic, 0) + 1
            hits.append(Hit(index.entries[at].id, index.topics[topic], float(by_entry[at])))
    return tuple(hits)
