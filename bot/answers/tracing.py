"""Why a message was understood as it was: for `guimin ask --trace` and for whoever asks afterwards."""

from __future__ import annotations

from typing import Any

from bot.answers.danger import find_dangers
from bot.answers.find import FEATURES, Search, find, load_calibration
from bot.answers.index import Index
from bot.answers.lexical import Floats

_SHOWN = 5


def trace_search(index: Index, text: str, *, region: str | None) -> dict[str, Any]:
    """Return tokens, words replaced, and for the message and each sentence the best topics with all their measures."""
    calibration = load_calibration()
    search = find(index, text, region=region, calibration=calibration)
    normalised = search.normalised
    return {
        "normalised": normalised.text,
        "replaced": [{"said": r.said, "meant": r.meant, "at": [r.start, r.end]} for r in normalised.replacements],
        "tokens": index.language.words(normalised.text),
        "dangers": find_dangers(normalised, index.library.words.dangers),
        "topics": _topics(search, search.measures),
        "sentences": [
            {
                "text": sentence.text,
                "asks": sentence.asks,
                "topics": _topics(search, sentence.measures),
                "entries": [{"id": hit.entry, "likeness": round(hit.likeness, 3)} for hit in sentence.hits[:_SHOWN]],
            }
            for sentence in search.sentences
        ],
        "weights": dict(calibration.weights),
        "thresholds": dict(calibration.thresholds),
    }


def _topics(search: Search, measures: Floats) -> list[dict[str, Any]]:
    place = {topic: at for at, topic in enumerate(search.topics)}
    return [
        {
            "topic": topic,
            "p": round(p, 4),
            "measures": {name: round(float(v), 3) for name, v in zip(FEATURES, measures[place[topic]])},
        }
        for topic, p in load_calibration().rank(search.topics, measures)[:_SHOWN]
    ]
