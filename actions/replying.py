"""The actions that answer a message: what to say was decided in bot/answers, the words stand in files.

Each reply carries, beside its text, the record that `guimin ask` prints and that the page draws its card from.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.answers.cite import as_card, body_text, evidence_lines
from bot.answers.live import current_library

Events = list[dict[str, Any]]


class ActionAnswer(Action):
    """Answer, offer choices, refer or refuse, as decided."""

    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        decision = _decision(tracker)
        library = current_library()
        entries = [library.entries[pick["id"]] for pick in decision["picks"] if pick["id"] in library.entries]
        choices = [library.entries[pick["id"]] for pick in decision["choices"] if pick["id"] in library.entries]
        if choices:
            listed = "\n".join(f"{place}. {entry.question}" for place, entry in enumerate(choices, 1))
            _tell(dispatcher, tracker, "utter_choices", buttons=[entry.question for entry in choices], choices=listed)
        elif not entries:
            unreadable = decision["reason"] == "no_words"
            _tell(dispatcher, tracker, "utter_unreadable" if unreadable else "utter_refuse")
        for place, entry in enumerate(entries):
            response = "utter_refer" if decision["kind"] == "refer" else "utter_answer"
            _tell(
                dispatcher,
                tracker,
                "utter_second_answer" if place else response,
                buttons=[library.entries[id].question for id in entry.next_steps if id in library.entries],
                cards=[as_card(entry, library)],
                question=entry.question,
                answer=entry.answer,
                body=body_text(entry),
                sources=evidence_lines(entry, library),
                checked_on=entry.checked_on.isoformat(),
            )
        return []


class ActionWarn(Action):
    """Give the numbers to call at once."""

    def name(self) -> str:
        return "action_warn"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        library = current_library()
        for pick in _decision(tracker)["picks"][:2]:
            entry = library.entries[pick["id"]]
            _tell(
                dispatcher,
                tracker,
                "utter_danger",
                cards=[as_card(entry, library)],
                answer=entry.answer,
                body=body_text(entry),
            )
        return []


class ActionHandOver(Action):
    """Say how to reach a person."""

    def name(self) -> str:
        return "action_hand_over"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        _tell(dispatcher, tracker, "utter_hand_over")
        return []


class ActionTellProgress(Action):
    """Say where an application's progress is known."""

    def name(self) -> str:
        return "action_tell_progress"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        _tell(dispatcher, tracker, "utter_progress")
        return []


class ActionChat(Action):
    """One polite sentence to small talk."""

    def name(self) -> str:
        return "action_chat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        _tell(dispatcher, tracker, f"utter_{_decision(tracker)['intent']}")
        return []


def _decision(tracker: Tracker) -> dict[str, Any]:
    decision: dict[str, Any] = tracker.latest_message["decision"]
    return decision


def _tell(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    response: str,
    *,
    buttons: list[str] | None = None,
    cards: list[dict[str, Any]] | None = None,
    **words: str,
) -> None:
    """Utter a response of domain.yml with the record of the decision beside it."""
    dispatcher.utter_message(
        response=response,
        buttons=[{"title": text, "payload": text} for text in buttons or []],
        json_message={"decision": _decision(tracker), "cards": cards or []},
        **words,
    )
