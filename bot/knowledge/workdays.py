"""On which days offices are open: weekends, statutory holidays and the working days swapped for them.

The State Council announces a year's days in the November before; the library holds what was announced, and
knowledge/workdays.yaml what staff add to it. A plan may move the last days of the year before it (2007, 2018), so the
library's own last days are not sure either. Later days are counted with the holidays whose dates the law itself fixes
(全国年节及纪念日放假办法第二条). The two days of 壮族三月三 (广西壮族自治区少数民族习惯节日放假办法) are no national
holiday: they are kept as unsure, and whether a legal period is put off for them is open.

A legal period goes by NATIONAL: a day on which one desk is closed puts off no period.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import chinese_calendar
from chinese_calendar import constants
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import KnowledgeError

logger = logging.getLogger(__name__)
_FILE = "workdays.yaml"
_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
_DAY = datetime.timedelta(days=1)
_FIRST_IN_LIBRARY = datetime.date(2004, 1, 1)
_LAST_IN_LIBRARY = datetime.date(max(constants.holidays).year, 12, 31)
_LAST_SURE_IN_LIBRARY = _LAST_IN_LIBRARY.replace(day=28)


@dataclass(frozen=True)
class Workdays:
    """A calendar of open days; the library's days with what staff have entered over them."""

    open: frozenset[datetime.date] = frozenset()
    closed: frozenset[datetime.date] = frozenset()
    unsure: frozenset[datetime.date] = frozenset()
    """Days on which some offices are closed and others not."""
    known_until: datetime.date = _LAST_SURE_IN_LIBRARY

    def is_open(self, day: datetime.date) -> bool:
        """Tell whether offices work on `day`; beyond `known_until` it is the best guess."""
        if day in self.open or day in self.closed:
            return day in self.open
        if _FIRST_IN_LIBRARY <= day <= _LAST_IN_LIBRARY:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5 and (day.month, day.day) not in _FIXED

    def next_open(self, day: datetime.date) -> datetime.date:
        """Return `day`, or the first open day after it where it is a holiday (民法典第203条第1款)."""
        while not self.is_open(day):
            day += _DAY
        return day

    def add_working_days(self, day: datetime.date, count: int) -> tuple[datetime.date, bool]:
        """The `count`-th open day after `day` (0: `day` itself), and whether every day on the way is sure."""
        end = day
        for _ in range(count):
            end = self.next_open(end + _DAY)
        if end > self.known_until:
            _warn_once(self.known_until)
        passed = (day + _DAY * step for step in range(1, (end - day).days + 1))
        return end, end <= self.known_until and not self.unsure.intersection(passed)


NATIONAL = Workdays()
"""The State Council's calendar, as the library knows it."""


def read_workdays(folder: Path) -> Workdays:
    """Read workdays.yaml of a knowledge folder; without one it is the national calendar.

    Raises KnowledgeError with all its faults.
    """
    path = folder / _FILE
    if not path.exists():
        return NATIONAL
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
    except (OSError, YAMLError) as error:
        raise KnowledgeError(f"{_FILE}：不是合格的 YAML。{error}") from error
    if not isinstance(content, dict):
        raise KnowledgeError(f"{_FILE}：最外层应当是 open、closed、unsure、known_until 这几项。请照文件开头的说明改。")
    faults: list[str] = []
    days = {name: _days(content.get(name) or [], name, faults) for name in ("open", "closed", "unsure")}
    faults += [
        f"{_FILE}：{day} 又写在 open 又写在 closed。请只留一处。" for day in sorted(days["open"] & days["closed"])
    ]
    faults += [f"{_FILE}：没有叫 {name} 的项。请改正或删去。" for name in content if name not in (*days, "known_until")]
    known_until = content.get("known_until") or _LAST_SURE_IN_LIBRARY
    if not _is_day(known_until):
        faults.append(f"{_FILE}：known_until 应当是“2027-12-28”这样的日期，现在是“{known_until}”。请改正。")
    if faults:
        raise KnowledgeError("\n".join(faults))
    return Workdays(**days, known_until=max(known_until, _LAST_SURE_IN_LIBRARY))


def _days(items: Any, name: str, faults: list[str]) -> frozenset[datetime.date]:
    """The days of one list of `{day, note}` or `{from, to, note}`."""
    found: set[datetime.date] = set()
    for item in items if isinstance(items, list) else [items]:
        told: dict[str, Any] = item if isinstance(item, dict) else {}
        first, last = (told.get(key, told.get("day")) for key in ("from", "to"))
        if _is_day(first) and _is_day(last) and first <= last and str(told.get("note", "")).strip():
            found.update(_span(first, last))
        else:
            faults.append(f"{_FILE}：{name} 里的“{item}”要写成 {{day: 日期, note: 依据}} 或 {{from: , to: , note: }}。")
    return frozenset(found)


def _span(first: datetime.date, last: datetime.date) -> Iterable[datetime.date]:
    return (first + _DAY * step for step in range((last - first).days + 1))


def _is_day(value: object) -> TypeGuard[datetime.date]:
    return isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)


_warned: set[datetime.date] = set()


def _warn_once(known_until: datetime.date) -> None:
    """Once a process: whoever runs it has to enter the new year's days, and one line a case would drown that."""
    if known_until not in _warned:
        _warned.add(known_until)
        logger.warning(
            "workdays_end known_until=%s 之后的放假安排没有录入，期限只能估算。"
            "国务院办公厅公布后请更新 chinesecalendar，或者录入 knowledge/workdays.yaml。",
            known_until,
        )
