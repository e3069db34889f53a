"""Which entries fit a message, and how probable each is.

A message is cut into sentences; each is compared with every known wording by meaning, words, sounds and characters.
A linear model fitted on the development questions (`guimin eval --calibrate`) joins the comparisons into one
probability an entry. Nothing here decides what to say: see decide.py.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.answers.index import Floats, Index
from bot.language.normalising import Normalised
from bot.language.segmenting import asks, split_questions

FEATURES = (
    "meaning",
    "meaning_lead",
    "topic_votes",
    "topic_linear",
    "words",
    "sounds",
    "characters",
    "exact",
    "asks",
    "length",
)
_CANDIDATES = 12
_MODEL = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True)
class Hit:
    """An entry that may answer one sentence of the message; `logit` is comparable within a message."""

    entry: str
    topic: str
    logit: float
    features: tuple[float, ...]


@dataclass(frozen=True)
class Sentence:
    """A sentence of the message with its hits, best first."""

    text: str
    asks: bool
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Search:
    """What was found for a message."""

    normalised: Normalised
    sentences: tuple[Sentence, ...]

    def by_topic(self) -> list[Hit]:
        """Return each topic's best hit in any sentence, best first."""
        best: dict[str, Hit] = {}
        for sentence in self.sentences:
            for hit in sentence.hits:
                if hit.topic not in best or hit.logit > best[hit.topic].logit:
                    best[hit.topic] = hit
        return sorted(best.values(), key=lambda hit: -hit.logit)

    def by_entry(self) -> list[Hit]:
        """Return each entry's best hit, best first."""
        best: dict[str, Hit] = {}
        for sentence in self.sentences:
            for hit in sentence.hits:
                if hit.entry not in best or hit.logit > best[hit.entry].logit:
                    best[hit.entry] = hit
        return sorted(best.values(), key=lambda hit: -hit.logit)


@dataclass(frozen=True)
class Calibration:
    """The fitted model: weights of the features, and how a lead becomes a probability."""

    weights: Mapping[str, float]
    bias: float
    lead_weights: tuple[float, ...]
    """For logit of the best topic, its lead over the second, log of the number of sentences, and a bias."""
    thresholds: Mapping[str, float]

    def vector(self) -> Floats:
        return np.array([self.weights[name] for name in FEATURES], dtype=np.float32)

    def probability(self, search: Search) -> float:
        """Return the calibrated probability that the best topic is the one that was asked for."""
        measures = lead_measures(search)
        total = sum(weight * value for weight, value in zip(self.lead_weights, (*measures, 1.0)))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@functools.lru_cache(maxsize=1)
def load_calibration(path: Path = _MODEL) -> Calibration:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Calibration(content["weights"], content["bias"], tuple(content["lead_weights"]), content["thresholds"])


def lead_measures(search: Search) -> tuple[float, float, float]:
    """Return the logit of the best topic, its lead over the second and the log of the number of sentences."""
    topics = search.by_topic()
    if not topics:
        return (-6.0, 0.0, 0.0)
    second = topics[1].logit if len(topics) > 1 else topics[0].logit - 6
    return (topics[0].logit, min(6.0, topics[0].logit - second), math.log(max(1, len(search.sentences))))


def find(index: Index, text: str, *, calibration: Calibration | None = None) -> Search:
    """Search for everything that `text` (as the citizen typed it, masked) may ask."""
    calibration = calibration or load_calibration()
    normalised = index.language.normaliser.normalise(text)
    sentences = split_questions(normalised.text)
    if not sentences or not index.entry_ids:
        return Search(normalised, ())
    weights = calibration.vector()
    result = []
    for sentence, features in zip(sentences, _features(index, sentences)):
        logits = features @ weights + calibration.bias
        best = np.argsort(-logits)[:_CANDIDATES]
        hits = tuple(
            Hit(
                index.entry_ids[place],
                index.topics[index.entry_topic[place]],
                float(logits[place]),
                tuple(float(value) for value in features[place]),
            )
            for place in best
        )
        result.append(Sentence(sentence, asks(sentence), hits))
    return Search(normalised, tuple(result))


def _features(index: Index, sentences: list[str]) -> Floats:
    """Return float32[sentences, entries, len(FEATURES)]."""
    vectors = index.encoder.encode(sentences)
    meaning = vectors @ index.vectors.T
    by_entry = {
        "meaning": _best_wording(index, meaning),
        "words": _best_wording(index, index.words.similarities(sentences)),
        "sounds": _best_wording(index, index.sounds.similarities(sentences)),
        "characters": _best_wording(index, index.characters.similarities(sentences)),
    }
    votes = _topic_votes(index, meaning)
    linear = vectors @ index.topic_weights[:-1] + index.topic_weights[-1]
    rows, entries = by_entry["meaning"].shape
    columns = {
        # E5's cosines are squeezed into 0.75..1: spread them.
        "meaning": (by_entry["meaning"] - 0.85) * 10,
        "meaning_lead": _lead_over_other_topics(index, by_entry["meaning"]) * 20,
        "topic_votes": votes[:, index.entry_topic],
        "topic_linear": linear[:, index.entry_topic],
        "words": by_entry["words"],
        "sounds": by_entry["sounds"],
        "characters": by_entry["characters"],
        "exact": (by_entry["characters"] > 0.95).astype(np.float32),
        "asks": np.tile([[float(asks(sentence))] for sentence in sentences], (1, entries)),
        "length": np.tile([[min(1.0, len(sentence) / 60)] for sentence in sentences], (1, entries)),
    }
    features: Floats = np.stack([np.broadcast_to(columns[name], (rows, entries)) for name in FEATURES], axis=-1)
    return features.astype(np.float32)


def _best_wording(index: Index, similarities: Floats) -> Floats:
    """Reduce [sentences, wordings] to [sentences, entries] by the best wording."""
    best = np.zeros((similarities.shape[0], len(index.entry_ids)), dtype=np.float32)
    for row, values in zip(best, similarities):
        np.maximum.at(row, index.wording_entry, values)
    return best


def _lead_over_other_topics(index: Index, by_entry: Floats) -> Floats:
    """For each entry, how far it is ahead of the best entry of any other topic (negative: behind)."""
    topic_best = np.zeros((by_entry.shape[0], len(index.topics)), dtype=np.float32)
    for row, values in zip(topic_best, by_entry):
        np.maximum.at(row, index.entry_topic, values)
    leads = np.empty_like(by_entry)
    for row, best, values in zip(leads, topic_best, by_entry):
        order = np.argsort(-best)
        first, second = order[0], order[1] if len(order) > 1 else order[0]
        others = np.where(index.entry_topic == first, best[second], best[first])
        row[:] = values - others
    return leads


def _topic_votes(index: Index, meaning: Floats, *, neighbours: int = 20, sharpness: float = 60.0) -> Floats:
    """The share of the nearest wordings' votes that each topic gets; near ones count exponentially more."""
    topic_of = index.entry_topic[index.wording_entry]
    votes = np.zeros((meaning.shape[0], len(index.topics)), dtype=np.float32)
    for row, values in zip(votes, meaning):
        near = np.argsort(-values)[:neighbours]
        weights = np.exp((values[near] - values[near[0]]) * sharpness)
        np.add.at(row, topic_of[near], weights / weights.sum())
    return votes
