"""Two live entries must not give two figures for one thing: claims.yaml names the things and how they are written."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from bot.errors import KnowledgeError
from bot.knowledge.entries import Entry


@dataclass(frozen=True)
class Claim:
    """A thing that has one figure, and the pattern whose only group is that figure."""

    thing: str
    pattern: re.Pattern[str]


def read_claims(path: Path) -> tuple[Claim, ...]:
    """Read claims.yaml. Raises KnowledgeError for a pattern that is none."""
    if not path.exists():
        return ()
    claims = []
    for item in YAML(typ="safe").load(path.read_text(encoding="utf-8")) or []:
        try:
            pattern = re.compile(item["pattern"])
        except (re.error, KeyError) as error:
            raise KnowledgeError(f"claims.yaml：“{item.get('thing')}”的写法不对（{error}）。") from error
        if pattern.groups != 1:
            raise KnowledgeError(f"claims.yaml：“{item['thing']}”的 pattern 要有且只有一个括号，里面是那个数。")
        claims.append(Claim(item["thing"], pattern))
    return tuple(claims)


def find_contradictions(claims: tuple[Claim, ...], entries: list[Entry], *, day: datetime.date) -> list[str]:
    """Return a sentence for every thing with different figures in entries for the same regions on `day`."""
    faults = []
    for claim in claims:
        said: dict[tuple[str, ...], dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        for entry in entries:
            if entry.in_force(day):
                for figure in set(claim.pattern.findall(_settled(entry))):
                    said[entry.regions][figure].append(entry)
        for figures in said.values():
            if len(figures) > 1:
                listed = "；".join(
                    f"{figure}（{'、'.join(entry.path for entry in found[:3])}）"
                    for figure, found in sorted(figures.items())
                )
                faults.append(f"claims.yaml：{claim.thing}有不同的数：{listed}。请核对来源，改成一样的。")
    return faults


def _settled(entry: Entry) -> str:
    return "\n".join([entry.answer, *(text for heading, text in entry.sections if heading != "未核实")])
