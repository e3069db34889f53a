"""The pre-check as a conversation: what each message does to its state, and what is asked next.

No Rasa here. hearing.py tells what a message means; `step` takes it. Every message answers with what was understood,
and the facts stay with the conversation until they are deleted.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, replace

from bot.eligibility.asking import next_fact
from bot.eligibility.catalogue import Catalogue
from bot.eligibility.decide import decide, used_facts
from bot.eligibility.facts import Fact
from bot.eligibility.hearing import Heard
from bot.eligibility.situation import Situation
from bot.eligibility.state import State, benefits_of, situation_of, tell
from bot.errors import ValueRefused


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


def step(heard: Heard, state: State, catalogue: Catalogue, *, day: datetime.date, region: str | None = None) -> Step:
    """Take one message; afterwards `asking` names the next fact, or is empty where everything is settled."""
    if heard.kind == "start":
        news = "switched" if state.facts else "started"
        state = replace(state, benefit=heard.benefit or "", is_active=True)
        facts = dict(heard.facts)
        place = _place(state, catalogue, day)
        if region and place not in (*facts, *state.facts, ""):
            facts[place] = region
        state = tell(state, facts, catalogue, day=day)
        return Step(ask_next(state, catalogue, day=day), news, noted=tuple(facts))
    if heard.kind == "answer":
        state = tell(replace(state, is_active=True), heard.facts, catalogue, day=day)
        return Step(ask_next(state, catalogue, day=day), "noted", noted=tuple(heard.facts))
    if heard.kind == "refused":
        return Step(state, "refused", refusal=heard.refusal)
    if heard.kind == "back":
        return _back(state, catalogue, day)
    if heard.kind == "restart":
        return Step(ask_next(State(state.benefit, is_active=True), catalogue, day=day), "restarted")
    if heard.kind == "forget":
        return Step(State(), "forgotten")
    if heard.kind == "stop":
        return Step(replace(state, asking="", is_active=False), "stopped")
    if heard.kind == "resume":
        return Step(ask_next(replace(state, is_active=True), catalogue, day=day), "resumed")
    return Step(state, "why" if heard.kind == "why" else "shown")


def _place(state: State, catalogue: Catalogue, day: datetime.date) -> str:
    """The place on which the outcome depends; empty: on none."""
    situation = situation_of(state, catalogue, day=day)
    benefits = benefits_of(state, catalogue)
    used = {name for benefit in benefits for name in used_facts(benefit, situation)}
    return next((benefit.place for benefit in benefits if benefit.place in used), "")


@dataclass(frozen=True)
class Question:
    """What is asked next: the text, the texts to tap, and how far the citizen has come."""

    text: str
    buttons: tuple[str, ...]
    several: tuple[str, ...]
    """The buttons of which more than one may be chosen together; the others answer alone."""
    side: tuple[str, ...]
    """The buttons that are no answer: 不清楚, 上一步."""
    progress: str
    listed: str
    """The buttons as a channel without buttons shows them; a number chooses one of them."""


def question_for(state: State, catalogue: Catalogue, *, day: datetime.date) -> Question:
    """The question for the fact that is asked for."""
    fact = catalogue.facts[state.asking]
    texts = fact.choices or fact.buttons
    again = [catalogue.wording["back_button"]] if state.turns else []
    side = (catalogue.wording["unclear"], *again)
    buttons = (*texts, *side)
    is_numbered = bool(fact.choices) and not all(choice.isdigit() for choice in fact.choices)
    text, listed = fact.ask, ""
    if is_numbered:
        listed = "\n".join(f"{place}. {button}" for place, button in enumerate(buttons, 1))
    elif fact.kind == "region":
        text = f"{fact.ask}\n{catalogue.wording['region_examples']}"
    else:
        listed = catalogue.wording["examples"].format(texts="、".join(buttons))
    if state.benefit:
        progress = catalogue.wording["progress"].format(open=max(1, still_open(state, catalogue, day=day)))
    else:
        progress = catalogue.wording["progress_all"].format(number=len(state.turns) + 1)
    several = _several(fact, catalogue) if fact.kind == "choices" else ()
    return Question(text, buttons, several, side, progress, listed)


def _several(fact: Fact, catalogue: Catalogue) -> tuple[str, ...]:
    """The choices that go together; 都没有 and its like go with no other (prechecks.yaml, alone)."""
    alone = re.compile("|".join(catalogue.settings.get("alone", ("$^",))))
    return tuple(choice for choice in fact.choices if not alone.match(choice))


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


def _back(state: State, catalogue: Catalogue, day: datetime.date) -> Step:
    """Take back what the last message told, and ask for it again."""
    if not state.turns:
        return Step(state, "nothing_before")
    *before, last = state.turns
    facts = {name: told for name, told in state.facts.items() if name not in last}
    state = replace(state, facts=facts, turns=tuple(before))
    asked = [name for name in last if catalogue.facts[name].ask]
    state = replace(state, asking=asked[0]) if asked else ask_next(state, catalogue, day=day)
    return Step(state, "went_back")
