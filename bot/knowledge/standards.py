"""Amounts by programme, region and day: knowledge/standards.

A rise is a new row; old rows stay, so that a question about an earlier day finds the amount of that day. A row of
confidence C is kept for the staff who will verify it and is never found.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ruamel.yaml import YAML

from bot.errors import KnowledgeError


@dataclass(frozen=True)
class Programme:
    """A kind of amount: `says` puts the number into words ("每人每月{amount}元")."""

    id: str
    name: str
    says: str
    floor: bool
    """True: the autonomous region's amount is the least that any place may pay."""


@dataclass(frozen=True)
class Amount:
    """What one programme pays in one region from one day on."""

    programme: str
    region: str
    valid_from: datetime.date
    precision: str
    """"day", or "year" where only the year is known."""
    amount: Decimal
    source: str
    confidence: str


@dataclass(frozen=True)
class Standards:
    """All programmes and rows, and the sentences around an amount."""

    programmes: Mapping[str, Programme]
    rows: Mapping[str, tuple[Amount, ...]]
    wording: Mapping[str, str]

    def find(self, programme: str, region: str, *, day: datetime.date) -> Amount | None:
        """Return the row in force on `day` for `region`, a township, county, city or the autonomous region.

        Of the rows of the place and of what it lies in, up to the city, the latest holds: a city that sets one amount
        for all its counties ends theirs. The autonomous region's row holds where there is none, and where it is a floor
        and the local row lies below it.
        """
        usable = [row for row in self.rows.get(programme, ()) if row.valid_from <= day and row.confidence in ("A", "B")]
        places = [region[:length] for length in (9, 6, 4) if length <= len(region)]
        local = [row for row in usable if row.region in places]
        above = [row for row in usable if row.region == region[:2]]
        found = max(local, key=lambda row: (row.valid_from, len(row.region)), default=None)
        general = max(above, key=lambda row: row.valid_from, default=None)
        if found is None or general is None:
            return found or general
        return general if self.programmes[programme].floor and general.amount > found.amount else found

    def is_local(self, programme: str) -> bool:
        """Tell whether any place below the autonomous region has a usable amount of its own."""
        return any(len(row.region) > 2 and row.confidence in ("A", "B") for row in self.rows.get(programme, ()))


def read_standards(folder: Path) -> Standards:
    """Read programmes.yaml and one CSV a programme. Raises KnowledgeError naming file and line."""
    path = folder / "programmes.yaml"
    if not path.exists():
        return Standards({}, {}, {})
    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    programmes = {
        id: Programme(id, str(item["name"]), str(item["says"]), bool(item.get("floor", False)))
        for id, item in content["programmes"].items()
    }
    rows = {id: _read_rows(folder / f"{id}.csv", id) for id in programmes}
    return Standards(programmes, rows, content["wording"])


def _read_rows(path: Path, programme: str) -> tuple[Amount, ...]:
    if not path.exists():
        raise KnowledgeError(f"standards/{path.name}：文件不存在。programmes.yaml 里登记了 {programme}，请补上。")
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                rows.append(
                    Amount(
                        programme=programme,
                        region=row["region"],
                        valid_from=datetime.date.fromisoformat(row["valid_from"]),
                        precision=row["precision"],
                        amount=Decimal(row["amount"]),
                        source=row["source"],
                        confidence=row["confidence"],
                    )
                )
            except (KeyError, ValueError, TypeError, InvalidOperation) as error:
                raise KnowledgeError(
                    f"standards/{path.name} 第 {number} 行写法不对（{error}）。请改正后再保存。"
                ) from error
    return tuple(rows)
