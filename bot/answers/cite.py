"""Put an entry into the words and the order in which a phone shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.knowledge.entries import Entry
from bot.knowledge.library import Library


@dataclass(frozen=True)
class Evidence:
    """One source line: document, number, article, in force from."""

    title: str
    number: str
    article: str
    issuer: str
    in_force_from: str

    def line(self) -> str:
        parts = [
            f"《{self.title}》",
            f"（{self.number}）" if self.number else "",
            f"第{self.article}条" if self.article else "",
        ]
        return "".join(parts)


def evidence_of(entry: Entry, library: Library) -> list[Evidence]:
    """Return the sources of an entry in its own order."""
    found = []
    for citation in entry.citations:
        source = library.cite(citation)
        day = source.in_force_from.isoformat() if source.in_force_from else source.published
        found.append(Evidence(source.title, source.number, citation.article, source.issuer, day))
    return found


def evidence_lines(entry: Entry, library: Library) -> str:
    """All sources in one line, the articles of one document joined."""
    lines: dict[tuple[str, str], list[str]] = {}
    for evidence in evidence_of(entry, library):
        lines.setdefault((evidence.title, evidence.number), []).append(evidence.article)
    joined = []
    for (title, number), articles in lines.items():
        known = [article for article in dict.fromkeys(articles) if article]
        article = f"第{'、'.join(known)}条" if known else ""
        joined.append(f"《{title}》" + (f"（{number}）" if number else "") + article)
    return "；".join(joined)


def body_text(entry: Entry) -> str:
    """The entry's parts as plain text, each under its heading."""
    return "\n\n".join(f"【{heading}】\n{text}" for heading, text in entry.sections)


def as_card(entry: Entry, library: Library) -> dict[str, Any]:
    """The entry as the page shows it: answer, parts, evidence, dates, next questions."""
    return {
        "id": entry.id,
        "question": entry.question,
        "answer": entry.answer,
        "sections": [{"heading": heading, "text": text} for heading, text in entry.sections],
        "sources": [evidence.__dict__ | {"line": evidence.line()} for evidence in evidence_of(entry, library)],
        "checked_on": entry.checked_on.isoformat(),
        "next": [library.entries[id].question for id in entry.next_steps if id in library.entries],
    }
