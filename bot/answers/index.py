"""The search index over one knowledge snapshot: words, sounds, characters and meaning of every known text.

An index never changes. When the knowledge does, the next one shares all its rows and adds those of the entries that
are new; rows of entries that are gone stay, dead, until `tidied` makes a compact index of the living ones.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answers.encoder import Remembering, Vectors
from bot.answers.lexical import Floats, Lexical
from bot.answers.topics import TopicModel, fit_topics
from bot.knowledge.entries import Entry
from bot.knowledge.library import Library
from bot.knowledge.messages import Example
from bot.knowledge.words import Words
from bot.language.normalising import Normaliser, sound
from bot.language.segmenting import Segmenter

# While fewer rows than these changed, the topic model hardly would.
_TIDY_ROWS = 200
_TIDY_SHARE = 0.02
_MOST_BLOCKS = 40
Progress = Callable[[int, int], None]
Places = NDArray[np.int64]


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
    """Everything `find` needs. A row is a text: a wording of an entry, or an example message of a topic."""

    library: Library
    language: Language
    encoder: Remembering
    day: datetime.date
    entries: tuple[Entry, ...]
    spans: Places
    """int64[entries, 2]: the rows of each entry, from the first to behind the last."""
    examples: tuple[Example, ...]
    example_rows: Places
    topics: tuple[str, ...]
    """All topics that can be recognised, sorted."""
    entry_topic: Places
    """For each entry the place of its topic in `topics`."""
    row_topic: Places
    """For each row the place of its topic; -1 for a dead one."""
    topic_order: Places
    """The living rows by topic, and in `topic_starts` where each topic begins in it."""
    topic_starts: Places
    vectors: tuple[Vectors, ...]
    """Sentence vectors in the same blocks of rows as the lexical parts."""
    words: Lexical
    sounds: Lexical
    characters: Lexical
    topic_model: TopicModel
    changed_rows: int
    """How many rows have changed since the topic model was fitted."""

    @functools.cached_property
    def by_id(self) -> dict[str, Entry]:
        return {entry.id: entry for entry in self.entries}

    @property
    def is_untidy(self) -> bool:
        """Tell whether so much has changed that `tidied` is worth its seconds."""
        rows = len(self.row_topic)
        return self.changed_rows > max(_TIDY_ROWS, _TIDY_SHARE * rows) or len(self.vectors) > _MOST_BLOCKS

    def meaning(self, vectors: Vectors) -> Floats:
        """Return the cosines of `vectors` with every row, float32[n, rows]."""
        return np.hstack([vectors @ block.T for block in self.vectors])


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

    Rows of entries that `previous` has in the very same form are taken over. Vectors of known texts come from the
    disk, and so does the topic model, from the folder `models`.
    """
    entries = library.in_force(day)
    topics = _topics(library, entries)
    usable = tuple(example for example in library.examples if example.topic in topics)
    if (
        previous is not None
        and previous.language is language
        and previous.encoder is encoder
        and (previous.topics, previous.examples) == (topics, usable)
    ):
        return _with_changes(previous, library, day, entries)
    texts = _texts(entries, usable, language)
    ends = np.cumsum([len(entry.wordings) for entry in entries], dtype=np.int64)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends])[:-1] if entries else ends
    wordings = int(ends[-1]) if entries else 0
    vectors = encoder.encode_kept(texts, progress=progress)
    characters, words = Lexical.build(_character_terms, texts), Lexical.build(language.words, texts)
    index = Index(
        library=library,
        language=language,
        encoder=encoder,
        day=day,
        entries=tuple(entries),
        spans=np.stack([starts, ends], axis=1),
        examples=usable,
        example_rows=np.arange(wordings, len(texts)),
        topics=topics,
        **_by_topic(entries, usable, topics, np.stack([starts, ends], axis=1), np.arange(wordings, len(texts))),
        vectors=(vectors,),
        words=words,
        sounds=Lexical.build(_sound_terms, texts),
        characters=characters,
        topic_model=TopicModel.nothing(topics, vectors.shape[1]),
        changed_rows=0,
    )
    return _fitted(index, models)


