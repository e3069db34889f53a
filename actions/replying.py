"""The actions that answer a message: what to say was decided in bot/answers, the words stand in files.

Each reply carries, beside its text, the record that `guimin ask` prints and that the page draws its card from.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.prechecking import offer_precheck
from actions.uttering import Events, close, decision_of, utter
from bot.answers.cite import Told, as_card, tell
from bot.answers.live import live
from bot.knowledge.library import Library

_WITHOUT_ANSWER = {"no_words": "utter_unreadable", "nonsense": "utter_nonsense"}
NONE_OF_THESE = "以上都不是"


class ActionAnswer(Action):
    """Answer, offer choices, refer or refuse, as decided."""

    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        library, decision = library_now(), decision_of(tracker)
        told = told_of(decision, library)
        choices = [library.entries[pick["id"]] for pick in decision["choices"] if pick["id"] in library.entries]
        if choices:
            listed = "\n".join(f"{place}. {entry.question}" for place, entry in enumerate(choices, 1))
            offered = [entry.question for entry in choices]
            utter(dispatcher, decision, "utter_choices", buttons=[*offered, NONE_OF_THESE], choices=listed)
        elif not told:
            utter(dispatcher, decision, _WITHOUT_ANSWER.get(decision["reason"], "utter_refuse"))
        for place, one in enumerate(told):
            response = "utter_refer" if decision["kind"] == "refer" else "utter_answer"
            tell_entry(dispatcher, decision, "utter_second_answer" if place else response, one, library)
        return close(dispatcher, decision)


class ActionWarn(Action):
    """Give the numbers to call at once."""

    def name(self) -> str:
        return "action_warn"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        library, decision = library_now(), decision_of(tracker)
        for told in told_of(decision, library)[:2]:
            cards = [as_card(told, library)]
            utter(dispatcher, decision, "utter_danger", cards=cards, answer=told.answer, body=told.body)
        return close(dispatcher, decision)


class ActionChat(Action):
    """One polite sentence to small talk."""

    def name(self) -> str:
        return "action_chat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        decision = decision_of(tracker)
        utter(dispatcher, decision, f"utter_{decision['intent']}")
        return close(dispatcher, decision)


def library_now() -> Library:
    live().follow()
    return live().library()


def told_of(decision: dict[str, Any], library: Library) -> list[Told]:
    """The picked entries in words, for the citizen's region and the process's day."""
    entries = [library.entries[pick["id"]] for pick in decision["picks"] if pick["id"] in library.entries]
    return [tell(entry, library, region=decision["region"], day=live().day) for entry in entries]


def tell_entry(
    dispatcher: CollectingDispatcher, decision: dict[str, Any], response: str, told: Told, library: Library
) -> None:
    following = [library.entries[id].question for id in told.entry.next_steps if id in library.entries]
    utter(
        dispatcher,
        decision,
        response,
        buttons=[*following, *offer_precheck(told.entry.topic)],
        cards=[as_card(told, library)],
        question=told.entry.question,
        answer=told.answer,
        body=told.body,
        sources=told.sources,
        regions=told.regions,
        checked_on=told.entry.checked_on.isoformat(),
    )
