"""The pre-check as a conversation: a state that fits into one slot, and what each message does to it.

No Rasa here. `takes` tells whether a message is meant for the pre-check (an answer, a control, a start); `step` takes
it. Every message answers with what was understood, and the facts stay with the conversation until they are deleted.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.eligibility.asking import next_fact
from bot.eligibility.benefits import Benefit
from bot.eligibility.catalogue import Catalogue
from bot.eligibility.decide import decide, used_facts
from bot.eligibility.facts import Fact, Situation
from bot.eligibility.said.phrases import read_choice
from bot.eligibility.said.sentences import hear
from bot.eligibility.telling import read_value, write_value
from bot.eligibility.values import UNCLEAR, Value
from bot.errors import ValueRefused
from bot.language.normalising import Normalised

_LONGEST_ANSWER = 20
_ASKS = re.compile(
    r"[?？]|吗|呢|怎么|怎样|如何|为什么|多少|多久|几天|几时|哪里|哪个|哪些|什么|谁|能不能|可不可以|会不会|要不要|是不是|点样|咋|边度|乜"
)


@dataclass(frozen=True)
class State:
    """Where a pre-check stands. `facts` holds what read_value reads back."""

    benefit: str = ""
    """Empty: a screening of all benefits."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    turns: tuple[tuple[str, ...], ...] = ()
    """The facts told by each message, for 上一步."""
    asking: str = ""
    """The fact asked for last; empty: nothing is asked."""
    is_active: bool = False

    @staticmethod
    def read(stored: Mapping[str, Any] | None) -> State:
        stored = stored or {}
        return State(
            benefit=str(stored.get("benefit", "")),
            facts=dict(stored.get("facts", {})),
            turns=tuple(tuple(turn) for turn in stored.get("turns", ())),
            asking=str(stored.get("asking", "")),
            is_active=bool(stored.get("is_active", False)),
        )

    def stored(self) -> dict[str, Any]:
        return {
            "benefit": self.benefit,
            "facts": dict(self.facts),
            "turns": [list(turn) for turn in self.turns],
            "asking": self.asking,
            "is_active": self.is_active,
        }


@dataclass(frozen=True)
class Heard:
    """What a message means for the pre-check: a control, a start, facts, or a value that cannot be."""

    kind: str
    """start, answer, refused, or a control: back, restart, why, show, forget, stop, resume."""
    benefit: str | None = None
    """With start: the benefit's id, "" for all."""
    facts: Mapping[str, Value] = field(default_factory=dict)
    refusal: ValueRefused | None = None


@dataclass(frozen=True)
class Step:
    """The new state, and what happened: the reply says it (`news`), then asks or tells the result."""

    state: State
    news: str
    """started, switched, resumed, restarted, noted, refused, went_back, nothing_before, why, shown, forgotten or
    stopped."""
    noted: tuple[str, ...] = ()
    """The facts that this message told."""
    refusal: ValueRefused | None = None


def takes(
    text: Normalised,
    state: State,
    catalogue: Catalogue,
    *,
    day: datetime.date,
    subject: str | None = None,
    is_known: bool = False,
) -> Heard | None:
    """Return what the message means for the pre-check; None: it is none of its business.

    `subject` is the benefit that the conversation is about, for "帮我算算够不够条件". `is_known`: the knowledge has an
    answer to the message, so if it asks something, only what it plainly tells beside is taken.
    """
    started = _started(text, state, catalogue, subject, day)
    if started:
        return started
    said = _bare(text.plain)
    control = _control(said, catalogue.settings.get("controls", {}))
    if control == "unclear":
        return Heard("answer", facts={state.asking: UNCLEAR}) if state.asking else None
    if control == "why" and not state.asking:
        return None
    if control in ("back", "stop") and not state.is_active:
        return None
    if control and (state.asking or state.facts):
        return Heard(control)
    if state.asking:
        numbered = _numbered(said, state, catalogue)
        return numbered or _answer(said, state, catalogue, day, is_question=is_known and bool(_ASKS.search(said)))
    return _correction(said, state, catalogue, day) if state.is_active else None


def step(heard: Heard, state: State, catalogue: Catalogue, *, day: datetime.date, region: str | None = None) -> Step:
    """Take one message; afterwards `asking` names the next fact, or is empty where everything is settled."""
    if heard.kind == "start":
        news = "switched" if state.facts else "started"
        state = replace(state, benefit=heard.benefit or "", is_active=True)
        state = _told(state, heard.facts)
        if region and "hukou_county" not in state.facts:
            state = replace(state, facts={**state.facts, "hukou_county": region})
        return Step(ask_next(state, catalogue, day=day), news, noted=tuple(heard.facts))
    if heard.kind == "answer":
        return Step(ask_next(_told(state, heard.facts), catalogue, day=day), "noted", noted=tuple(heard.facts))
    if heard.kind == "refused":
        return Step(state, "refused", refusal=heard.refusal)
    if heard.kind == "back":
        return _back(state)
    if heard.kind == "restart":
        return Step(ask_next(State(state.benefit, is_active=True), catalogue, day=day), "restarted")
    if heard.kind == "forget":
        return Step(State(), "forgotten")
    if heard.kind == "stop":
        return Step(replace(state, asking="", is_active=False), "stopped")
    if heard.kind == "resume":
        return Step(ask_next(replace(state, is_active=True), catalogue, day=day), "resumed")
    return Step(state, "why" if heard.kind == "why" else "shown")


