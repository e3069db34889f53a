"""Utter a response of domain.yml with the record of the decision beside it."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher


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
