"""The pre-check's form: one Rasa form for every benefit. What to ask and to tell was decided in bot/eligibility."""

from __future__ import annotations

import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.uttering import utter
from bot.answers.live import live
from bot.channels.slips import Slips
from bot.eligibility.asking import rank_screened
from bot.eligibility.catalogue import Catalogue, catalogue_of
from bot.eligibility.dialogue import Step, question_for, step
from bot.eligibility.hearing import hear_message
from bot.eligibility.slip import Slip, make_slip, say_told
from bot.eligibility.state import State, situation_of
from bot.errors import ValueRefused
from bot.settings import load_settings

Events = list[dict[str, Any]]
_ANSWER = "precheck_answer"
_LEADS_TO_RESULT = ("started", "switched", "noted", "went_back", "restarted", "resumed")
# What the page shows of a result before anything is tapped.
_AT_ONCE = ("reason", "checks")
_ASK_NO_FURTHER = ("danger", "handover")


class ValidatePrecheckForm(Action):
    """Take one message of a pre-check, say what was understood, and tell the result where nothing is left to ask."""

    def name(self) -> str:
        return "validate_precheck_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        decision = tracker.latest_message.get("decision") or {}
        if decision.get("kind") != "precheck":
            return []  # a question of the citizen's own: Rasa answers it by its rule and comes back to the form
        catalogue, day = _catalogue(), _day()
        before = State.read(tracker.get_slot("precheck"))
        text = live().language().normaliser.normalise(tracker.latest_message["text"])
        heard = hear_message(
            text, before, catalogue, day=day, subject=decision.get("subject"), is_known=decision.get("is_known", False)
        )
        taken = step(heard, before, catalogue, day=day, region=decision.get("region"))
        _say_news(dispatcher, taken, catalogue, day, decision)
        if decision["caution"]:
            utter(dispatcher, decision, "utter_caution")
        state = taken.state
        if not state.asking and state.is_active and taken.news in _LEADS_TO_RESULT:
            _tell_result(dispatcher, tracker, state, catalogue, day, decision)
        return [SlotSet("precheck", state.stored()), SlotSet("requested_slot", _ANSWER if state.asking else None)]


class ActionAskPrecheckAnswer(Action):
    """Ask for the fact that is wanted next, with how many questions there can still be."""

    def name(self) -> str:
        return "action_ask_precheck_form_precheck_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        decision = tracker.latest_message.get("decision") or {}
        state = State.read(tracker.get_slot("precheck"))
        if not state.asking:
            return []
        catalogue = _catalogue()
        if decision.get("kind") in _ASK_NO_FURTHER:
            if decision.get("answers"):
                text = live().language().normaliser.normalise(tracker.latest_message["text"])
                heard = hear_message(text, state, catalogue, day=_day(), subject=None, is_known=False)
                state = step(heard, state, catalogue, day=_day()).state
            utter(dispatcher, decision | {"facts": dict(state.facts)}, "utter_precheck_paused")
            return [SlotSet("precheck", state.paused().stored())]
        question = question_for(state, catalogue, day=_day())
        response = "utter_precheck_ask" if decision.get("kind") == "precheck" else "utter_precheck_ask_again"
        utter(
            dispatcher,
            decision | {"facts": dict(state.facts)},
            response,
            buttons=list(question.buttons),
            more={
                "asks": state.asking,
                "listed": question.listed,
                "several": list(question.several),
                "side": list(question.side),
            },
            question=question.text,
            progress=question.progress,
        )
        return []


