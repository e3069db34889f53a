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
from bot.eligibility.decide import decide
from bot.eligibility.facts import Fact, Situation
from bot.eligibility.said.sentences import hear
from bot.eligibility.telling import read_value, write_value
from bot.eligibility.values import UNCLEAR, Value
from bot.errors import ValueRefused

_LONGEST_ANSWER = 20
_ASKS = re.compile(r"[?？]|吗|呢|怎么|多少|哪里|哪些|什么|能不能|可不可以|要不要|点样|咋|几时|边度")


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
    """started, noted, refused, went_back, restarted, why, shown, forgotten, stopped, resumed, nothing_before."""
    noted: tuple[str, ...] = ()
    """The facts that this message told."""
    refusal: ValueRefused | None = None


def takes(
    text: str, state: State, catalogue: Catalogue, *, day: datetime.date, subject: str | None = None
) -> Heard | None:
    """Return what the message means for the pre-check; None: it is none of its business.

    `text` is normalised. `subject` is the benefit that the conversation is about, for "帮我算算够不够条件".
    """
    settings = catalogue.settings
    said = text.strip().strip("。.!！~～ ")
    started = _started(said, state, catalogue, subject)
    if started:
        return started
    waiting = bool(state.asking)
    control = _control(said, settings.get("controls", {}))
    if control == "unclear":
        return Heard("answer", facts={state.asking: UNCLEAR}) if waiting else None
    if control in ("back", "why", "stop") and not waiting:
        return None
    if control and (waiting or state.facts):
        return Heard(control)
    if not waiting:
        return None
    return _answer(said, state, catalogue, day)


def step(heard: Heard, state: State, catalogue: Catalogue, *, day: datetime.date, region: str | None = None) -> Step:
    """Take one message; afterwards `asking` names the next fact, or is empty where everything is settled."""
    if heard.kind == "start":
        state = replace(state, benefit=heard.benefit or "", is_active=True)
        state = _told(state, heard.facts)
        if region and "hukou_county" not in state.facts:
            state = replace(state, facts={**state.facts, "hukou_county": region})
        return Step(ask_next(state, catalogue, day=day), "started", noted=tuple(heard.facts))
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
    situation = situation_of(state, catalogue, day=day)
    missing: set[str] = set()
    for benefit in benefits_of(state, catalogue):
        missing |= decide(benefit, situation, screening=not state.benefit).missing
    return len(missing)


def _started(said: str, state: State, catalogue: Catalogue, subject: str | None) -> Heard | None:
    settings = catalogue.settings
    if any(re.search(pattern, said) for pattern in settings.get("screen", ())):
        return Heard("start", benefit="")
    named = _named_benefit(said, catalogue)
    if any(re.search(pattern, said) for pattern in settings.get("start", ())):
        chosen = named.id if named else (subject or "")
        return Heard("start", benefit=chosen)
    # In the middle of one pre-check, "那特困呢" goes on with another one.
    if (
        state.asking
        and named
        and named.id != state.benefit
        and re.fullmatch(r"(那|换|换成|改成|查|改查)?.{2,14}(呢|吧|的)?", said)
    ):
        return Heard("start", benefit=named.id) if _is_only_a_name(said, named) else None
    return None


def _named_benefit(said: str, catalogue: Catalogue) -> Benefit | None:
    """The benefit whose longest name stands in the text."""
    best: tuple[int, Benefit] | None = None
    for benefit in catalogue.benefits.values():
        for name in (benefit.name, *benefit.also_called):
            if name in said and (best is None or len(name) > best[0]):
                best = (len(name), benefit)
    return best[1] if best else None


def _is_only_a_name(said: str, benefit: Benefit) -> bool:
    names = (benefit.name, *benefit.also_called)
    return any(re.fullmatch(rf"(那|换|换成|改成|查|改查|查一下)?{re.escape(name)}(呢|吧)?", said) for name in names)


def _control(said: str, controls: Mapping[str, Sequence[str]]) -> str | None:
    for name, patterns in controls.items():
        if any(re.fullmatch(rf"(?:{pattern})[了吧啊呀呢嘛]?", said) for pattern in patterns):
            return name
    return None


def _answer(said: str, state: State, catalogue: Catalogue, day: datetime.date) -> Heard | None:
    """Facts told in one message: the one that was asked for, and any other that the sentence tells."""
    regions = catalogue.library.regions
    found = dict(hear(said, catalogue.facts, day=day, regions=regions, asking=state.asking))
    fact: Fact | None = catalogue.facts.get(state.asking)
    if fact is not None and fact.name not in found and len(said) <= _LONGEST_ANSWER:
        try:
            found[fact.name] = read_value(fact, said, day=day, regions=regions)
        except ValueRefused as error:
            # A question of the citizen's own is no wrong answer.
            if (
                not found
                and not _ASKS.search(said)
                and error.code not in ("unreadable", "not_a_choice", "unknown_region")
            ):
                return Heard("refused", refusal=error)
    if found and not (_ASKS.search(said) and state.asking not in found):
        return Heard("answer", facts=found)
    return None


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
