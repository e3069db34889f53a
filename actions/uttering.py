"""Utter a response of domain.yml with the record of the decision beside it, and keep what later messages lean on."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

Events = list[dict[str, Any]]


def decision_of(tracker: Tracker) -> dict[str, Any]:
    """What the pipeline decided about the message that is being answered."""
    decision: dict[str, Any] = tracker.latest_message["decision"]
    return decision


def utter(
    dispatcher: CollectingDispatcher,
    decision: dict[str, Any],
    response: str,
    *,
    buttons: list[str] | None = None,
    cards: list[dict[str, Any]] | None = None,
    more: dict[str, Any] | None = None,
    **words: str,
) -> None:
    """`words` fill the response's places; `more` goes to the page beside the cards."""
    dispatcher.utter_message(
        response=response,
        buttons=[{"title": text, "payload": text} for text in buttons or []],
        json_message={"decision": decision, "cards": cards or [], **(more or {})},
        **words,
    )


def close(dispatcher: CollectingDispatcher, decision: dict[str, Any]) -> Events:
    """Add the emergency numbers where something sounded like danger, and keep what a later message may lean on."""
    if decision["caution"]:
        utter(dispatcher, decision, "utter_caution")
    events = [
        SlotSet("region", decision["region"]),
        SlotSet("places", decision.get("roles") or {}),
        SlotSet("offered", [c["id"] for c in decision["choices"]]),
    ]
    if decision["picks"]:
        events.append(SlotSet("entry", decision["picks"][0]["id"]))
    return events
