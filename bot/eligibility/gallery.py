"""The flow pictures of all benefits with their index, as the files of docs/benefits/."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from bot.eligibility.catalogue import Catalogue
from bot.eligibility.examples import read_cases
from bot.eligibility.picture import draw_benefit

PICTURES = "docs/benefits"
_INDEX = "README.md"


def make_gallery(catalogue: Catalogue, examples: Path) -> dict[str, str]:
    """Return the content of every file by name; the day is the one that the knowledge states (pictures_on)."""
    day = catalogue.settings["pictures_on"]
    files = {f"{id}.svg": draw_benefit(benefit, catalogue, day=day) for id, benefit in catalogue.benefits.items()}
    cases = Counter(case.benefit for case in read_cases(examples))
    return {_INDEX: _make_index(catalogue, cases), **files}


def write_gallery(files: Mapping[str, str], folder: Path) -> list[str]:
    """Write what changed and remove pictures of benefits that are gone; returns the names of both."""
    folder.mkdir(parents=True, exist_ok=True)
    gone = [path for path in folder.glob("*.svg") if path.name not in files]
    for path in gone:
        path.unlink()
    changed = {name: text for name, text in files.items() if _text_of(folder / name) != text}
    for name, text in changed.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted([*changed, *(path.name for path in gone)])


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _make_index(catalogue: Catalogue, cases: Mapping[str, int]) -> str:
    words = catalogue.wording["picture"]["index"]
    lines = [f"# {words['title']}", "", words["intro"], "", words["columns"], "| --- | --- | ---: | ---: |"]
    for id, benefit in catalogue.benefits.items():
        lines.append(f"| [{benefit.name}]({id}.svg) | {benefit.for_whom} | {len(benefit.rules)} | {cases.get(id, 0)} |")
    return "\n".join(lines) + "\n"
