"""Words that mean danger: looked for before anything else, in the citizen's own words and in ours."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.knowledge.words import DangerRule
from bot.language.normalising import Normalised

_SENTENCE = re.compile(r"[^。！!?？；;\n]+")


def find_dangers(normalised: Normalised, rules: Iterable[DangerRule]) -> list[str]:
    """Return the topics of all rules that match, in the rules' order, each once.

    A rule's exceptions count only inside the sentence they stand in, so that a harmless sentence never hides
    a dangerous one.
    """
    sentences = _sentences(normalised)
    return list(dict.fromkeys(rule.topic for rule in rules if any(rule.matches(s) for s in sentences)))


def hints_of_danger(normalised: Normalised, rules: Iterable[DangerRule]) -> list[str]:
    """Return the topics of which at least a hint is there, exceptions or not."""
    sentences = _sentences(normalised)
    return list(dict.fromkeys(rule.topic for rule in rules if any(rule.hints_at(s) for s in sentences)))


def _sentences(normalised: Normalised) -> list[str]:
    """The sentences in the citizen's own words and in ours, also without the blanks and commas between words."""
    sentences = [s for text in dict.fromkeys((normalised.plain, normalised.text)) for s in _SENTENCE.findall(text)]
    return [*sentences, *(re.sub(r"[\s，,、.…~]+", "", sentence) for sentence in sentences)]
