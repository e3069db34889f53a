"""What a message means for a pre-check: a start, a control, an answer, an impossible value, or none of its business."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.eligibility.asking import next_fact
from bot.eligibility.catalogue import Catalogue
from bot.eligibility.decide import used_facts
from bot.eligibility.facts import Fact
from bot.eligibility.fitting import birthday_of, of_the_person, other_fact
from bot.eligibility.naming import bare, begun_benefit, is_only_a_name, named_benefit
from bot.eligibility.said.phrases import read_choice
from bot.eligibility.said.sentences import hear
from bot.eligibility.state import State, benefits_of, situation_of
from bot.eligibility.telling import read_tapped, read_value
from bot.eligibility.values import UNCLEAR, Value
from bot.errors import ValueRefused
from bot.language.normalising import Normalised

LONGEST_ANSWER = 20
_ASKS = re.compile(
    r"[?？]|吗|呢|怎么|怎样|如何|为什么|多少|多久|几天|几时|哪里|哪个|哪些|什么|谁|能不能|可不可以|会不会|要不要|是不是|点样|咋|边度|乜"
)
_TAKES_BACK = re.compile(
    r"(?:(?:我)?(?:说|答|讲|打|写|选)?错了|不对|更正|改一下)[，,。 ]*(?:应该|其实)?(?:是|系)?(?=.)"
)


@dataclass(frozen=True)
class Heard:
    """What a message means for the pre-check: a control, a start, facts, or a value that cannot be."""

    kind: str
    """start, answer, refused, or a control: back, restart, why, show, forget, stop, resume."""
    benefit: str | None = None
    """With start: the benefit's id, "" for all."""
    facts: Mapping[str, Value] = field(default_factory=dict)
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
    said = bare(text.plain)
    control = _control(said, catalogue.settings.get("controls", {}))
    if control == "unclear":
        return Heard("answer", facts={state.asking: UNCLEAR}) if state.asking else None
    if control == "why" and not state.asking:
        return None
    if control in ("back", "stop") and not state.is_active:
        return None
    if control and (state.is_active or state.facts or state.benefit):
        return Heard(control)
    anew = _told_anew(said, state, catalogue, day)
    if anew:
        return anew
    if state.asking:
        tapped = _numbered(said, state, catalogue) or _tapped(said, state, catalogue)
        return tapped or _answer(said, state, catalogue, day, is_question=is_known and bool(_ASKS.search(said)))
    return _correction(said, state, catalogue, day) if state.is_active else None


def hear_message(
    text: Normalised, state: State, catalogue: Catalogue, *, day: datetime.date, subject: str | None, is_known: bool
) -> Heard:
    """What a message that was decided to belong to the pre-check means; one that tells nothing is asked again."""
    heard = takes(text, state, catalogue, day=day, subject=subject, is_known=is_known)
    if heard:
        return heard
    refusal = ValueRefused("unreadable", state.asking, text.plain[:LONGEST_ANSWER])
    if state.asking:
        try:
            read_value(catalogue.facts[state.asking], refusal.told, day=day, regions=catalogue.library.regions)
        except ValueRefused as error:
            refusal = error
    return Heard("refused", refusal=refusal)


def is_plain(text: Normalised, state: State, catalogue: Catalogue) -> bool:
    """Tell whether a message is, word for word, a control or a choice of the question asked."""
    said = bare(text.plain)
    if _control(said, catalogue.settings.get("controls", {})):
        return state.is_active
    fact = catalogue.facts.get(state.asking)
    return fact is not None and (said.isdigit() or read_tapped(fact, said) is not None)


def may_be_an_answer(text: Normalised) -> bool:
    """Tell whether a message that was not understood is short enough, and no question, to be a failed answer."""
    return len(text.plain) <= LONGEST_ANSWER and not _ASKS.search(text.plain)


