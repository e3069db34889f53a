"""Fit the search's weights, its probability and the thresholds on the development questions.

All questions are used for the fit that is written; the figures returned come from folds that the fit did not see.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from bot.answers import find as finding
from bot.answers.find import FEATURES, Calibration, Search, find, lead_measures, load_calibration
from bot.answers.live import current_index
from bot.evaluation.measuring import Question
from bot.settings import Settings

_FOLDS = 5
_ROUNDS = 3


def calibrate(questions: list[Question], settings: Settings) -> dict[str, Any]:
    """Write bot/answers/calibration.json and return the cross-validated figures."""
    index = current_index(settings)
    usable = [q for q in questions if q.topics and index_has_any(index.topics, q)]
    searches = {q.id: find(index, q.text, calibration=_broad()) for q in usable}
    outside = _cross_validate(usable, searches)
    calibration = _fit(usable, searches)
    thresholds = dict(load_calibration().thresholds) | {"answer": _threshold(outside)}
    final = replace(calibration, thresholds=thresholds)
    path = Path(finding.__file__).with_name("calibration.json")
    path.write_text(json.dumps(_as_json(final), indent=1) + "\n", encoding="utf-8")
    load_calibration.cache_clear()
    right = [ok for _, ok in outside]
    return {
        "questions": len(usable),
        "topic_right": round(float(np.mean(right)), 4),
        "brier": round(float(np.mean([(p - ok) ** 2 for p, ok in outside])), 4),
        "reliability": _reliability(outside),
    }


def index_has_any(topics: tuple[str, ...], question: Question) -> bool:
    return any(topic in topics for topic in question.right_topics)


def _broad() -> Calibration:
    return load_calibration()


def _cross_validate(questions: list[Question], searches: dict[str, Search]) -> list[tuple[float, bool]]:
    """(probability, right) of every question, each from a fit on the other folds."""
    outside: list[tuple[float, bool]] = []
    for train, test in KFold(_FOLDS, shuffle=True, random_state=7).split(questions):
        calibration = _fit([questions[i] for i in train], searches)
        for i in test:
            search = _rescored(searches[questions[i].id], calibration)
            outside.append((calibration.probability(search), _is_right(search, questions[i])))
    return outside


def _fit(questions: list[Question], searches: dict[str, Search]) -> Calibration:
    """Fit the weights on the candidates of the right sentences, then the probability of the lead.

    Which sentence of a letter asks is not labelled: start from the present weights, take the best-scoring right
    candidate as the one that was meant, and fit again.
    """
    calibration = load_calibration()
    for _ in range(_ROUNDS):
        rows, labels, weights = [], [], []
        for question in questions:
            search = _rescored(searches[question.id], calibration)
            positive = next((h for h in search.by_entry() if h.topic in question.right_topics), None)
            negatives = [h for s in search.sentences for h in s.hits if h.topic not in question.right_topics]
            negatives = sorted(negatives, key=lambda hit: -hit.logit)[:12]
            if positive:
                rows += [positive.features]
                labels += [1]
                weights += [3.0]
            rows += [hit.features for hit in negatives]
            labels += [0] * len(negatives)
            weights += [1.0] * len(negatives)
        model = LogisticRegression(C=1.0, max_iter=2000).fit(np.array(rows), labels, sample_weight=weights)
        named = {name: round(float(weight), 4) for name, weight in zip(FEATURES, model.coef_[0])}
        calibration = replace(calibration, weights=named, bias=round(float(model.intercept_[0]), 4))
    leads = [_rescored(searches[question.id], calibration) for question in questions]
    right = [_is_right(search, question) for search, question in zip(leads, questions)]
    lead = LogisticRegression(C=1.0, max_iter=2000).fit([lead_measures(search) for search in leads], right)
    return replace(calibration, lead_weights=tuple(round(float(w), 4) for w in (*lead.coef_[0], lead.intercept_[0])))


def _rescored(search: Search, calibration: Calibration) -> Search:
    weights = calibration.vector()
    sentences = []
    for sentence in search.sentences:
        hits = [replace(h, logit=float(np.dot(h.features, weights) + calibration.bias)) for h in sentence.hits]
        sentences.append(replace(sentence, hits=tuple(sorted(hits, key=lambda hit: -hit.logit))))
    return replace(search, sentences=tuple(sentences))


def _is_right(search: Search, question: Question) -> bool:
    topics = search.by_topic()
    return bool(topics) and topics[0].topic in question.right_topics


def _threshold(outside: list[tuple[float, bool]], *, wrong_at_most: float = 0.04) -> float:
    """The lowest probability from which at most `wrong_at_most` of all questions are answered wrongly."""
    for threshold in np.arange(0.3, 0.95, 0.01):
        wrong = sum(p >= threshold and not ok for p, ok in outside) / max(1, len(outside))
        if wrong <= wrong_at_most:
            return round(float(threshold), 2)
    return 0.95


def _reliability(outside: list[tuple[float, bool]]) -> list[list[float]]:
    """[mean probability, share right, count] by tenths of probability."""
    rows = []
    for low in np.arange(0, 1, 0.1):
        some = [(p, ok) for p, ok in outside if low <= p < low + 0.1 + (low > 0.85)]
        if some:
            rows.append(
                [
                    round(float(np.mean([p for p, _ in some])), 2),
                    round(float(np.mean([ok for _, ok in some])), 2),
                    len(some),
                ]
            )
    return rows


def _as_json(calibration: Calibration) -> dict[str, Any]:
    return {
        "weights": dict(calibration.weights),
        "bias": calibration.bias,
        "lead_weights": list(calibration.lead_weights),
        "thresholds": dict(calibration.thresholds),
    }
