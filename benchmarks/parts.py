"""How right each part of the search is alone, and without it: does it earn its place?

    python benchmarks/parts.py                       the development questions
    python benchmarks/parts.py --questions tests/nlu/heldout.jsonl

Every row is a softmax over the topics fitted on some of the measures only, cross-validated in five folds: the share of
right first topics, and the share of all questions that would be answered wrongly at a probability of one half or more.
Rasa's intents and the words of danger take no part.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.evaluation.calibrating import Case
    from bot.evaluation.measuring import Question

os.environ["OMP_NUM_THREADS"] = "1"
PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

PARTS = {
    "words (TF-IDF over jieba words)": ("words",),
    "sounds (TF-IDF over pinyin)": ("sounds",),
    "characters (TF-IDF over 1-3 characters)": ("characters",),
    "words, sounds and characters": ("words", "sounds", "characters"),
    "sentence vectors, nearest texts": ("meaning", "votes", "whole_meaning", "whole_votes"),
    "sentence vectors, linear view": ("vector_view", "whole_vector_view"),
    "words and characters, linear view": ("term_view", "whole_term_view"),
    "both linear views": ("vector_view", "whole_vector_view", "term_view", "whole_term_view"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, default=PROJECT / "tests/nlu/questions.jsonl")
    options = parser.parse_args()

    show_parts([case for _, case in read_cases(options.questions)])


def read_cases(path: Path) -> list[tuple[Question, Case]]:
    """Return every question that has a right topic, and what the search measured for it."""
    import numpy as np

    from bot.answers.find import find
    from bot.answers.live import live
    from bot.evaluation.calibrating import Case
    from bot.evaluation.measuring import read_questions

    index = live().index()
    cases = []
    for question in read_questions(path):
        right = np.array([topic in question.right_topics for topic in index.topics])
        search = find(index, question.text)
        if right.any() and len(search.measures):
            cases.append((question, Case(search.measures, right)))
    return cases


def show_parts(cases: list[Case]) -> None:
    """Print a row for every part alone, for all, and for all without a part."""
    import numpy as np

    from bot.answers.find import FEATURES
    from bot.evaluation.calibrating import cross_validate, judge

    print(f"{len(cases)} questions\n{'':44}{'right':>8}{'wrong':>8}")

    def show(name: str, kept: set[str]) -> None:
        mask = np.array([feature in kept for feature in FEATURES], dtype=np.float32)
        some = [replace(case, measures=case.measures * mask) for case in cases]
        judged = [judge(case, fitted) for case, fitted in cross_validate(some)]
        right = np.mean([ok for _, ok in judged])
        wrong = np.mean([p >= 0.5 and not ok for p, ok in judged])
        print(f"{name:44}{right:8.1%}{wrong:8.1%}", flush=True)

    for name, features in PARTS.items():
        show(name, set(features))
    show("all", set(FEATURES))
    for name, features in PARTS.items():
        show(f"all without {name.split(' (')[0]}", set(FEATURES) - set(features))


if __name__ == "__main__":
    main()