def _started(
    text: Normalised, state: State, catalogue: Catalogue, subject: str | None, day: datetime.date
) -> Heard | None:
    settings = catalogue.settings
    named = named_benefit(text, catalogue)
    wants_all = any(re.search(pattern, text.text) for pattern in settings.get("screen", ()))
    starts = [pattern for pattern in settings.get("start", ()) if re.search(pattern, text.text)]
    if wants_all or starts:
        told = hear(text.plain, catalogue.facts, day=day, regions=catalogue.library.regions)
        named = named or begun_benefit(re.sub("|".join(starts), "", text.text), catalogue)
        chosen = "" if wants_all else named.id if named else (subject or "")
        return Heard("start", benefit=chosen, facts=of_the_person(told, State(chosen), catalogue, day))
    # In the middle of one pre-check, "那特困呢" goes on with another one; 低保 may also be what was asked for.
    if state.is_active and named and named.id != state.benefit and is_only_a_name(text, named):
        said = bare(text.plain)
        is_bare = said in (named.name, *named.also_called)
        return None if is_bare and _is_choice(said, state, catalogue, day) else Heard("start", benefit=named.id)
    return None


def _is_choice(said: str, state: State, catalogue: Catalogue, day: datetime.date) -> bool:
    fact = catalogue.facts.get(state.asking)
    if fact is None:
        return False
    return read_choice(fact, said) is not None or bool(other_fact(said, state, catalogue, day))


def _control(said: str, controls: Mapping[str, Sequence[str]]) -> str | None:
    for name, patterns in controls.items():
        if any(re.fullmatch(rf"(?:{pattern})[了吧啊呀呢嘛]?", said) for pattern in patterns):
            return name
    return None


def _answer(said: str, state: State, catalogue: Catalogue, day: datetime.date, *, is_question: bool) -> Heard | None:
    """Facts told in one message: the one that was asked for, and any other that the sentence tells."""
    regions = catalogue.library.regions
    asked: Fact | None = catalogue.facts.get(state.asking)
    born = birthday_of(asked, said, catalogue) if asked else None
    asking = None if is_question or born else state.asking
    found = dict(hear(said, catalogue.facts, day=day, regions=regions, asking=asking))
    found = of_the_person(found, state, catalogue, day)
    if asked is not None and not is_question and asked.name not in found and len(said) <= LONGEST_ANSWER:
        fact = born or asked
        try:
            value = read_value(fact, said, day=day, regions=regions)
            found = {name: told for name, told in found.items() if name not in (asked.name, fact.name)}
            found[fact.name] = value
        except ValueRefused as error:
            # A question of the citizen's own is no wrong answer; neither is what cannot be read as this fact at all.
            is_impossible = error.code not in ("unreadable", "not_a_choice", "unknown_region")
            if not found and is_impossible and not _ASKS.search(said):
                return Heard("refused", refusal=error)
            found |= {} if found else other_fact(said, state, catalogue, day)
    return Heard("answer", facts=found) if found else None


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


def _tapped(said: str, state: State, catalogue: Catalogue) -> Heard | None:
    value = read_tapped(catalogue.facts[state.asking], said)
    return Heard("answer", facts={state.asking: value}) if value is not None else None


def _told_anew(said: str, state: State, catalogue: Catalogue, day: datetime.date) -> Heard | None:
    """ "说错了，是1945年的": another answer to the question before."""
    match = _TAKES_BACK.match(said)
    if match is None or not state.turns:
        return None
    before = replace(state, asking=next((n for n in state.turns[-1] if catalogue.facts[n].ask), state.turns[-1][0]))
    for name in state.turns[-1]:
        if catalogue.facts[name].kind == "date":
            before = replace(before, asking=name)
    return _answer(said[match.end() :], before, catalogue, day, is_question=False)


def _correction(said: str, state: State, catalogue: Catalogue, day: datetime.date) -> Heard | None:
    """After the result, a statement that tells anew what was told; while it is paused, any that it still needs."""
    if _ASKS.search(said):
        return None
    found = hear(said, catalogue.facts, day=day, regions=catalogue.library.regions)
    found = of_the_person(found, state, catalogue, day)
    if any(name in state.facts for name in found):
        return Heard("answer", facts=found)
    benefits, situation = benefits_of(state, catalogue), situation_of(state, catalogue, day=day)
    used = {name for benefit in benefits for name in used_facts(benefit, situation)}
    if not used & set(found) or next_fact(benefits, situation, screening=not state.benefit) is None:
        return None
    return Heard("answer", facts=found)