def tidied(index: Index, *, models: Path | None = None) -> Index:
    """Return the same index without its dead rows, in one block, its topic model fitted anew."""
    spans = [np.arange(first, last) for first, last in index.spans]
    keep = np.concatenate([*spans, index.example_rows]) if spans else index.example_rows
    ends = np.cumsum([len(span) for span in spans], dtype=np.int64)
    moved = np.stack([ends - [len(span) for span in spans], ends], axis=1) if spans else index.spans
    example_rows = np.arange(len(keep) - len(index.example_rows), len(keep))
    compact = replace(
        index,
        spans=moved,
        example_rows=example_rows,
        **_by_topic(index.entries, index.examples, index.topics, moved, example_rows),
        vectors=(np.vstack(index.vectors)[keep],),
        words=index.words.only(keep),
        sounds=index.sounds.only(keep),
        characters=index.characters.only(keep),
        changed_rows=0,
    )
    return _fitted(compact, models)


def _with_changes(old: Index, library: Library, day: datetime.date, entries: Sequence[Entry]) -> Index:
    known = {id(entry): place for place, entry in enumerate(old.entries)}
    new = [entry for entry in entries if id(entry) not in known]
    kept = [entry for entry in entries if id(entry) in known]
    spans = old.spans[[known[id(entry)] for entry in kept]].reshape(-1, 2)
    texts = _texts(new, (), old.language)
    ends = len(old.row_topic) + np.cumsum([len(entry.wordings) for entry in new], dtype=np.int64)
    added = np.stack([ends - [len(entry.wordings) for entry in new], ends], axis=1).astype(np.int64)
    spans = np.vstack([spans, added]) if new else spans
    gone = int(np.diff(old.spans, axis=1).sum() - np.diff(spans, axis=1).sum()) + len(texts)
    now = (*kept, *new)
    return replace(
        old,
        library=library,
        day=day,
        entries=now,
        spans=spans,
        **_by_topic(now, old.examples, old.topics, spans, old.example_rows),
        vectors=(*old.vectors, old.encoder.encode_kept(texts)) if texts else old.vectors,
        words=old.words.with_more(texts),
        sounds=old.sounds.with_more(texts),
        characters=old.characters.with_more(texts),
        changed_rows=old.changed_rows + gone + len(texts),
    )


def _topics(library: Library, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Topics with an entry; and small talk and the wish for a person, which no entry answers, where examples show
    them."""
    spoken = {example.topic for example in library.examples}
    without = {id for id, topic in library.topics.items() if topic.decision in ("smalltalk", "handover")}
    return tuple(sorted({entry.topic for entry in entries} | (without & spoken)))


def _by_topic(
    entries: Sequence[Entry], examples: Sequence[Example], topics: tuple[str, ...], spans: Places, example_rows: Places
) -> dict[str, Any]:
    """The arrays of an index that say which row belongs to which topic."""
    place = {topic: at for at, topic in enumerate(topics)}
    entry_topic = np.array([place[entry.topic] for entry in entries], dtype=np.int64)
    last = max([0, *spans[:, 1].tolist(), *(example_rows[-1:] + 1).tolist()])
    row_topic = np.full(last, -1, dtype=np.int64)
    for (first, behind), topic in zip(spans.tolist(), entry_topic.tolist()):
        row_topic[first:behind] = topic
    row_topic[example_rows] = [place[example.topic] for example in examples]
    order = np.argsort(row_topic, kind="stable")[np.count_nonzero(row_topic < 0) :]
    starts = np.searchsorted(row_topic[order], np.arange(len(topics)))
    return {"entry_topic": entry_topic, "row_topic": row_topic, "topic_order": order, "topic_starts": starts}


def _fitted(index: Index, models: Path | None) -> Index:
    model = fit_topics(
        index.topics,
        index.row_topic,
        index.vectors[0],
        index.characters.rows,
        index.words.rows,
        kept_in=models / "topics.npz" if models else None,
    )
    return replace(index, topic_model=model)


def _texts(entries: Sequence[Entry], examples: Sequence[Example], language: Language) -> list[str]:
    said = [wording for entry in entries for wording in entry.wordings] + [example.text for example in examples]
    return [language.normaliser.normalise(text).text for text in said]


def _sound_terms(text: str) -> list[str]:
    return _grams([sound(character) for character in text], 2)


def _character_terms(text: str) -> list[str]:
    return _grams(list(text), 1) + _grams(list(text), 2) + _grams(list(text), 3)


def _grams(parts: list[str], size: int) -> list[str]:
    kept = [part for part in parts if part.strip() and part not in "，。？！、,.?!；;：:"]
    return [" ".join(kept[at : at + size]) for at in range(len(kept) - size + 1)]