@dataclass(frozen=True)
class Question:
    """What is asked next: the text, the texts to tap, and how far the citizen has come."""

    text: str
    buttons: tuple[str, ...]
    progress: str
    listed: str
    """The buttons as a channel without buttons shows them; a number chooses one of them."""


def question_for(state: State, catalogue: Catalogue, *, day: datetime.date) -> Question:
    """The question for the fact that is asked for."""
    fact = catalogue.facts[state.asking]
    texts = fact.choices or fact.buttons
    again = [catalogue.wording["back_button"]] if state.turns else []
    buttons = (*texts, catalogue.wording["unclear"], *again)
    is_numbered = bool(fact.choices) and not all(choice.isdigit() for choice in fact.choices)
    if is_numbered:
        listed = "\n".join(f"{place}. {text}" for place, text in enumerate(buttons, 1))
    elif fact.kind == "region":
        listed = catalogue.wording["region_examples"]
    else:
        listed = catalogue.wording["examples"].format(texts="、".join(buttons))
    if state.benefit:
        progress = catalogue.wording["progress"].format(open=max(1, still_open(state, catalogue, day=day)))
    else:
        progress = catalogue.wording["progress_all"].format(number=len(state.turns) + 1)
    return Question(fact.ask, buttons, progress, listed)


def hear_message(
    text: Normalised, state: State, catalogue: Catalogue, *, day: datetime.date, subject: str | None, is_known: bool
) -> Heard:
    """What a message that was decided to belong to the pre-check means; one that tells nothing is asked again."""
    heard = takes(text, state, catalogue, day=day, subject=subject, is_known=is_known)
    code = "not_a_choice" if state.asking and catalogue.facts[state.asking].choices else "unreadable"
    return heard or Heard("refused", refusal=ValueRefused(code, state.asking, text.plain[:_LONGEST_ANSWER]))


def is_plain(text: Normalised, state: State, catalogue: Catalogue) -> bool:
    """Tell whether a message is, word for word, a control or a choice of the question asked."""
    said = _bare(text.plain)
    if _control(said, catalogue.settings.get("controls", {})):
        return state.is_active
    fact = catalogue.facts.get(state.asking)
    return fact is not None and (said in fact.choices or said.isdigit())


def may_be_an_answer(text: Normalised) -> bool:
    """Tell whether a message that was not understood is short enough, and no question, to be a failed answer."""
    return len(text.plain) <= _LONGEST_ANSWER and not _ASKS.search(text.plain)


def benefits_of(state: State, catalogue: Catalogue) -> Sequence[Benefit]:
    """What the pre-check looks at."""
    chosen = catalogue.benefits.get(state.benefit)
    return [chosen] if chosen else catalogue.screened


def situation_of(state: State, catalogue: Catalogue, *, day: datetime.date) -> Situation:
    """The facts of the state as values; one that can no longer be read (the file changed) is asked for again."""
    known: dict[str, Value] = {}
    for name, told in state.facts.items():
        fact = catalogue.facts.get(name)
        if fact is None:
            continue
        try:
            known[name] = read_value(fact, told, day=day, regions=catalogue.library.regions)
        except ValueRefused:
            continue
    return catalogue.situation(known, day=day)


def ask_next(state: State, catalogue: Catalogue, *, day: datetime.date) -> State:
    """The state with the next fact to ask for."""
    situation = situation_of(state, catalogue, day=day)
    asking = next_fact(benefits_of(state, catalogue), situation, screening=not state.benefit)
    return replace(state, asking=asking or "")


def still_open(state: State, catalogue: Catalogue, *, day: datetime.date) -> int:
    """How many questions there can be at most."""
    return len(_missing(state, catalogue, situation_of(state, catalogue, day=day)))


def _missing(state: State, catalogue: Catalogue, situation: Situation) -> set[str]:
    missing: set[str] = set()
    for benefit in benefits_of(state, catalogue):
        missing |= decide(benefit, situation, screening=not state.benefit).missing
    return missing


def _started(
    text: Normalised, state: State, catalogue: Catalogue, subject: str | None, day: datetime.date
) -> Heard | None:
    settings = catalogue.settings
    named = _named_benefit(text, catalogue)
    wants_all = any(re.search(pattern, text.text) for pattern in settings.get("screen", ()))
    if wants_all or any(re.search(pattern, text.text) for pattern in settings.get("start", ())):
        told = hear(text.plain, catalogue.facts, day=day, regions=catalogue.library.regions)
        chosen = "" if wants_all else named.id if named else (subject or "")
        return Heard("start", benefit=chosen, facts=told)
    # In the middle of one pre-check, "那特困呢" goes on with another one.
    if state.is_active and named and named.id != state.benefit and _is_only_a_name(text, named):
        return Heard("start", benefit=named.id)
    return None


