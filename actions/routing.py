"""The action of the map: which office, by which rule, and where else."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.replying import library_now
from actions.uttering import Events, close, decision_of, utter
from bot.answers.live import live
from bot.knowledge.evidence import gather_evidence
from bot.knowledge.library import Library
from bot.knowledge.services import NoOffice
from bot.places.offices import title_of
from bot.places.routing import Roles, Routed, route

# Who wants nothing in particular is told of the county's bureau.
GENERAL = "general"


class ActionFindOffice(Action):
    """Name the office for the conversation's subject and place, or ask for the place."""

    def name(self) -> str:
        return "action_find_office"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        library, decision = library_now(), decision_of(tracker)
        region, reason, about = decision["region"], decision["reason"], decision.get("about")
        if reason == "which":
            ask_which(dispatcher, decision, library)
            return close(dispatcher, decision)
        if reason == "elsewhere":
            there = Roles(place=decision["elsewhere"])
            routed = route(about or GENERAL, there, library.regions, library.offices, library.services, day=live().day)
            _tell_office(dispatcher, decision, routed, library, about or GENERAL)
            return [*close(dispatcher, decision), SlotSet("finding", None)]
        if reason == "change" or region is None:
            utter(dispatcher, decision, "utter_place_ask")
            kept = {**decision, "region": None, "roles": {}} if reason == "change" else decision
            return [*close(dispatcher, kept), SlotSet("finding", about or (GENERAL if reason == "where" else None))]
        if reason == "placed" and not about:
            utter(dispatcher, decision, "utter_place_noted", place=library.regions.full_name(region))
            return close(dispatcher, decision)
        roles = Roles(**(decision.get("roles") or {}), place=region)
        routed = route(about or GENERAL, roles, library.regions, library.offices, library.services, day=live().day)
        _tell_office(dispatcher, decision, routed, library, about or GENERAL)
        return [*close(dispatcher, decision), SlotSet("finding", None)]


def ask_which(dispatcher: CollectingDispatcher, decision: dict[str, Any], library: Library) -> None:
    """Ask which of the places of one name is meant."""
    which = decision["which"]
    names = [library.regions.full_name(code) for code in which["candidates"]]
    response = "utter_place_which" if len(names) > 1 else "utter_place_maybe"
    utter(dispatcher, decision, response, buttons=names, said=which["said"], place=names[0])


def _tell_office(
    dispatcher: CollectingDispatcher, decision: dict[str, Any], routed: Routed, library: Library, about: str
) -> None:
    service = library.services.serving(about)
    if isinstance(service, NoOffice) or routed.rule is None:
        utter(dispatcher, decision, "utter_route_others", says="".join(routed.notes), telephone=routed.telephone)
        return
    office = routed.office
    others = [
        f"· {title_of(other.office, library.regions)}：{other.when}" if other.office else f"· {other.when}"
        for other in routed.alternatives
    ]
    evidence = gather_evidence(routed.rule.citations, library.sources)
    lines = [*routed.notes, *(["还可以：", *others] if others else [])]
    utter(
        dispatcher,
        decision,
        "utter_route_office" if office else "utter_route_elsewhere",
        office=title_of(office, library.regions) if office else "",
        service=service.name,
        rule=routed.rule.says,
        address=(office.address if office else "") or library.services.words["no_address"],
        telephone=routed.telephone,
        more={"office": office.id if office else None},
        rest="\n".join(lines),
        sources="；".join(one.line() for one in evidence),
    )
