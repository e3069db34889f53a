"""The documents that something rests on, as citizens see them: one line a document, its articles joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.knowledge.entries import Citation
from bot.knowledge.library import Source


@dataclass(frozen=True)
class Evidence:
    """One source line: document, number, articles, issuer, in force from."""

    title: str
    number: str
    articles: tuple[str, ...]
    issuer: str
    in_force_from: str

    def line(self) -> str:
        """《最低生活保障审核确认办法》（民发〔2021〕57号）第5、13条; a part named in full stays as it is (第二部分)."""
        number = f"（{self.number}）" if self.number else ""
        numbered = [article for article in self.articles if not article.startswith("第")]
        parts = [article for article in self.articles if article.startswith("第")]
        articles = [f"第{'、'.join(numbered)}条"] if numbered else []
        return f"《{self.title}》{number}{'、'.join([*articles, *parts])}"

    def as_dict(self) -> dict[str, object]:
        """The JSON of a card."""
        return self.__dict__ | {"line": self.line()}


def gather_evidence(citations: Iterable[Citation], sources: Mapping[str, Source]) -> tuple[Evidence, ...]:
    """One Evidence a document, in the order of first citation. Raises KeyError for a document not in `sources`."""
    articles: dict[str, list[str]] = {}
    for citation in citations:
        known = articles.setdefault(citation.source, [])
        if citation.article and citation.article not in known:
            known.append(citation.article)
    evidence = []
    for id, numbers in articles.items():
        source = sources[id]
        since = source.in_force_from.isoformat() if source.in_force_from else source.published
        evidence.append(Evidence(source.title, source.number, tuple(numbers), source.issuer, since))
    return tuple(evidence)
