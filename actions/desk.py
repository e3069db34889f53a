"""The actions of the desk: ask for a person, open a case, tell how far it is. bot/cases decides what may be done."""

from __future__ import annotations

import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.replying import library_now, tell_entry, told_of
from actions.routing import ask_which
from actions.uttering import Events, close, decision_of, utter
from bot.answers.live import live
from bot.cases.desk import Desk, NewCase, desk_of
from bot.cases.numbers import UNKNOWN, find_case_number
from bot.channels.wording import say
from bot.eligibility.catalogue import catalogue_of
from bot.eligibility.prechecking import precheck
from bot.eligibility.state import State
from bot.errors import CaseRefused
from bot.knowledge.library import Library
from bot.places.offices import title_of
from bot.places.routing import Roles, route
from bot.settings import load_settings

_KIND_OF_WISH = {"complaint": "complaint", "ask": "ask"}
_MOST_TRIES = 2


class ActionHandOver(Action):
    """Put the citizen into the queue for a person, and say when somebody is there."""

    def name(self) -> str:
        return "action_hand_over"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        decision = decision_of(tracker)
        desk = desk_now()
        entry = library_now().entries.get(tracker.get_slot("entry") or "")
        topic = entry.topic if entry else None
        asked = desk.ask_for_person(tracker.sender_id, topic=topic, region=decision["region"], now=now())
        response = "held" if asked.is_held else "staffed" if asked.is_staffed else "away"
        before = str(asked.before)
        if response == "staffed" and asked.before:
            response = "queued"
        utter(dispatcher, decision, f"utter_hand_over_{response}", before=before, back=_say_moment(asked.back_at))
        return close(dispatcher, decision)


class ActionOpenCase(Action):
    """Take down what somebody is to look into, ask where it is, and give number and secret."""

    def name(self) -> str:
        return "action_open_case"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        decision = decision_of(tracker)
        kept: dict[str, Any] = dict(tracker.get_slot("desk") or {})
        reason = decision["reason"]
        if reason == "rate":
            _rate(dispatcher, tracker, decision)
            return close(dispatcher, decision)
        if reason == "forget":
            utter(dispatcher, decision, "utter_precheck_forgotten")
            return []
        if reason == "secret":
            return [*_tell_secrets(dispatcher, tracker, decision), *close(dispatcher, decision)]
        if reason == "cancelled":
            utter(dispatcher, decision, "utter_case_cancelled")
            return [SlotSet("desk", None), *close(dispatcher, decision)]
        if reason == "precheck" and (checked := _told_in_precheck(tracker)):
            kept = {"kind": "precheck", **checked, "message": _message_id(tracker)}
        elif reason in (*_KIND_OF_WISH, "precheck"):
            kind = _KIND_OF_WISH.get(reason, "ask")
            utter(dispatcher, decision, f"utter_case_ask_{kind}")
            begun = {"stage": "text", "kind": kind, "at": now().timestamp()}
            return [SlotSet("desk", begun), *close(dispatcher, decision)]
        elif reason == "told_too_little":
            utter(dispatcher, decision, "utter_case_told_too_little")
            return close(dispatcher, decision)
        elif reason == "told":
            told = {"summary": tracker.latest_message["text"], "topic": decision.get("about")}
            kept |= told | {"message": _message_id(tracker)}
        kept["tries"] = kept.get("tries", 0) + 1
        # Where somebody is registered goes before where the conversation last was.
        region = kept.get("region") or decision["region"]
        if not region and reason != "place_untold" and kept["tries"] <= _MOST_TRIES:
            _ask_place(dispatcher, decision)
            return [SlotSet("desk", kept | {"stage": "place"}), *close(dispatcher, decision)]
        _open(dispatcher, tracker, decision, kept, region)
        return [SlotSet("desk", None), *close(dispatcher, decision)]


class ActionTellProgress(Action):
    """Tell how far a case is; where none is ours to tell, where to ask."""

    def name(self) -> str:
        return "action_tell_progress"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        library, decision = library_now(), decision_of(tracker)
        desk = desk_now()
        own = desk.own_cases(tracker.sender_id, now=now())
        asked = (tracker.latest_message.get("metadata") or {}).get("case")
        named = find_case_number(tracker.latest_message["text"])
        if asked:
            progress = own.get(asked["number"]) or desk.look_up(
                asked["number"], asked["token"], caller=asked["caller"], now=now()
            )
            _tell_progress(dispatcher, decision, progress, asked=asked["number"])
        elif named and named.is_typo:
            utter(dispatcher, decision, "utter_case_number_wrong", number=named.number)
        elif named and named.number in own:
            _tell_progress(dispatcher, decision, own[named.number])
        elif named:
            utter(
                dispatcher,
                decision,
                "utter_case_needs_secret",
                more={"asks_secret_of": named.number},
                number=named.number,
            )
        elif own:
            _tell_progress(dispatcher, decision, "\n\n".join(own.values()))
        elif decision["reason"] == "case":
            utter(dispatcher, decision, "utter_case_needs_number", more={"asks_secret_of": UNKNOWN})
        else:
            told = told_of(decision, library)[:1]
            for one in told:
                tell_entry(dispatcher, decision, "utter_answer", one, library)
            if not told:
                utter(dispatcher, decision, "utter_progress")
            utter(dispatcher, decision, "utter_progress_ours", more={"asks_secret_of": UNKNOWN})
        return close(dispatcher, decision)


