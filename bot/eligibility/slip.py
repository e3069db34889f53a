"""The result of a pre-check on one page (办事单): outcome, conditions, amount, what to bring, where, what to say there.

It holds no name and no number of a person; what it says of the citizen are the facts of this conversation.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.eligibility.asking import conclude
from bot.eligibility.benefits import Benefit, Outcome
from bot.eligibility.catalogue import Catalogue
from bot.eligibility.decide import Check, Verdict, checks, given, used_facts
from bot.eligibility.flipping import distances, flips
from bot.eligibility.situation import Situation
from bot.eligibility.truth import STANDARD
from bot.eligibility.values import UNCLEAR
from bot.eligibility.wording import fill_facts, say_distance, say_flip, say_value
from bot.knowledge.evidence import Evidence, gather_evidence
from bot.knowledge.filling import say_amount

_MOST_FLIPS = 3


@dataclass(frozen=True)
class Section:
    """One part of the page; lines are plain text."""

    name: str
    """What it is about: a key of wording.headings."""
    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Slip:
    """A page as data; channels print it as text, as a card or as HTML."""

    benefit: str
    name: str
    outcome: Outcome
    headline: str
    reason: str
    sections: tuple[Section, ...]
    evidence: tuple[Evidence, ...]
    region: str
    day: str
    then: tuple[str, ...]
    """Names of benefits to look at as well."""

    def as_text(self) -> str:
        """The page for a channel that shows plain text only."""
        parts = [self.headline, self.reason]
        parts += [f"【{section.heading}】\n" + "\n".join(section.lines) for section in self.sections]
        return "\n\n".join(part for part in parts if part)


def make_slip(benefit: Benefit, situation: Situation, catalogue: Catalogue) -> Slip:
    """Return the page for what is known of the household."""
    verdict = conclude(benefit, situation)
    wording = catalogue.wording
    place = situation.value(benefit.place)
    headings = wording["headings"]
    then = [
        catalogue.benefits[id].name for id in (verdict.rule.then if verdict.rule else ()) if id in catalogue.benefits
    ]
    parts = [
        ("checks", [_say_check(check, benefit, situation, catalogue) for check in checks(benefit, situation)]),
        ("changes", _say_flips(verdict, situation, catalogue)),
        ("amount", _say_amounts(verdict, situation, catalogue, place if isinstance(place, str) else None)),
        ("materials", _filled(given(benefit.materials, benefit, situation), situation, catalogue)),
        ("where", [benefit.where]),
        ("how_long", [benefit.how_long] if benefit.how_long else []),
        ("tell_them", [benefit.tell_them]),
        ("notes", _filled(given(benefit.notes, benefit, situation), situation, catalogue)),
        ("told", _say_told(benefit, situation, catalogue)),
        ("then", then),
        ("decides", [benefit.decides, wording["right_to_apply"]]),
    ]
    useful = {"amount", "materials", "where", "how_long", "tell_them"}
    if verdict.outcome is Outcome.REFUSED:
        parts = [(name, lines) for name, lines in parts if name not in useful]
    return Slip(
        benefit=benefit.id,
        name=benefit.name,
        outcome=verdict.outcome,
        headline=wording["headline"].format(name=benefit.name, outcome=wording["result"][verdict.outcome.value]),
        reason=_say_reason(verdict, situation, catalogue),
        sections=tuple(Section(name, headings[name], tuple(lines)) for name, lines in parts if lines),
        evidence=_evidence(verdict, situation, catalogue),
        region=catalogue.library.regions.full_name(place) if isinstance(place, str) else "",
        day=situation.day.isoformat(),
        then=tuple(then),
    )


def _say_reason(verdict: Verdict, situation: Situation, catalogue: Catalogue) -> str:
    """Why: the words of the rule, or what keeps several outcomes possible."""
    wording = catalogue.wording
    if verdict.rule is not None:
        return fill_facts(verdict.rule.says, situation, wording)
    open_facts = verdict.missing if verdict.is_open else verdict.unclear
    asked = [situation.facts[name] for name in sorted(open_facts) if name in situation.facts]
    labels = [fact.label for fact in asked if fact.ask]
    lines = []
    if labels:
        lines.append(wording["open_facts" if verdict.is_open else "unclear_facts"].format(labels="、".join(labels)))
    if STANDARD in open_facts or any(not fact.ask for fact in asked):
        lines.append(wording["no_standard"])
    return "".join(lines) or str(wording["no_single_reason"][verdict.outcome.value])


def _say_check(check: Check, benefit: Benefit, situation: Situation, catalogue: Catalogue) -> str:
    """✓ 户口在广西 / ✗ 收入低于标准（人均月收入930元，比810元高120元）."""
    wording = catalogue.wording
    mark = wording["marks"][{True: "met", False: "not_met", None: "open"}[check.truth.value]]
    said = f"{mark} {fill_facts(check.requirement.says, situation, wording)}"
    found = list(distances(check.requirement.when, situation, benefit.named(situation.day)))
    if check.truth.value is not None and any(distance.standard for distance in found):
        # By every standard alike: the nearest says enough.
        found = [min(found, key=lambda distance: abs(distance.gap))]
    far = [say_distance(distance, situation, wording) for distance in found]
    return said + (f"（{'；'.join(dict.fromkeys(far))}）" if far else "")


def _say_flips(verdict: Verdict, situation: Situation, catalogue: Catalogue) -> list[str]:
    """What could change it, of the facts that can change at all."""
    if verdict.outcome is Outcome.QUALIFIES:
        return []
    can = [flip for flip in flips(verdict, situation) if situation.facts[flip.fact].changes]
    return [say_flip(flip, situation, catalogue.wording) for flip in can[:_MOST_FLIPS]]


def _say_amounts(verdict: Verdict, situation: Situation, catalogue: Catalogue, region: str | None) -> list[str]:
    benefit, library = verdict.benefit, catalogue.library
    lines = [
        f"{library.standards.programmes[programme].name}："
        + say_amount(programme, library, region=region, day=situation.day)
        for programme, sure in given(benefit.amounts, benefit, situation)
        if sure
    ]
    return [*lines, *([fill_facts(benefit.pays, situation, catalogue.wording)] if benefit.pays else [])]


def _filled(items: tuple[tuple[str, bool], ...], situation: Situation, catalogue: Catalogue) -> list[str]:
    """The lines that apply; what may apply is marked so."""
    wording = catalogue.wording
    return [fill_facts(text, situation, wording) + ("" if sure else wording["perhaps"]) for text, sure in items]


def _say_told(benefit: Benefit, situation: Situation, catalogue: Catalogue) -> list[str]:
    """The told facts that this benefit looks at."""
    used = used_facts(benefit, situation)
    return [line for name, line in say_told(situation, catalogue).items() if name in used]


def say_told(situation: Situation, catalogue: Catalogue) -> dict[str, str]:
    """Every told fact in words, by name, in file order."""
    regions = catalogue.library.regions
    return {
        name: f"{fact.label}：{say_value(fact, situation.known[name], catalogue.wording, regions)}"
        for name, fact in situation.facts.items()
        if name in situation.known and (situation.known[name] is not UNCLEAR or fact.ask)
    }


def _evidence(verdict: Verdict, situation: Situation, catalogue: Catalogue) -> tuple[Evidence, ...]:
    """The documents behind the rule and the conditions, the articles of one document joined and in order."""
    citations = [verdict.rule.clause] if verdict.rule and verdict.rule.clause else []
    citations += [check.requirement.clause for check in checks(verdict.benefit, situation)]
    first = {citation.source: place for place, citation in reversed(list(enumerate(citations)))}
    citations.sort(key=lambda citation: (first[citation.source], len(citation.article), citation.article))
    return gather_evidence(citations, catalogue.library.sources)
