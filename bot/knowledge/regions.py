"""The regions of Guangxi down to its villages, those of China down to counties, and the words for them.

A code begins with its parent's: 45 Guangxi, 4501 Nanning, 450103 Qingxiu, 450103001 a street in it, 450103001001 a
community of that. From the National Bureau of Statistics, state of 2023-06-30; what was mended stands in
knowledge/README.md.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML

_LENGTHS = (12, 9, 6, 4, 2)
# What the statistics put between a city and its counties where there is nothing (北京市市辖区).
_FORMAL = re.compile("^(?:市辖区|县|(?:省|自治区)直辖县级行政区划)$")
_LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}


@dataclass(frozen=True)
class Regions:
    """Names by code, and what citizens say instead (aliases.yaml)."""

    names: Mapping[str, str]
    """Guangxi from the autonomous region to townships."""
    aliases: Mapping[str, str]
    """Other name → code."""
    not_alone: frozenset[str]
    """Short names that are everyday words too: they count only with 市, 县 or 区 behind them."""
    villages: Mapping[str, str] = field(default_factory=dict)
    """Villages and communities of Guangxi."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """The rest of China: provinces, cities and counties."""
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other name → the codes of which the citizen must choose."""

    def name_of(self, code: str) -> str | None:
        """The region's own name, wherever in China; None for a code that is none."""
        return self.names.get(code) or self.villages.get(code) or self.elsewhere.get(code)

    @staticmethod
    def level_of(code: str) -> str:
        """province, city, county, township or village. Raises KeyError for what has no code's length."""
        return _LEVELS[len(code)]

    def upwards(self, code: str) -> Iterator[str]:
        """Yield the region and everything it lies in, the nearest first."""
        for length in _LENGTHS:
            if length <= len(code):
                yield code[:length]

    def full_name(self, code: str) -> str:
        """南宁市青秀区 for 450103: with the names of what it lies in, in Guangxi without the autonomous region's."""
        parts = [self.name_of(part) or "" for part in self.upwards(code) if part != "45"]
        parts = [part for part in parts if not _FORMAL.search(part)]
        return "".join(reversed(parts)) or self.names.get(code, code)

    def covers(self, regions: tuple[str, ...], code: str | None) -> bool:
        """Tell whether something that holds in `regions` holds for a citizen of `code` (None: not known)."""
        return "45" in regions or (code is not None and any(code.startswith(region) for region in regions))


def read_regions(folder: Path) -> Regions:
    """Read regions.csv and, where they are, villages.csv, china.csv (code, name, …) and aliases.yaml."""
    path = folder / "aliases.yaml"
    said = YAML(typ="safe").load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Regions(
        names=_names(folder / "regions.csv"),
        aliases={str(alias): str(code) for alias, code in (said.get("aliases") or {}).items()},
        not_alone=frozenset(said.get("not_alone") or ()),
        villages=_names(folder / "villages.csv"),
        elsewhere=_names(folder / "china.csv"),
        several={str(alias): tuple(map(str, codes)) for alias, codes in (said.get("several") or {}).items()},
    )


def _names(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}
