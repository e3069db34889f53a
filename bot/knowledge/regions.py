"""The regions of Guangxi, and the words for them: code → name, from the autonomous region down to the township.

A code begins with its parent's: 45 Guangxi, 4501 Nanning, 450103 Qingxiu, 450103001 a street in it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

_LENGTHS = (9, 6, 4, 2)


@dataclass(frozen=True)
class Regions:
    """Names by code, and what citizens say instead (aliases.yaml)."""

    names: Mapping[str, str]
    aliases: Mapping[str, str]
    """Other name → code."""
    not_alone: frozenset[str]
    """Short names that are everyday words too: they count only with 市, 县 or 区 behind them."""

    def upwards(self, code: str) -> Iterator[str]:
        """Yield the region and everything it lies in, the nearest first."""
        for length in _LENGTHS:
            if length <= len(code):
                yield code[:length]

    def full_name(self, code: str) -> str:
        """南宁市青秀区 for 450103: the name with those of what it lies in, below the autonomous region."""
        parts = [self.names[part] for part in self.upwards(code) if len(part) > 2 and part in self.names]
        return "".join(reversed(parts)) or self.names.get(code, code)

    def covers(self, regions: tuple[str, ...], code: str | None) -> bool:
        """Tell whether something that holds in `regions` holds for a citizen of `code` (None: not known)."""
        return "45" in regions or (code is not None and any(code.startswith(region) for region in regions))


def read_regions(folder: Path) -> Regions:
    """Read regions.csv (code, name, …) and, where there is one, aliases.yaml."""
    with (folder / "regions.csv").open(encoding="utf-8", newline="") as file:
        names = {row["code"]: row["name"] for row in csv.DictReader(file)}
    path = folder / "aliases.yaml"
    said = YAML(typ="safe").load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Regions(
        names=names,
        aliases={str(alias): str(code) for alias, code in (said.get("aliases") or {}).items()},
        not_alone=frozenset(said.get("not_alone") or ()),
    )
