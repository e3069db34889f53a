"""Which messages go to the desk or to the map: a case to open, its progress, a place told, the right office."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from bot.answers.context import Context, names_only_a_region
from bot.answers.decide import Decision
from bot.cases.numbers import SECRET_TAKEN_OUT, find_case_number
from bot.eligibility.catalogue import catalogue_of
from bot.eligibility.naming import bare
from bot.knowledge.library import Library
from bot.knowledge.wishes import wish_of
from bot.language.normalising import Normalised
from bot.places.finding import read_places
from bot.places.names import GUANGXI, gazetteer_of
from bot.settings import load_settings

More = dict[str, Any]
_SHORTEST_ACCOUNT = 6
_LASTS_SECONDS = 2 * 60 * 60
_STARS = {"satisfied": 5, "so_so": 3, "dissatisfied": 1}
_LITTLE_MORE = 4
_LONGEST_PLACE = 16
# "删除" alone may mean anything where no pre-check goes on.
_SHORTEST_REQUEST = 4
_STARTS = ("complaint", "ask", "precheck", "secret")
# What asks for a person or for a case, or is said out of politeness, is no account of what happened.
_NOT_AN_ACCOUNT = ("handover", "progress", "smalltalk")
_NOT_A_PLACE = ("handover", "progress")
_ASKS = re.compile(r"[?？]|怎么|多少|什么|吗$|呢$")
# Of the offices that "where" may speak of, those that tell what they are for.
_TELLS_WHAT_FOR = re.compile("登记处|救助站|残联")


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
    stage = _stage(tracker)
    # A place told after a warning only repeats the warning: it may be what the case waits for.
    if decision.kind == "danger" and not (stage and decision.reason == "region_changed"):
        return decision, {}
    rated = _rating(text, library)
    if rated:
        return _desk(decision, "progress", "open_case", "rate"), {"stars": rated}
    if known.get("case") or find_case_number(text.plain) or SECRET_TAKEN_OUT in text.original:
        return _desk(decision, "progress", "ask_progress", "case"), {}
    if len(text.plain) >= _SHORTEST_REQUEST and _says("forget", text, library):
        return _forget(decision), {}
    wish = wish_of(text.plain, library.words.wishes)
    if wish in _STARTS:
        return _desk(decision, "handover", "open_case", wish or ""), {}
    is_unsure = unsure is not None and len(text.plain) <= len(unsure["said"]) + _LITTLE_MORE and not named_region
    if stage:
        taken = _in_stage(stage, decision, text, wish, library, is_placed=bool(named_region), is_unsure=is_unsure)
        if taken:
            return taken, {"about": _topic_named(decision, library), "which": unsure if is_unsure else None}
    asked = tracker.get_slot("finding") if tracker else None
    if wish == "where":
        named = _topic_named(decision, library) if _TELLS_WHAT_FOR.search(text.plain) else None
        return _desk(decision, "route", "find_office", "where"), {"about": named or _topic(context, library) or asked}
    if wish == "change":
        return _desk(decision, "route", "find_office", "change"), {"about": None}
    if only_a_place and (asked or decision.reason != "region_changed"):
        return _desk(decision, "route", "find_office", "placed"), {"about": asked}
    if is_unsure:
        return _desk(decision, "route", "find_office", "which"), {"which": unsure, "about": asked}
    elsewhere = None if named_region or only_a_place else _only_elsewhere(text, library)
    if elsewhere:
        about = asked or _topic(context, library)
        return _desk(decision, "route", "find_office", "elsewhere"), {"elsewhere": elsewhere, "about": about}
    return decision, {}


def _stage(tracker: DialogueStateTracker | None) -> str | None:
    """Where a case that is being opened stands; what was begun long ago is no longer meant."""
    kept = (tracker.get_slot("desk") if tracker else None) or {}
    begun = float(kept.get("at") or 0)
    return kept.get("stage") if time.time() - begun < _LASTS_SECONDS else None


def _rating(text: Normalised, library: Library) -> int | None:
    """How satisfied a citizen says to be with a case that they name ("GM261125-00017 满意"), 1 to 5."""
    found = find_case_number(text.plain)
    if found is None or found.is_typo:
        return None
    wish = wish_of(text.plain[: found.start] + text.plain[found.end :], library.words.wishes)
    return _STARS.get(wish or "")


def _in_stage(
    stage: str,
    decision: Decision,
    text: Normalised,
    wish: str | None,
    library: Library,
    *,
    is_placed: bool,
    is_unsure: bool,
) -> Decision | None:
    """What a message is while a case is being opened; None: something else altogether."""
    if wish == "cancel":
        return _desk(decision, "handover", "open_case", "cancelled")
    if wish is not None:
        return None
    if stage == "place":
        return _as_place(decision, text, library, is_placed=is_placed, is_unsure=is_unsure)
    if decision.kind in _NOT_AN_ACCOUNT and len(text.plain) <= 2 * _SHORTEST_ACCOUNT:
        return None
    told = len(text.plain) >= _SHORTEST_ACCOUNT
    return _desk(decision, "handover", "open_case", "told" if told else "told_too_little")


def _as_place(
    decision: Decision, text: Normalised, library: Library, *, is_placed: bool, is_unsure: bool
) -> Decision | None:
    """What the answer to "where is it" is."""
    if is_placed:
        return _desk(decision, "handover", "open_case", "placed")
    if _says("unclear", text, library):
        return _desk(decision, "handover", "open_case", "place_untold")
    if is_unsure:
        return _desk(decision, "handover", "open_case", "place_which")
    if decision.kind in _NOT_A_PLACE or (decision.kind in ("answer", "choices") and _ASKS.search(text.plain)):
        return None
    return _desk(decision, "handover", "open_case", "place_unknown")


def _says(control: str, text: Normalised, library: Library) -> bool:
    """Tell whether a message says what the pre-check knows as one of its controls (prechecks.yaml)."""
    patterns = catalogue_of(library, load_settings().knowledge).settings.get("controls", {}).get(control, ())
    return any(re.fullmatch(pattern, bare(text.plain)) for pattern in patterns)


def _only_elsewhere(text: Normalised, library: Library) -> str | None:
    """The place outside Guangxi that a message names and nothing else ("我在湖南长沙")."""
    if len(text.plain) > _LONGEST_PLACE:
        return None
    places = read_places(text.original, gazetteer_of(library.regions)).places
    if not places or not names_only_a_region(text.original, [place.said for place in places]):
        return None
    outside = [place.code for place in places if place.is_sure and not place.code.startswith(GUANGXI)]
    return max(outside, key=len) if len(outside) == len(places) else None


def _forget(decision: Decision) -> Decision:
    """What the channel deletes a conversation for, also where there was no pre-check (bot/channels/forgetting.py)."""
    return replace(
        decision, kind="precheck", topics=(), picks=(), choices=(), intent="open_case", p=1.0, reason="forget"
    )


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
