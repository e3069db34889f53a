"""What to do with a message: answer, offer choices, refer, refuse, or bring danger to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.answers.context import Context, chosen_entry, names_only_a_region, points_back, with_subject
from bot.answers.danger import find_dangers, hints_of_danger
from bot.answers.find import Calibration, Search, find, search_sentences
from bot.answers.index import Index
from bot.knowledge.entries import Entry, main_entry_id
from bot.knowledge.library import Library

SMALLTALK_INTENTS = ("greet", "thank", "goodbye", "ask_identity", "ask_ability", "insult", "chitchat", "reject_choices")
INTENT_DECISIONS = {"request_human": ("handover", "human.agent"), "ask_progress": ("progress", "progress.query")}
TOLD = ("answer", "refer")
_MOST_CHOICES = 3
_FEW_SENTENCES = 4
# Below this likeness an entry shares the topic with the message, hardly its question.
_CLEAR = 0.66
# What citizens want to do they say in a few words.
_LONGEST_WISH = 30


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
    region: str | None = None
    """Code of the citizen's region, from this message or an earlier one."""
    caution: bool = False
    """Something sounds like danger, though not enough to speak of nothing else: the numbers are added."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Understood:
    """What the pipeline made of a message before the search: intent and the regions named in it."""

    intent: str = ""
    confidence: float = 0.0
    region: str | None = None
    region_words: tuple[str, ...] = ()


def answer_message(
    index: Index, text: str, *, understood: Understood, context: Context, calibration: Calibration
) -> Decision:
    """Search and decide on one message (masked, as typed) within its conversation."""
    region = understood.region or context.region
    decision = _decide_in_context(index, text, understood, replace(context, region=region), calibration)
    return replace(decision, region=region)


def _decide_in_context(
    index: Index, text: str, understood: Understood, context: Context, calibration: Calibration
) -> Decision:
    search = find(index, text, region=context.region, calibration=calibration)
    alone = decide(search, index.library, calibration, understood)
    if alone.kind == "danger":
        return alone
    return replace(_in_context(index, text, search, alone, understood, context, calibration), caution=alone.caution)


def _in_context(
    index: Index,
    text: str,
    search: Search,
    decision: Decision,
    understood: Understood,
    context: Context,
    calibration: Calibration,
) -> Decision:
    """The decision as it stands, or read with what the conversation was about."""
    library = index.library
    chosen = library.entries.get(chosen_entry(text, context) or "")
    last = library.entries.get(context.entry or "")
    if chosen:
        return _repeat(chosen.id, library, reason="chosen")
    words = [index.language.normaliser.normalise(word).text for word in understood.region_words]
    if last and names_only_a_region(search.normalised.text, words):
        return _elsewhere(index, search, last, context, calibration)
    leans = decision.kind in ("choices", "refuse", "answer", "smalltalk")
    if last and leans and points_back(search.normalised.text, context):
        return _follow_up(index, search, decision, context, calibration)
    return decision


def _repeat(entry: str, library: Library, *, reason: str) -> Decision:
    topic = library.topics[library.entries[entry].topic]
    return Decision(topic.decision, (topic.id,), (Pick(entry, topic.id, 1.0),), p=1.0, reason=reason)


def _elsewhere(index: Index, search: Search, last: Entry, context: Context, calibration: Calibration) -> Decision:
    """Answer the last question for the region named now: an entry of another place may not answer it."""
    if last.regions == ("45",):
        return _repeat(last.id, index.library, reason="region_changed")
    asked = index.language.normaliser.normalise(last.question).text
    again = search_sentences(index, search.normalised, [asked], calibration, region=context.region)
    fitting = [hit.entry for hit in again.entries_of(last.topic)]
    main = main_entry_id(last.topic)
    entry = next((id for id in (*fitting, main) if id in search.entries), last.id)
    return _repeat(entry, index.library, reason="region_changed")


def _follow_up(
    index: Index, search: Search, decision: Decision, context: Context, calibration: Calibration
) -> Decision:
    """Read the message with the subject it left out; only the same group of topics can answer it then."""
    group = index.library.entries[context.entry or ""].topic.split(".")[0]
    if decision.kind == "answer" and decision.p >= calibration.thresholds["follow"]:
        return decision
    said = with_subject(search.normalised.text, context, index.library)
    again = search_sentences(index, search.normalised, [said], calibration, region=context.region)
    ranked = calibration.rank(again.topics, again.measures)
    for topic, p in ranked:
        if topic.split(".")[0] == group:
            pick = _pick(topic, p, again, index.library)
            return Decision(
                index.library.topics[topic].decision, (topic,), (pick,) if pick else (), p=p, reason="follow_up"
            )
    return decision


def decide(search: Search, library: Library, calibration: Calibration, understood: Understood) -> Decision:
    """Decide on one message by itself."""
    dangers = find_dangers(search.normalised, library.words.dangers)
    if dangers:
        return _danger(dangers, search, library, p=1.0, reason="danger_words")
    fear = _fear(search, library, calibration)
    if fear.is_danger:
        return _danger([fear.topic], search, library, p=fear.p, reason="danger_meaning")
    return replace(_decide_harmless(search, library, calibration, understood), caution=fear.is_doubtful)


@dataclass(frozen=True)
class _Fear:
    topic: str = ""
    p: float = 0.0
    is_danger: bool = False
    is_doubtful: bool = False


def _fear(search: Search, library: Library, calibration: Calibration) -> _Fear:
    """How probable it is that somebody is in danger: by the whole message, and by its sentences.

    A letter about something else may hide it in one sentence. A sentence alone is easily misread: it counts where the
    whole or a word of danger supports it.
    """
    limits, rules = calibration.thresholds, library.words.dangers
    hinted = bool(hints_of_danger(search.normalised, rules))
    topic, p = _feared(calibration.rank(search.topics, search.measures), library)
    if p >= limits["danger"] or (hinted and p >= limits["danger_hinted"]):
        return _Fear(topic, p, is_danger=True)
    doubtful = p >= limits["caution"] or hinted
    for sentence in search.sentences if len(search.sentences) > 1 else ():
        named, alone = _feared(calibration.rank(search.topics, sentence.measures), library)
        supported = p >= limits["danger_supported"] and alone >= limits["danger_sentence"]
        spoken = (
            p >= limits["caution"]
            and alone >= limits["danger_sentence_hinted"]
            and any(rule.hints_at(sentence.text) for rule in rules)
        )
        if supported or spoken:
            return _Fear(named, alone, is_danger=True)
        doubtful = doubtful or alone >= limits["danger_sentence"]
    return _Fear(topic, p, is_doubtful=doubtful)


def _feared(ranked: list[tuple[str, float]], library: Library) -> tuple[str, float]:
    """The most probable emergency, with the probability of any."""
    feared = [(topic, p) for topic, p in ranked if library.topics[topic].decision == "danger"]
    return (feared[0][0], sum(p for _, p in feared)) if feared else ("", 0.0)


def _decide_harmless(search: Search, library: Library, calibration: Calibration, understood: Understood) -> Decision:
    limits = calibration.thresholds
    if not any("\u4e00" <= c <= "\u9fff" or c.isalnum() for c in search.normalised.text):
        return Decision("refuse", reason="no_words")
    ranked = calibration.rank(search.topics, search.measures)
    ranked = [(topic, p) for topic, p in ranked if library.topics[topic].decision != "danger"]
    p = ranked[0][1] if ranked else 0.0
    wish = _wish(understood, ranked, limits, search, library)
    if wish not in INTENT_DECISIONS and ranked and _is_nonsense(ranked[0][0], search, library, limits):
        return Decision("refuse", p=p, reason="nonsense")
    if wish:
        return _do(wish, understood, search, library, p)
    questions = _questions(search, library, calibration, ranked)
    if len(questions) > 1:
        return _answer(search, library, questions)
    if ranked and p >= _enough(ranked[0][0], library, limits):
        return _answer(search, library, ranked[:1])
    if ranked and p >= limits["choices"]:
        return _choices(search, library, ranked)
    return Decision("refuse", p=p, reason="nothing_near")


def _is_nonsense(topic: str, search: Search, library: Library, limits: Mapping[str, float]) -> bool:
    """What is nearest to small talk and yet like none of it: keys hit at random, characters without sense."""
    if library.topics[topic].decision != "smalltalk":
        return False
    return search.meaning_of(topic) < limits["smalltalk_meaning"]


def _enough(topic: str, library: Library, limits: Mapping[str, float]) -> float:
    """How sure one must be: less to name another department, which costs one call, than to state policy."""
    return limits["refer" if library.topics[topic].decision == "refer" else "answer"]


def _wish(
    understood: Understood,
    ranked: list[tuple[str, float]],
    limits: Mapping[str, float],
    search: Search,
    library: Library,
) -> str | None:
    """The intent of a message that wants to *do* something: talk, reach a person, hear of an application."""
    topic, p = ranked[0] if ranked else ("", 0.0)
    said = library.topics[topic].decision if topic else ""
    sure = understood.confidence >= limits["intent"] and len(search.normalised.text) <= _LONGEST_WISH
    known = understood.intent in SMALLTALK_INTENTS or understood.intent in INTENT_DECISIONS
    if known and sure and (understood.confidence >= p or said == "smalltalk"):
        return understood.intent
    if said == "smalltalk" and p >= limits["answer"]:
        return "chitchat"
    return "request_human" if said == "handover" and p >= limits["answer"] else None


def _do(intent: str, understood: Understood, search: Search, library: Library, p: float) -> Decision:
    p = max(p, understood.confidence)
    if intent not in INTENT_DECISIONS:
        return Decision("smalltalk", ("chat.smalltalk",), intent=intent, p=p, reason="intent")
    kind, topic = INTENT_DECISIONS[intent]
    pick = _pick(topic, p, search, library)
    return Decision(kind, (topic,), (pick,) if pick else (), intent=intent, p=p, reason="intent")


def _danger(topics: list[str], search: Search, library: Library, *, p: float, reason: str) -> Decision:
    picks = [_pick(topic, p, search, library) for topic in topics]
    found = tuple(pick for pick in picks if pick)
    return Decision("danger", tuple(topics), found, intent="emergency", p=p, reason=reason)


def _pick(topic: str, p: float, search: Search, library: Library) -> Pick | None:
    """The likest entry of one topic; where none is clearly like the message, its main entry, or any."""
    hits = search.entries_of(topic)
    main = [id for id in (main_entry_id(topic),) if id in search.entries]
    found = [hit.entry for hit in hits]
    rest = (entry.id for entry in search.entries.values() if entry.topic == topic)
    ordered = (*found, *main) if hits and hits[0].likeness >= _CLEAR else (*main, *found)
    return next((Pick(id, topic, round(p, 4)) for id in (*ordered, *rest)), None)


def _answer(search: Search, library: Library, asked: list[tuple[str, float]]) -> Decision:
    picks = tuple(pick for topic, sure in asked if (pick := _pick(topic, sure, search, library)))
    topics = tuple(topic for topic, _ in asked)
    kinds = [library.topics[topic].decision for topic in topics]
    kind = next((k for k in kinds if k == "answer"), kinds[0])
    intents = {decision: intent for intent, (decision, _) in INTENT_DECISIONS.items()}
    return Decision(kind, topics, picks, intent=intents.get(kind, "ask"), p=asked[0][1], reason="search")


def _questions(
    search: Search, library: Library, calibration: Calibration, ranked: list[tuple[str, float]]
) -> list[tuple[str, float]]:
    """The two topics of a message that asks two things in a few sentences; what the whole is about comes first.

    A longer message is a letter: most of its sentences tell, and the whole says better what is wanted.
    """
    if not ranked or not 2 <= len(search.sentences) <= _FEW_SENTENCES:
        return []
    asked: dict[str, float] = {}
    for sentence in search.sentences:
        topic, p = calibration.rank(search.topics, sentence.measures)[0]
        if sentence.asks and p >= calibration.thresholds["second"] and library.topics[topic].decision in TOLD:
            asked.setdefault(topic, p)
    first = ranked[0][0]
    if first not in asked:
        return []
    return [(first, asked.pop(first)), *asked.items()][:2]


def _choices(search: Search, library: Library, ranked: list[tuple[str, float]]) -> Decision:
    picks = [_pick(topic, p, search, library) for topic, p in ranked[:_MOST_CHOICES]]
    offered = tuple(pick for pick in picks if pick)  # small talk has no entry to offer
    return Decision("choices", tuple(pick.topic for pick in offered), choices=offered, p=ranked[0][1], reason="unsure")
