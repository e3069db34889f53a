"""Which messages go to the desk or to the map: a case to open, its progress, a place told, the right office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from bot.answers.context import Context
from bot.answers.decide import Decision
from bot.cases.numbers import SECRET_TAKEN_OUT, find_case_number
from bot.knowledge.library import Library
from bot.knowledge.wishes import wish_of
from bot.language.normalising import Normalised

More = dict[str, Any]
_SHORTEST_ACCOUNT = 6
_LITTLE_MORE = 4
_STARTS = ("complaint", "ask", "precheck", "secret")
# What asks for a person, or is said out of politeness, is no account of what happened.
_NOT_AN_ACCOUNT = ("handover", "smalltalk")


def meant_for_desk(
    decision: Decision,
    text: Normalised,
    *,
    context: Context,
    library: Library,
    tracker: DialogueStateTracker | None,
    named_region: str | None,
    only_a_place: bool,
    unsure: Mapping[str, Any] | None,
    known: Mapping[str, Any],
) -> tuple[Decision, More]:
    """The decision, or one for the desk or the map in its place; danger always goes first.

    `unsure` is a place of which the message does not say which it is: its words `said` and the codes `candidates`.
    """
    if decision.kind == "danger":
        return decision, {}
    if known.get("case") or find_case_number(text.plain) or SECRET_TAKEN_OUT in text.original:
        return _desk(decision, "progress", "ask_progress", "case"), {}
    stage = ((tracker.get_slot("desk") if tracker else None) or {}).get("stage")
    wish = wish_of(text.plain, library.words.wishes)
    if wish in _STARTS:
        return _desk(decision, "handover", "open_case", wish or ""), {}
    if stage:
        taken = _in_stage(stage, decision, text, wish, named_region)
        if taken:
            return taken, {"about": _topic_named(decision, library)}
    asked = tracker.get_slot("finding") if tracker else None
    if wish == "where":
        about = _topic_named(decision, library) or _topic(context, library) or asked
        return _desk(decision, "route", "find_office", "where"), {"about": about}
    if wish == "change":
        return _desk(decision, "route", "find_office", "change"), {"about": None}
    if only_a_place and (asked or decision.reason != "region_changed"):
        return _desk(decision, "route", "find_office", "placed"), {"about": asked}
    if unsure and not named_region and len(text.plain) <= len(unsure["said"]) + _LITTLE_MORE:
        return _desk(decision, "route", "find_office", "which"), {"which": unsure, "about": asked}
    return decision, {}


def _in_stage(
    stage: str, decision: Decision, text: Normalised, wish: str | None, named_region: str | None
) -> Decision | None:
    """What a message is while a case is being opened; None: something else altogether."""
    if wish == "cancel":
        return _desk(decision, "handover", "open_case", "cancelled")
    if stage == "place":
        return _desk(decision, "handover", "open_case", "placed" if named_region else "place_unknown")
    if decision.kind in _NOT_AN_ACCOUNT and len(text.plain) <= 2 * _SHORTEST_ACCOUNT:
        return None
    told = len(text.plain) >= _SHORTEST_ACCOUNT
    return _desk(decision, "handover", "open_case", "told" if told else "told_too_little")


def _desk(decision: Decision, kind: str, intent: str, reason: str) -> Decision:
    topics = {"progress": ("progress.query",), "handover": ("human.agent",)}.get(kind, decision.topics[:1])
    return replace(decision, kind=kind, topics=topics, picks=(), choices=(), intent=intent, p=1.0, reason=reason)


def _topic_named(decision: Decision, library: Library) -> str | None:
    """The topic that the message itself is about (最近的婚姻登记处在哪)."""
    topics = [topic for topic in decision.topics[:1] if library.topics[topic].decision == "answer"]
    return next((topic for topic in topics if decision.kind in ("answer", "choices")), None)


def _topic(context: Context, library: Library) -> str | None:
    """The topic that the conversation is about."""
    entry = library.entries.get(context.entry or "")
    return entry.topic if entry else None
