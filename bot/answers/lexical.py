"""Similarity by shared terms: TF-IDF cosine, kept in blocks of rows so that an edit adds a block and copies nothing.

Terms are hashed into a fixed number of columns, so that a new wording with new terms is one more row. How rare a term
is was counted when the first rows were made; some edits later that count is still right.

Cosines lie between 0 and 1 for short and long texts alike, which a calibrated model needs and raw BM25 scores do not
give.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

Floats = NDArray[np.float32]
Terms = Callable[[str], list[str]]
_COLUMNS = 1 << 19


@dataclass(frozen=True)
class Lexical:
    """One kind of term over all rows; a block's postings are the transpose of its rows, ready for queries."""

    terms: Terms
    rarity: Floats
    blocks: tuple[csr_matrix, ...]
    postings: tuple[csr_matrix, ...]

    @classmethod
    def build(cls, terms: Terms, texts: Sequence[str]) -> Lexical:
        counts = _count(terms, texts)
        seen_in = np.bincount(counts.indices, minlength=_COLUMNS)
        rarity = (np.log((1 + len(texts)) / (1 + seen_in)) + 1).astype(np.float32)
        return cls._of(terms, rarity, _weigh(counts, rarity))

    @classmethod
    def _of(cls, terms: Terms, rarity: Floats, rows: csr_matrix) -> Lexical:
        return cls(terms, rarity, (rows,), (rows.T.tocsr(),))

    @property
    def rows(self) -> csr_matrix:
        return self.blocks[0] if len(self.blocks) == 1 else vstack(self.blocks, format="csr")

    def with_more(self, texts: Sequence[str]) -> Lexical:
        """Return the same with one row more for each of `texts`."""
        if not texts:
            return self
        rows = self.weigh(texts)
        return Lexical(self.terms, self.rarity, (*self.blocks, rows), (*self.postings, rows.T.tocsr()))

    def only(self, keep: NDArray[np.int64]) -> Lexical:
        """Return the rows `keep`, in that order, as one block."""
        return Lexical._of(self.terms, self.rarity, self.rows[keep])

    def weigh(self, texts: Sequence[str]) -> csr_matrix:
        """Return each text as a row of its own."""
        return _weigh(_count(self.terms, texts), self.rarity)

    def similarities(self, texts: Sequence[str]) -> Floats:
        """Return float32[len(texts), rows]."""
        return self.similarities_of(self.weigh(texts))

    def similarities_of(self, queries: csr_matrix) -> Floats:
        """Return float32[queries, rows] for texts that `weigh` made into rows."""
        found: Floats = np.hstack([(queries @ postings).toarray() for postings in self.postings])
        return found


def _count(terms: Terms, texts: Sequence[str]) -> csr_matrix:
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for text in texts:
        for column, count in Counter(zlib.crc32(term.encode()) % _COLUMNS for term in terms(text)).items():
            columns.append(column)
            values.append(1 + np.log(count))
        ends.append(len(columns))
    shape = (len(texts), _COLUMNS)
    return csr_matrix((np.array(values, np.float32), np.array(columns, np.int32), np.array(ends)), shape=shape)


def _weigh(counts: csr_matrix, rarity: Floats) -> csr_matrix:
    """Weigh each term by its rarity and give every row unit length."""
    rows = counts.copy()
    rows.data *= rarity[rows.indices]
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(rows.indptr)).astype(np.float32)
    return rows
