"""Which messages belong to a pre-check: its start, answers and controls; all others are the citizen's own questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from bot.answers.context import Context
from bot.answers.decide import Decision
from bot.answers.live import live
from bot.eligibility.catalogue import Catalogue, catalogue_of
from bot.eligibility.hearing import Heard, is_plain, may_be_an_answer, takes
from bot.eligibility.state import State
from bot.knowledge.library import Library
from bot.language.normalising import Normalised
from bot.settings import load_settings

FORM = "precheck_form"
# What the search makes of an answer it cannot know about.
_NOT_UNDERSTOOD = ("choices", "refuse", "smalltalk")
# An answer such as "25" or "没工作" looks a little like a goodbye; a real one is as good as certain.
_SURE_TALK = 0.99
_SHORTEST_ALARM = 4
_NO_TALK = ("chitchat", "reject_choices")


def meant_for_precheck(
    decision: Decision,
    text: Normalised,
    context: Context,
    library: Library,
    tracker: DialogueStateTracker | None,
) -> tuple[Decision, dict[str, Any]]:
    """The decision, or "precheck" in its place, and what the pre-check's action must know beside it.

    Danger goes first, save where the message is word for word a choice of the question asked; what it answers beside is
    kept. An answer goes before the search, a question of the citizen's own before a failed answer.
    """
    catalogue = catalogue_of(library, load_settings().knowledge)
    state = State.read(tracker.get_slot("precheck") if tracker else None)
    if decision.kind == "danger" and not is_plain(text, state, catalogue):
        heard = takes(text, state, catalogue, day=live().day) if state.asking else None
        answers = heard is not None and heard.kind == "answer" and state.asking in heard.facts
        # "大人" sounds a little like a child in danger, but is the answer to what was asked: the numbers come with it.
        if not (answers and decision.reason == "danger_meaning" and len(text.plain) <= _SHORTEST_ALARM):
            return decision, {"answers": answers}
    is_in_form = tracker is not None and tracker.active_loop_name == FORM
    subject = _subject(decision, context, library, catalogue)
    if decision.reason == "chosen" and not is_in_form:
        return decision, {}
    is_known = decision.kind not in _NOT_UNDERSTOOD
    heard = takes(text, state, catalogue, day=live().day, subject=subject, is_known=is_known)
    greets = decision.kind == "smalltalk" and decision.intent not in _NO_TALK and decision.p >= _SURE_TALK
    failed = is_in_form and state.asking and not is_known and not greets and may_be_an_answer(text)
    if heard is None and not failed:
        return decision, {}
    benefit = catalogue.benefits.get(_benefit_of(heard, state))
    topics = (benefit.topic,) if benefit else ()
    reason = heard.kind if heard else "refused"
    taken = replace(
        decision,
        kind="precheck",
        topics=topics,
        picks=(),
        choices=(),
        intent="precheck",
        p=1.0,
        reason=reason,
        caution=decision.kind == "danger",
    )
    return taken, {"subject": subject, "is_known": is_known}


def _benefit_of(heard: Heard | None, state: State) -> str:
    return (heard.benefit or "") if heard is not None and heard.kind == "start" else state.benefit


def _subject(decision: Decision, context: Context, library: Library, catalogue: Catalogue) -> str | None:
    """The benefit that the message, or else the last answer, was about."""
    last = library.entries.get(context.entry or "")
    topics = [*decision.topics[:1], *([last.topic] if last else [])]
    found = (catalogue.for_topic(topic) for topic in topics)
    return next((benefit.id for benefit in found if benefit), None)