def _bare(text: str) -> str:
    return text.strip().strip("。.!！~～ ")


def _named_benefit(text: Normalised, catalogue: Catalogue) -> Benefit | None:
    """The benefit whose longest name stands in the text."""
    best: tuple[int, Benefit] | None = None
    for benefit in catalogue.benefits.values():
        for name in (benefit.name, *benefit.also_called):
            if (name in text.plain or name in text.text) and (best is None or len(name) > best[0]):
                best = (len(name), benefit)
    return best[1] if best else None


def _is_only_a_name(text: Normalised, benefit: Benefit) -> bool:
    names = "|".join(re.escape(name) for name in (benefit.name, *benefit.also_called))
    pattern = re.compile(rf"(那|换|换成|改成|查|改查|查一下|看|看看)?({names})(呢|吧)?")
    return bool(pattern.fullmatch(_bare(text.plain)) or pattern.fullmatch(_bare(text.text)))


def _control(said: str, controls: Mapping[str, Sequence[str]]) -> str | None:
    for name, patterns in controls.items():
        if any(re.fullmatch(rf"(?:{pattern})[了吧啊呀呢嘛]?", said) for pattern in patterns):
            return name
    return None


def _answer(said: str, state: State, catalogue: Catalogue, day: datetime.date, *, is_question: bool) -> Heard | None:
    """Facts told in one message: the one that was asked for, and any other that the sentence tells."""
    regions = catalogue.library.regions
    asking = None if is_question else state.asking
    found = dict(hear(said, catalogue.facts, day=day, regions=regions, asking=asking))
    fact: Fact | None = catalogue.facts.get(state.asking)
    if fact is not None and not is_question and fact.name not in found and len(said) <= _LONGEST_ANSWER:
        try:
            found[fact.name] = read_value(fact, said, day=day, regions=regions)
        except ValueRefused as error:
            # A question of the citizen's own is no wrong answer; neither is what cannot be read as this fact at all.
            is_impossible = error.code not in ("unreadable", "not_a_choice", "unknown_region")
            if not found and is_impossible and not _ASKS.search(said):
                return Heard("refused", refusal=error)
            found |= {} if found else _other_fact(said, state, catalogue, day)
    return Heard("answer", facts=found) if found else None


def _other_fact(said: str, state: State, catalogue: Catalogue, day: datetime.date) -> dict[str, Value]:
    """A short reply to another question than the last one: the one open choice that it fits ("城镇的")."""
    if len(said) < 2 or said[0] in "是有没不对":
        return {}
    situation = situation_of(state, catalogue, day=day)
    fitting = {}
    for name in {name for benefit in benefits_of(state, catalogue) for name in used_facts(benefit, situation)}:
        fact = catalogue.facts[name]
        is_open = fact.kind == "choice" and fact.ask and name not in state.facts
        choice = read_choice(fact, said) if is_open else None
        if choice is not None:
            fitting[name] = choice
    return dict(fitting) if len(fitting) == 1 else {}


def _numbered(said: str, state: State, catalogue: Catalogue) -> Heard | None:
    """The number of one of the buttons behind the choices: 不清楚 and 上一步."""
    fact = catalogue.facts.get(state.asking)
    match = re.fullmatch(r"(\d{1,2})[.、]?", said)
    if fact is None or match is None or not fact.choices or all(choice.isdigit() for choice in fact.choices):
        return None
    place = int(match.group(1)) - len(fact.choices)
    if place == 1:
        return Heard("answer", facts={fact.name: UNCLEAR})
    return Heard("back") if place == 2 and state.turns else None


def _correction(said: str, state: State, catalogue: Catalogue, day: datetime.date) -> Heard | None:
    """After the result: a statement that tells anew what was told already."""
    if _ASKS.search(said):
        return None
    found = hear(said, catalogue.facts, day=day, regions=catalogue.library.regions)
    return Heard("answer", facts=found) if any(name in state.facts for name in found) else None


def _told(state: State, facts: Mapping[str, Value]) -> State:
    written = {name: write_value(value) for name, value in facts.items()}
    turns = (*state.turns, tuple(facts)) if facts else state.turns
    return replace(state, facts={**state.facts, **written}, turns=turns)


def _back(state: State) -> Step:
    """Take back what the last message told, and ask for it again."""
    if not state.turns:
        return Step(state, "nothing_before")
    *before, last = state.turns
    facts = {name: told for name, told in state.facts.items() if name not in last}
    return Step(replace(state, facts=facts, turns=tuple(before), asking=last[0]), "went_back")