def _ask_place(dispatcher: CollectingDispatcher, decision: dict[str, Any]) -> None:
    if decision["reason"] == "place_which":
        ask_which(dispatcher, decision, library_now())
    else:
        is_unknown = decision["reason"] == "place_unknown"
        utter(dispatcher, decision, "utter_case_place_again" if is_unknown else "utter_case_ask_place")


def desk_now() -> Desk:
    return desk_of(load_settings())


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def _open(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    decision: dict[str, Any],
    kept: dict[str, Any],
    region: str | None,
) -> None:
    library = library_now()
    topic = kept.get("topic")
    # Who complains does not want it to end with whom they complain about: their county's bureau has it.
    roles = {**(decision.get("roles") or {}), **kept.get("roles", {})}
    office = _office(library, None if kept["kind"] == "complaint" else topic, region, roles)
    case = NewCase(
        kind=kept["kind"],
        summary=_account(tracker, kept),
        topic=topic,
        region=region,
        office=office[0] if office else None,
        facts=kept.get("facts") or {},
        trace=kept.get("trace") or (),
    )
    opened = desk_now().open_case(tracker.sender_id, case, message=kept.get("message"), now=now())
    due = f"{opened.due_on.month}月{opened.due_on.day}日"
    utter(
        dispatcher,
        decision,
        "utter_case_opened" if opened.is_due_sure else "utter_case_opened_unsure",
        more={"telephone_for": opened.number},
        number=opened.number,
        secret=opened.secret,
        due=due,
        office=office[1] if office else say(load_settings().project / "domain.yml", "utter_case_no_office"),
    )


def _office(library: Library, topic: str | None, region: str | None, roles: dict[str, str]) -> tuple[str, str] | None:
    """Id and name of the office that a case goes to: that of its topic, else of the place."""
    if region is None:
        return None
    told = Roles(**roles, place=region)
    try:
        routed = route(topic or "general", told, library.regions, library.offices, library.services, day=live().day)
    except KeyError:
        return None
    return (routed.office.id, title_of(routed.office, library.regions)) if routed.office else None


def _account(tracker: Tracker, kept: dict[str, Any]) -> str:
    """What the case is about: all that was said since it was told, a warning's or a question's words too."""
    told: str = kept["summary"]
    if kept["kind"] == "precheck" or not kept.get("message"):
        return told
    return desk_now().said_since(tracker.sender_id, kept["message"]) or told


def _told_in_precheck(tracker: Tracker) -> dict[str, Any] | None:
    """What a case takes over from the pre-check of this conversation: facts, outcome and trace."""
    state = State.read(tracker.get_slot("precheck"))
    if not state.facts:
        return None
    catalogue = catalogue_of(live().library(), load_settings().knowledge)
    request = {"facts": dict(state.facts), **({"benefit": state.benefit} if state.benefit else {})}
    record = precheck(request, catalogue, day=live().day)
    benefit = catalogue.benefits.get(state.benefit or "")
    name = benefit.name if benefit else catalogue.wording["everything"]
    outcomes = [one for one in record["benefits"] if one["id"] == state.benefit] or record["benefits"]
    summary = f"{name}：{outcomes[0]['outcome']}" if benefit else name
    facts = {"hukou": state.facts.get("hukou_county"), "live": state.facts.get("live_county")}
    roles = {role: code for role, code in facts.items() if isinstance(code, str) and code.isdigit()}
    return {
        "topic": benefit.topic if benefit else None,
        "summary": summary,
        "facts": dict(state.facts),
        "trace": outcomes,
        "roles": roles,
        "region": roles.get("hukou") or roles.get("live"),
    }


def _tell_secrets(dispatcher: CollectingDispatcher, tracker: Tracker, decision: dict[str, Any]) -> Events:
    own = desk_now().own_cases(tracker.sender_id, now=now())
    if not own:
        utter(dispatcher, decision, "utter_case_no_secret")
        return []
    listed = "\n".join(f"{number}：⟦{number}⟧" for number in own)
    utter(dispatcher, decision, "utter_case_secrets", listed=listed)
    return []


def _tell_progress(
    dispatcher: CollectingDispatcher, decision: dict[str, Any], progress: str | None, *, asked: str = ""
) -> None:
    if progress is None:
        utter(dispatcher, decision, "utter_case_not_found", more={"asks_secret_of": asked or UNKNOWN})
    else:
        utter(dispatcher, decision, "utter_case_progress", progress=progress)


def _rate(dispatcher: CollectingDispatcher, tracker: Tracker, decision: dict[str, Any]) -> None:
    named = find_case_number(tracker.latest_message["text"])
    try:
        is_reopened = desk_now().rate(tracker.sender_id, named.number if named else "", decision["stars"], now=now())
    except CaseRefused:
        utter(dispatcher, decision, "utter_case_not_rated")
        return
    utter(dispatcher, decision, "utter_case_reopened" if is_reopened else "utter_case_rated")


def _message_id(tracker: Tracker) -> int | None:
    """The id in the log of the message that is being answered."""
    told = str(tracker.latest_message.get("message_id") or "")
    return int(told.removeprefix("log-")) if told.startswith("log-") else None


def _say_moment(moment: datetime.datetime) -> str:
    return f"{moment.month}月{moment.day}日{moment:%H:%M}"
