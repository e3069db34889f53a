"""The search index over one knowledge snapshot: words, sounds, characters and meaning of every known wording.

An index never changes. When the knowledge does, the next one takes over the rows of every entry that stayed the same
and computes only the others.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.answers.encoder import Remembering, Vectors
from bot.answers.lexical import Lexical
from bot.answers.topics import TopicModel, fit_topics
from bot.knowledge.entries import Entry
from bot.knowledge.library import Library
from bot.knowledge.messages import Example
from bot.knowledge.words import Words
from bot.language.normalising import Normaliser, sound
from bot.language.segmenting import Segmenter

# While fewer rows than these changed, the topic model is kept as it was: it would hardly differ.
_REFIT_ROWS = 200
_REFIT_SHARE = 0.02
Progress = Callable[[int, int], None]


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


@dataclass(frozen=True)
class Index:
    """Everything `find` needs.

    Rows are texts: first the wordings, those of one entry standing together, then the example messages.
    """

    library: Library
    language: Language
    encoder: Remembering
    day: datetime.date
    entries: tuple[Entry, ...]
    examples: tuple[Example, ...]
    topics: tuple[str, ...]
    """All topics that can be recognised, sorted."""
    starts: NDArray[np.int64]
    """For each entry its first row, and at the end the number of wordings."""
    entry_topic: NDArray[np.int64]
    """For each entry the place of its topic in `topics`."""
    row_topic: NDArray[np.int64]
    vectors: Vectors
    words: Lexical
    sounds: Lexical
    characters: Lexical
    topic_model: TopicModel
    changed_rows: int
    """How many rows have changed since the topic model was fitted."""


def build_index(
    library: Library,
    language: Language,
    encoder: Remembering,
    *,
    day: datetime.date,
    previous: Index | None = None,
    models: Path | None = None,
    progress: Progress = lambda done, all: None,
) -> Index:
    """Build the index over the entries in force on `day`.

    Rows of entries that `previous` has in the very same form are taken over; vectors of known texts come from the
    disk, and so does the topic model, from the folder `models`.
    """
    # Small talk and the wish for a person are topics to recognise, though no entry answers them.
    spoken = {example.topic for example in library.examples}
    without_entry = {
        id for id, topic in library.topics.items() if topic.decision in ("smalltalk", "handover") and id in spoken
    }
    layout = _Layout.of(library.in_force(day), library.examples, without_entry)
    if previous is None or previous.language is not language or previous.encoder is not encoder:
        return _from_nothing(library, language, encoder, day, layout, models, progress)
    return _from_previous(library, day, layout, previous, models, progress)


@dataclass(frozen=True)
class _Layout:
    """Which entries and examples stand in which rows, and what topics there are."""

    entries: tuple[Entry, ...]
    examples: tuple[Example, ...]
    topics: tuple[str, ...]
    starts: NDArray[np.int64]
    entry_topic: NDArray[np.int64]
    row_topic: NDArray[np.int64]

    @classmethod
    def of(cls, entries: Sequence[Entry], examples: Sequence[Example], without_entry: set[str]) -> _Layout:
        topics = tuple(sorted({entry.topic for entry in entries} | without_entry))
        place = {topic: at for at, topic in enumerate(topics)}
        counts = np.array([len(entry.wordings) for entry in entries], dtype=np.int64)
        entry_topic = np.array([place[entry.topic] for entry in entries], dtype=np.int64)
        # An example of a topic that has no entry today could only lead nowhere.
        usable = tuple(example for example in examples if example.topic in place)
        example_topic = np.array([place[example.topic] for example in usable], dtype=np.int64)
        starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        row_topic = np.concatenate([np.repeat(entry_topic, counts), example_topic])
        return cls(tuple(entries), usable, topics, starts, entry_topic, row_topic)


def _from_nothing(
    library: Library,
    language: Language,
    encoder: Remembering,
    day: datetime.date,
    layout: _Layout,
    models: Path | None,
    progress: Progress,
) -> Index:
    texts = _texts(layout.entries, layout.examples, language)
    vectors = encoder.encode_kept(texts, progress=progress)
    characters, words = Lexical.build(_character_terms, texts), Lexical.build(language.words, texts)
    return Index(
        library=library,
        language=language,
        encoder=encoder,
        day=day,
        **layout.__dict__,
        vectors=vectors,
        words=words,
        sounds=Lexical.build(_sound_terms, texts),
        characters=characters,
        topic_model=_fit(layout, vectors, characters, words, models),
        changed_rows=0,
    )


def _from_previous(
    library: Library, day: datetime.date, layout: _Layout, old: Index, models: Path | None, progress: Progress
) -> Index:
    known = {id(entry): place for place, entry in enumerate(old.entries)}
    kept = [entry for entry in layout.entries if id(entry) in known]
    new = [entry for entry in layout.entries if id(entry) not in known]
    layout = _Layout.of([*kept, *new], layout.examples, set(layout.topics) - {entry.topic for entry in layout.entries})
    same_examples = layout.examples == old.examples
    places = [known[id(entry)] for entry in kept]
    wordings = [np.arange(old.starts[place], old.starts[place + 1]) for place in places]
    examples = np.arange(old.starts[-1], len(old.vectors)) if same_examples else np.zeros(0, dtype=np.int64)
    keep = np.concatenate([*wordings, examples]) if wordings else examples
    texts = _texts(new, () if same_examples else layout.examples, old.language)
    # New wordings go in front of the examples that stay.
    order = np.arange(len(keep) + len(texts))
    if same_examples:
        first_example = len(keep) - len(examples)
        order = np.concatenate([order[:first_example], order[len(keep) :], order[first_example : len(keep)]])
    vectors = np.vstack([old.vectors[keep], old.encoder.encode_kept(texts, progress=progress)])[order]
    characters, words = old.characters.changed(keep, texts, order), old.words.changed(keep, texts, order)
    changed = old.changed_rows + len(texts) + len(old.vectors) - len(keep)
    refit = layout.topics != old.topics or changed > max(_REFIT_ROWS, _REFIT_SHARE * len(vectors))
    return Index(
        library=library,
        language=old.language,
        encoder=old.encoder,
        day=day,
        **layout.__dict__,
        vectors=vectors,
        words=words,
        sounds=old.sounds.changed(keep, texts, order),
        characters=characters,
        topic_model=_fit(layout, vectors, characters, words, models) if refit else old.topic_model,
        changed_rows=0 if refit else changed,
    )


def _texts(entries: Sequence[Entry], examples: Sequence[Example], language: Language) -> list[str]:
    said = [wording for entry in entries for wording in entry.wordings] + [example.text for example in examples]
    return [language.normaliser.normalise(text).text for text in said]


def _fit(layout: _Layout, vectors: Vectors, characters: Lexical, words: Lexical, models: Path | None) -> TopicModel:
    kept_in = models / "topics.npz" if models else None
    return fit_topics(layout.topics, layout.row_topic, vectors, characters.rows, words.rows, kept_in=kept_in)


def _sound_terms(text: str) -> list[str]:
    return _grams([sound(character) for character in text], 2)


def _character_terms(text: str) -> list[str]:
    return _grams(list(text), 1) + _grams(list(text), 2) + _grams(list(text), 3)


def _grams(parts: list[str], size: int) -> list[str]:
    kept = [part for part in parts if part.strip() and part not in "，。？！、,.?!；;：:"]
    return [" ".join(kept[at : at + size]) for at in range(len(kept) - size + 1)]
