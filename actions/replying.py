"""The actions that answer a message: what to say was decided in bot/answers, the words stand in files.

Each reply carries, beside its text, the record that `guimin ask` prints and that the page draws its card from.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.answers.cite import as_card, body_text, evidence_lines
from bot.answers.live import current_library
from bot.knowledge.entries import Entry
from bot.knowledge.library import Library

Events = list[dict[str, Any]]
NONE_OF_THESE = "以上都不是"
_PLACES = {written: place for place, all in enumerate(("1１一①", "2２二②", "3３三③")) for written in all}


class ActionAnswer(Action):
    """Answer, offer choices, refer or refuse, as decided."""

    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        library = current_library()
        decision = _chosen(tracker, library) or _decision(tracker)
        entries = [library.entries[pick["id"]] for pick in decision["picks"] if pick["id"] in library.entries]
        choices = [library.entries[pick["id"]] for pick in decision["choices"] if pick["id"] in library.entries]
        if choices:
            listed = "\n".join(f"{place}. {entry.question}" for place, entry in enumerate(choices, 1))
            offered = [entry.question for entry in choices]
            _tell(dispatcher, decision, "utter_choices", buttons=[*offered, NONE_OF_THESE], choices=listed)
        elif not entries:
            unreadable = decision["reason"] == "no_words"
            _tell(dispatcher, decision, "utter_unreadable" if unreadable else "utter_refuse")
        for place, entry in enumerate(entries):
            response = "utter_refer" if decision["kind"] == "refer" else "utter_answer"
            _tell_entry(dispatcher, decision, "utter_second_answer" if place else response, entry, library)
        return []


class ActionWarn(Action):
    """Give the numbers to call at once."""

    def name(self) -> str:
        return "action_warn"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        library = current_library()
        decision = _decision(tracker)
        for pick in decision["picks"][:2]:
            entry = library.entries[pick["id"]]
            _tell(
                dispatcher,
                decision,
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
        _tell(dispatcher, _decision(tracker), "utter_hand_over")
        return []


class ActionTellProgress(Action):
    """Say where an application's progress is known; the entry for it where the knowledge has one."""

    def name(self) -> str:
        return "action_tell_progress"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        decision, library = _decision(tracker), current_library()
        entries = [library.entries[pick["id"]] for pick in decision["picks"] if pick["id"] in library.entries]
        for entry in entries[:1]:
            _tell_entry(dispatcher, decision, "utter_answer", entry, library)
        if not entries:
            _tell(dispatcher, decision, "utter_progress")
        return []


class ActionChat(Action):
    """One polite sentence to small talk."""

    def name(self) -> str:
        return "action_chat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        decision = _decision(tracker)
        _tell(dispatcher, decision, f"utter_{decision['intent']}")
        return []


def _decision(tracker: Tracker) -> dict[str, Any]:
    decision: dict[str, Any] = tracker.latest_message["decision"]
    return decision


def _chosen(tracker: Tracker, library: Library) -> dict[str, Any] | None:
    """The decision for a bare number that answers the choices offered last; None for anything else."""
    place = _PLACES.get((tracker.latest_message.get("text") or "").strip(" .。、号"))
    uttered = [event for event in tracker.events if event.get("event") == "bot"]
    if place is None or not uttered:
        return None
    last = (uttered[-1].get("data") or {}).get("custom") or {}
    offered = (last.get("decision") or {}).get("choices") or ()
    if place >= len(offered):
        return None
    pick = offered[place] | {"p": 1.0}
    kind = library.topics[pick["topic"]].decision
    return {
        **_decision(tracker),
        "kind": kind,
        "topics": [pick["topic"]],
        "picks": [pick],
        "choices": [],
        "reason": "chosen",
    }


def _tell_entry(
    dispatcher: CollectingDispatcher, decision: dict[str, Any], response: str, entry: Entry, library: Library
) -> None:
    _tell(
        dispatcher,
        decision,
        response,
        buttons=[library.entries[id].question for id in entry.next_steps if id in library.entries],
        cards=[as_card(entry, library)],
        question=entry.question,
        answer=entry.answer,
        body=body_text(entry),
        sources=evidence_lines(entry, library),
        checked_on=entry.checked_on.isoformat(),
    )


def _tell(
    dispatcher: CollectingDispatcher,
    decision: dict[str, Any],
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
        json_message={"decision": decision, "cards": cards or []},
        **words,
    )
