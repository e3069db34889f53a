"""The offices of Guangxi, as they stand in offices.csv."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from bot.errors import KnowledgeError

FILE_OF_OFFICES = "offices.csv"
_DEGREES = re.compile(r"\d{1,3}(?:\.\d+)?")


@dataclass(frozen=True)
class Office:
    """A row of offices.csv; what nobody has filled in is empty, never guessed."""

    id: str
    kind: str
    region: str
    name: str
    telephone: str = ""
    address: str = ""
    hours: str = ""
    latitude: str = ""
    longitude: str = ""
    checked_on: str = ""
    note: str = ""

    @property
    def is_filled(self) -> bool:
        """Staff have entered something: it exists, and its row is theirs."""
        return any((self.telephone, self.address, self.hours, self.latitude, self.longitude, self.checked_on))


COLUMNS = tuple(column.name for column in fields(Office))


@dataclass(frozen=True)
class Offices:
    """All offices, found by kind and region."""

    rows: tuple[Office, ...]
    by_place: Mapping[tuple[str, str], Office] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places: dict[tuple[str, str], Office] = {}
        # Of several in one region the checked ones come first: the last one written stays.
        for office in sorted(self.rows, key=lambda office: (not office.is_filled, office.id), reverse=True):
            places[office.kind, office.region] = office
        object.__setattr__(self, "by_place", places)

    def of(self, kind: str, region: str) -> Office | None:
        """The office of that kind that belongs to exactly this region."""
        return self.by_place.get((kind, region))


def read_offices(folder: Path) -> Offices:
    """Read offices.csv; none there is no office. Raises KnowledgeError for other columns or an id used twice."""
    path = folder / FILE_OF_OFFICES
    if not path.exists():
        return Offices(())
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise KnowledgeError(f"{path.name} 第1行：栏目应当是 {','.join(COLUMNS)}。请不要改动栏目名和顺序。")
        rows = []
        seen: set[str] = set()
        for number, row in enumerate(reader, start=2):
            if None in row or None in row.values():
                raise KnowledgeError(f"{path.name} 第{number}行：格数不对。里面有逗号的内容请用英文双引号括起来。")
            office = Office(**{column: row[column].strip() for column in COLUMNS})
            if office.id in seen:
                raise KnowledgeError(f"{path.name} 第{number}行：编号 {office.id} 用了两次。请换一个或删掉一行。")
            seen.add(office.id)
            if any(cell and not _DEGREES.fullmatch(cell) for cell in (office.latitude, office.longitude)):
                raise KnowledgeError(f"{path.name} 第{number}行：坐标要写成 22.8 这样的数字，没有就空着。")
            rows.append(office)
    return Offices(tuple(rows))


def write_offices(folder: Path, rows: Iterable[Office]) -> None:
    """Write offices.csv anew."""
    with (folder / FILE_OF_OFFICES).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(office, column) for column in COLUMNS] for office in rows)
