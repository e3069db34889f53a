"""What to do with a message: answer, offer choices, refer, refuse, or bring danger to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.answers.danger import find_dangers
from bot.answers.find import Calibration, Hit, Search
from bot.knowledge.library import Library

SMALLTALK_INTENTS = ("greet", "thank", "goodbye", "ask_identity", "ask_ability", "insult", "chitchat", "reject_choices")
INTENT_DECISIONS = {"request_human": ("handover", "human.agent"), "ask_progress": ("progress", "progress.query")}


@dataclass(frozen=True)
class Pick:
    """An entry that was chosen, with the calibrated probability that its topic is the one asked for."""

    id: str
    topic: str
    p: float


@dataclass(frozen=True)
class Decision:
    """What to do, about which topics, with which entries; `reason` names the rule that decided."""

    kind: str
    """answer, choices, refer, refuse, danger, handover, progress or smalltalk"""
    topics: tuple[str, ...] = ()
    picks: tuple[Pick, ...] = ()
    choices: tuple[Pick, ...] = ()
    """The entries offered under `choices`."""
    intent: str = "ask"
    """The Rasa intent that stands for the decision."""
    p: float = 0.0
    reason: str = ""
    measures: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def decide(
    search: Search, library: Library, calibration: Calibration, *, intent: str, intent_confidence: float
) -> Decision:
    """Decide on one message; `intent` is what the linear classifier takes the message to want to *do*."""
    limits = calibration.thresholds
    dangers = find_dangers(search.normalised, library.words.dangers)
    if dangers:
        return _danger(dangers, search, library, p=1.0, reason="danger_words")
    if not any("\u4e00" <= c <= "\u9fff" or c.isalnum() for c in search.normalised.text):
        return Decision("refuse", reason="no_words")
    p = calibration.probability(search)
    best = search.by_topic()
    kind = library.topics[best[0].topic].decision if best else "refuse"
    if kind == "danger" and p >= limits["danger"]:
        return _danger([best[0].topic], search, library, p=p, reason="danger_meaning")
    if _wants_to_do(intent, intent_confidence, p, limits, search):
        if intent in INTENT_DECISIONS:
            decision, topic = INTENT_DECISIONS[intent]
            return Decision(
                decision,
                (topic,),
                _picks_of(topic, search, library, p),
                intent=intent,
                p=intent_confidence,
                reason="intent",
            )
        return Decision("smalltalk", ("chat.smalltalk",), intent=intent, p=intent_confidence, reason="intent")
    if best and p >= limits["answer"] and kind != "danger":
        return _answer(search, library, calibration, best, p)
    if best and p >= limits["choices"]:
        return _choices(best, p)
    return Decision("refuse", p=p, reason="nothing_near")


def _wants_to_do(intent: str, confidence: float, p: float, limits: Mapping[str, float], search: Search) -> bool:
    if intent not in SMALLTALK_INTENTS and intent not in INTENT_DECISIONS:
        return False
    short = len(search.normalised.text) <= 30
    return short and confidence >= limits["intent"] and confidence >= p


def _danger(topics: list[str], search: Search, library: Library, *, p: float, reason: str) -> Decision:
    picks = tuple(pick for topic in topics for pick in _picks_of(topic, search, library, p))
    return Decision("danger", tuple(topics), picks, intent="emergency", p=p, reason=reason)


def _picks_of(topic: str, search: Search, library: Library, p: float) -> tuple[Pick, ...]:
    """The best entry of one topic; where the search has none, the topic's first."""
    found = [hit.entry for hit in search.by_entry() if hit.topic == topic]
    listed = [entry.id for entry in library.entries.values() if entry.topic == topic]
    return tuple(Pick(id, topic, round(p, 4)) for id in (found or listed)[:1])


def _answer(search: Search, library: Library, calibration: Calibration, best: list[Hit], p: float) -> Decision:
    hits = [(best[0], p), *_second_questions(search, library, calibration, best[0])]
    picks = tuple(Pick(hit.entry, hit.topic, round(probability, 4)) for hit, probability in hits)
    topics = tuple(pick.topic for pick in picks)
    kinds = [library.topics[topic].decision for topic in topics]
    kind = next((k for k in kinds if k == "answer"), kinds[0])
    intents = {decision: intent for intent, (decision, _) in INTENT_DECISIONS.items()}
    return Decision(kind, topics, picks, intent=intents.get(kind, "ask"), p=p, reason="search")


def _second_questions(
    search: Search, library: Library, calibration: Calibration, first: Hit
) -> list[tuple[Hit, float]]:
    """Sentences that ask something else, each sure enough on its own; one more answer at most."""
    found = []
    for sentence in search.sentences:
        if not sentence.asks or not sentence.hits or len(search.sentences) < 2:
            continue
        alone = Search(search.normalised, (sentence,))
        p = calibration.probability(alone)
        hit = sentence.hits[0]
        group = hit.topic.split(".")[0]
        if p >= calibration.thresholds["second"] and hit.topic != first.topic and group != "emergency":
            found.append((hit, p))
    found.sort(key=lambda pair: -pair[1])
    return found[:1]


def _choices(best: list[Hit], p: float) -> Decision:
    offered = tuple(
        Pick(hit.entry, hit.topic, round(p, 4)) for hit in best[:3] if not hit.topic.startswith("emergency.")
    )
    return Decision("choices", tuple(pick.topic for pick in offered), choices=offered, p=p, reason="unsure")
