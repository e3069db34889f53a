"""A whole pre-check as data: facts, region and day in; outcome, reasons, amount, flips and what to bring out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from bot.eligibility.asking import conclude, next_fact
from bot.eligibility.benefits import Benefit, Outcome
from bot.eligibility.catalogue import Catalogue
from bot.eligibility.decide import Verdict, amounts, checks, decide, given
from bot.eligibility.flipping import distances, flips
from bot.eligibility.situation import Situation
from bot.eligibility.telling import read_value, write_value
from bot.eligibility.values import Value
from bot.eligibility.wording import fill_facts
from bot.errors import ValueRefused

_PLACES = ("hukou_county", "live_county")


def read_facts_told(
    told: Mapping[str, Any], catalogue: Catalogue, *, day: datetime.date
) -> tuple[dict[str, Value], list[ValueRefused]]:
    """Return the values that could be read, and the refusals (unknown_fact: no benefit asks for it)."""
    known: dict[str, Value] = {}
    refused: list[ValueRefused] = []
    for name, item in told.items():
        fact = catalogue.facts.get(catalogue.also.get(name, name))
        if item is None:
            continue
        if fact is None:
            refused.append(ValueRefused("unknown_fact", name, item))
            continue
        try:
            known[fact.name] = read_value(fact, item, day=day, regions=catalogue.library.regions)
        except ValueRefused as error:
            refused.append(error)
    return known, refused


def precheck(request: Mapping[str, Any], catalogue: Catalogue, *, day: datetime.date) -> dict[str, Any]:
    """Decide every benefit, or the one that `request["benefit"]` names, and return the record of it.

    `request`: facts (name → value), region (code or name of the place of the household register and of living), day,
    benefit. What is wrong with it stands under "refused", and what could be read is used.
    """
    faults: list[ValueRefused] = []
    if request.get("day"):
        try:
            day = datetime.date.fromisoformat(str(request["day"]))
        except ValueError:
            faults.append(ValueRefused("no_such_day", "day", request["day"]))
    places = {name: request["region"] for name in _PLACES if request.get("region")}
    told = request.get("facts") or {}
    if not isinstance(told, Mapping):
        faults.append(ValueRefused("unreadable", "facts", told))
        told = {}
    known, refused = read_facts_told({**places, **told}, catalogue, day=day)
    situation = catalogue.situation(known, day=day)
    named = request.get("benefit")
    if named:
        benefit = catalogue.find(str(named))
        chosen = [benefit] if benefit else []
    else:
        chosen = list(catalogue.benefits.values())
    concerned = [b for b in chosen if named or decide(b, situation, screening=True).outcome is not Outcome.BESIDE]
    record: dict[str, Any] = {
        "day": day.isoformat(),
        "facts": {name: write_value(value) for name, value in known.items()},
        "refused": [{"fact": error.fact, "code": error.code} for error in (*faults, *refused)],
        "benefits": [as_record(conclude(benefit, situation), situation, catalogue.wording) for benefit in concerned],
        "next": next_fact(chosen, situation, screening=not named),
        "knowledge": catalogue.library.version,
    }
    if "id" in request:
        record["id"] = request["id"]
    if named and not chosen:
        record["refused"].append({"fact": "benefit", "code": "unknown_benefit"})
    return record


def as_record(verdict: Verdict, situation: Situation, wording: Mapping[str, Any]) -> dict[str, Any]:
    """One benefit's verdict as JSON."""
    benefit = verdict.benefit
    named = benefit.named(situation.day)
    return {
        "id": benefit.id,
        "name": benefit.name,
        "outcome": verdict.outcome.value,
        "reason": fill_facts(verdict.rule.says, situation, wording) if verdict.rule else None,
        "rule": verdict.rule.id if verdict.rule else None,
        "possible": sorted((outcome.value for outcome in verdict.possible), key=lambda o: Outcome(o).rank),
        "missing": sorted(verdict.missing, key=list(situation.facts).index),
        "unclear": sorted(verdict.unclear),
        "trace": [
            {
                "condition": check.requirement.name,
                "says": check.requirement.says,
                "met": check.truth.value,
                "source": check.requirement.clause.source,
                "article": check.requirement.clause.article,
                "distances": [
                    {"fact": d.fact, "value": write_value(d.value), "limit": d.limit, "gap": d.gap}
                    for d in distances(check.requirement.when, situation, named)
                ],
            }
            for check in checks(benefit, situation)
        ],
        "rules": [
            {
                "rule": step.rule.id,
                "holds": step.truth.value,
                "outcome": step.rule.outcome.value,
                "source": step.rule.clause.source if step.rule.clause else None,
                "article": step.rule.clause.article if step.rule.clause else None,
            }
            for step in verdict.steps
        ],
        "flips": [
            {
                "fact": flip.fact,
                "value": write_value(flip.value),
                "outcome": flip.outcome.value,
                "distance": flip.distance,
            }
            for flip in flips(verdict, situation)
        ],
        "amounts": _amounts(benefit, situation, verdict.outcome),
        "materials": [fill_facts(text, situation, wording) for text, _ in given(benefit.materials, benefit, situation)],
        "where": benefit.where,
        "then": list(verdict.rule.then) if verdict.rule else [],
    }


def _amounts(benefit: Benefit, situation: Situation, outcome: Outcome) -> list[dict[str, Any]]:
    if outcome is Outcome.REFUSED:
        return []
    return [
        {
            "programme": amount.programme,
            "amount": float(amount.amount),
            "region": amount.region,
            "valid_from": amount.valid_from.isoformat(),
            "source": amount.source,
        }
        for amount in amounts(benefit, situation)
    ]
