"""Put an entry into the words and the order in which a phone shows it, for the citizen's region and day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from bot.knowledge.entries import Citation, Entry
from bot.knowledge.evidence import Evidence, gather_evidence
from bot.knowledge.filling import PLACE, fill_amounts
from bot.knowledge.library import Library


@dataclass(frozen=True)
class Told:
    """An entry as it is told: every place filled, every figure's source among the evidence."""

    entry: Entry
    answer: str
    sections: tuple[tuple[str, str], ...]
    evidence: tuple[Evidence, ...]
    regions: str

    @property
    def body(self) -> str:
        """The parts as plain text, each under its heading."""
        return "\n\n".join(f"【{heading}】\n{text}" for heading, text in self.sections)

    @property
    def sources(self) -> str:
        """All sources in one line."""
        return "；".join(evidence.line() for evidence in self.evidence)


def tell(entry: Entry, library: Library, *, region: str | None, day: datetime.date) -> Told:
    """Return the entry with the amounts of `region` (None: not known) on `day`."""

    def fill(text: str) -> str:
        return fill_amounts(text, library, region=region, day=day)

    names = library.regions.names
    return Told(
        entry=entry,
        answer=fill(entry.answer),
        sections=tuple((heading, fill(text)) for heading, text in entry.sections),
        evidence=_evidence(entry, library, region, day),
        regions="、".join(names.get(code, code) for code in entry.regions),
    )


def as_card(told: Told, library: Library) -> dict[str, Any]:
    """The entry as the page shows it: answer, parts, evidence, dates, next questions."""
    return {
        "id": told.entry.id,
        "question": told.entry.question,
        "answer": told.answer,
        "sections": [{"heading": heading, "text": text} for heading, text in told.sections],
        "sources": [evidence.as_dict() for evidence in told.evidence],
        "checked_on": told.entry.checked_on.isoformat(),
        "regions": told.regions,
        "next": [library.entries[id].question for id in told.entry.next_steps if id in library.entries],
    }


def _evidence(entry: Entry, library: Library, region: str | None, day: datetime.date) -> tuple[Evidence, ...]:
    """The entry's own sources and those of its amounts, the articles of one document joined."""
    text = "\n".join([entry.answer, *(body for _, body in entry.sections)])
    found = [library.standards.find(programme, region or "45", day=day) for programme in PLACE.findall(text)]
    citations = [*entry.citations, *(Citation(amount.source, "") for amount in found if amount)]
    return gather_evidence(citations, library.sources)