def _say_news(
    dispatcher: CollectingDispatcher, taken: Step, catalogue: Catalogue, day: datetime.date, decision: dict[str, Any]
) -> None:
    """What came of the message, in one or two sentences."""
    state = taken.state
    told = say_told(situation_of(state, catalogue, day=day), catalogue)
    noted = "；".join(told[name] for name in taken.noted if name in told)
    name = catalogue.benefits[state.benefit].name if state.benefit else ""
    about = decision | {"facts": dict(state.facts)}
    if taken.news == "started":
        utter(dispatcher, about, "utter_precheck_start" if name else "utter_precheck_screen", name=name)
    if taken.news == "switched":
        utter(dispatcher, about, "utter_precheck_switched", name=name or catalogue.wording["everything"])
    if taken.news in ("started", "switched", "noted"):
        if noted:
            utter(dispatcher, about, "utter_precheck_noted", noted=noted)
    elif taken.refusal:
        utter(dispatcher, about, "utter_precheck_refused", sentence=_refusal(taken.refusal, catalogue))
    elif taken.news == "why":
        fact = catalogue.facts[state.asking]
        utter(dispatcher, about, "utter_precheck_why", why=fact.why)
    elif taken.news == "shown":
        listed = "\n".join(f"· {line}" for line in told.values())
        utter(dispatcher, about, "utter_precheck_shown" if listed else "utter_precheck_nothing_told", listed=listed)
    else:
        utter(dispatcher, about, f"utter_precheck_{taken.news}")


def _refusal(error: ValueRefused, catalogue: Catalogue) -> str:
    fact = catalogue.facts.get(error.fact)
    words: str = catalogue.wording["refused"][error.code]
    label, choices = (fact.label, "、".join(fact.choices)) if fact else ("", "")
    return words.format(told=error.told, label=label, choices=choices)


def _tell_result(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    state: State,
    catalogue: Catalogue,
    day: datetime.date,
    decision: dict[str, Any],
) -> None:
    """The slip of one benefit, or the ranked list of a screening."""
    situation = situation_of(state, catalogue, day=day)
    about = decision | {"facts": dict(state.facts)}
    if state.benefit:
        slip = make_slip(catalogue.benefits[state.benefit], situation, catalogue)
        address = Slips(load_settings()).address(tracker.sender_id, state.benefit)
        buttons = [catalogue.wording["button"].format(name=name) for name in slip.then]
        utter(
            dispatcher,
            about,
            "utter_precheck_result",
            buttons=buttons,
            cards=[_as_card(slip, address, catalogue)],
            slip=slip.as_text(),
            sources="；".join(evidence.line() for evidence in slip.evidence),
        )
        return
    ranked = [item for item in rank_screened(catalogue.screened, situation) if item.is_worth]
    rest = len(catalogue.screened) - len(ranked)
    listed = "\n".join(
        f"{place}. {item.benefit.name}：{catalogue.wording['screened'][item.outcome.value]}（{item.benefit.for_whom}）"
        for place, item in enumerate(ranked, 1)
    )
    buttons = [catalogue.wording["button"].format(name=item.benefit.name) for item in ranked]
    response = "utter_precheck_screened" if ranked else "utter_precheck_nothing_found"
    utter(dispatcher, about, response, buttons=buttons, listed=listed, rest=str(rest))


def _as_card(slip: Slip, address: str, catalogue: Catalogue) -> dict[str, Any]:
    """The slip in the form in which the page draws every answer; `folded` is shown when it is tapped."""
    sections = [(s.name, s.heading, "\n".join(s.lines)) for s in slip.sections if s.name != "then"]
    sections.insert(0, ("reason", catalogue.wording["headings"]["reason"], slip.reason))
    return {
        "id": slip.benefit,
        "question": slip.name,
        "answer": slip.headline,
        "outcome": slip.outcome.name.lower(),
        "sections": [{"heading": heading, "text": text} for name, heading, text in sections if name in _AT_ONCE],
        "folded": [{"heading": heading, "text": text} for name, heading, text in sections if name not in _AT_ONCE],
        "marks": catalogue.wording["marks"],
        "sources": [evidence.as_dict() for evidence in slip.evidence],
        "checked_on": slip.day,
        "regions": slip.region or catalogue.wording["guangxi"],
        "next": [],
        "slip": address,
    }


def offer_precheck(topic: str) -> list[str]:
    """The button that leads from an answer to the pre-check of what it is about."""
    catalogue = _catalogue()
    benefit = catalogue.for_topic(topic)
    return [catalogue.wording["button"].format(name=benefit.name)] if benefit else []


def _catalogue() -> Catalogue:
    live().follow()
    return catalogue_of(live().library(), load_settings().knowledge)


def _day() -> datetime.date:
    return live().day
