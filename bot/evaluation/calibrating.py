"""Fit the weights of the search's measures, the honesty of its probabilities and the threshold for answering.

All development questions are used for the fit that is written; the figures returned come from folds that the fit did
not see.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from sklearn.model_selection import KFold

from bot.answers import find as finding
from bot.answers.find import FEATURES, Calibration, find, load_calibration
from bot.answers.lexical import Floats
from bot.answers.live import live
from bot.evaluation.measuring import Question
from bot.settings import Settings

_FOLDS = 5
_SHRINK = 0.003


@dataclass(frozen=True)
class Case:
    """One question's measures, float32[topics, features], and which topics are right."""

    measures: Floats
    right: NDArray[np.bool_]


def calibrate(questions: list[Question], settings: Settings) -> dict[str, Any]:
    """Write bot/answers/calibration.json and return the cross-validated figures."""
    index = live(settings).index()
    cases = []
    for question in questions:
        right = np.array([topic in question.right_topics for topic in index.topics])
        search = find(index, question.text)
        if right.any() and len(search.measures):
            cases.append(Case(search.measures, right))
    outside = cross_validate(cases)
    sharpness = _sharpness(outside)
    sure = [judge(case, replace(calibration, sharpness=sharpness)) for case, calibration in outside]
    thresholds = dict(load_calibration().thresholds) | {"answer": _threshold(sure)}
    final = replace(fit(cases), sharpness=sharpness, thresholds=thresholds)
    path = Path(finding.__file__).with_name("calibration.json")
    path.write_text(json.dumps(_as_json(final), indent=1) + "\n", encoding="utf-8")
    load_calibration.cache_clear()
    return {
        "questions": len(cases),
        "topic_right": round(float(np.mean([ok for _, ok in sure])), 4),
        "brier": round(float(np.mean([(p - ok) ** 2 for p, ok in sure])), 4),
        "reliability": _reliability(sure),
    }


def cross_validate(cases: list[Case]) -> list[tuple[Case, Calibration]]:
    """Every case with the fit of the folds that it is not in."""
    outside = []
    for train, test in KFold(_FOLDS, shuffle=True, random_state=7).split(cases):
        calibration = fit([cases[i] for i in train])
        outside += [(cases[i], calibration) for i in test]
    return outside


def judge(case: Case, calibration: Calibration) -> tuple[float, bool]:
    """The probability of the best topic, and whether it is right."""
    p = calibration.probabilities(case.measures)
    return float(p.max()), bool(case.right[int(p.argmax())])


def fit(cases: list[Case]) -> Calibration:
    """Fit the softmax over topics (a conditional logit) by maximum likelihood of the right topics."""

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros(len(FEATURES))
        for case in cases:
            scores = case.measures @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            mass = max(1e-12, float(shares[case.right].sum()))
            total -= np.log(mass)
            slope += (shares - shares * case.right / mass) @ case.measures
        size = len(cases)
        return total / size + _SHRINK * float(weights @ weights) / 2, slope / size + _SHRINK * weights

    result = minimize(loss, np.ones(len(FEATURES)), jac=True, method="L-BFGS-B")
    named = {name: round(float(weight), 4) for name, weight in zip(FEATURES, result.x)}
    return Calibration(named, 1.0, {})


def _sharpness(outside: list[tuple[Case, Calibration]]) -> float:
    """The factor under which cases outside the fit are most likely."""

    def loss(factor: float) -> float:
        return -float(
            np.mean(
                [
                    np.log(max(1e-9, replace(fitted, sharpness=factor).probabilities(case.measures)[case.right].sum()))
                    for case, fitted in outside
                ]
            )
        )

    return round(float(minimize_scalar(loss, bounds=(0.3, 3.0), method="bounded").x), 3)


def _threshold(sure: list[tuple[float, bool]], *, wrong_at_most: float = 0.022) -> float:
    """The lowest probability from which at most `wrong_at_most` of all questions are answered wrongly."""
    for threshold in np.arange(0.3, 0.95, 0.01):
        wrong = sum(p >= threshold and not ok for p, ok in sure) / max(1, len(sure))
        if wrong <= wrong_at_most:
            return round(float(threshold), 2)
    return 0.95


def _reliability(sure: list[tuple[float, bool]]) -> list[list[float]]:
    """[mean probability, share right, count] by tenths of probability."""
    rows = []
    for low in np.arange(0, 1, 0.1):
        some = [(p, ok) for p, ok in sure if low <= p < low + 0.1 + (low > 0.85)]
        if some:
            mean, share = float(np.mean([p for p, _ in some])), float(np.mean([ok for _, ok in some]))
            rows.append([round(mean, 2), round(share, 2), len(some)])
    return rows


def _as_json(calibration: Calibration) -> dict[str, Any]:
    return {
        "weights": dict(calibration.weights),
        "sharpness": calibration.sharpness,
        "thresholds": dict(calibration.thresholds),
    }
