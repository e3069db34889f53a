"""What knowledge/handover.yaml says of the hand-over desk: when people are there, how soon they answer, what is told.

China has one time zone and no summer time, so the desk's clock is a fixed offset and needs no zone files.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import KnowledgeError
from bot.knowledge.workdays import Workdays, read_workdays

CHINA = datetime.timezone(datetime.timedelta(hours=8), "Asia/Shanghai")
_FILE = "handover.yaml"
_WORDS = {
    "states": ("open", "taken", "closed"),
    "events": ("opened", "taken", "transferred", "returned", "replied", "closed", "reopened", "rated"),
    "lines": ("head", "last", "due", "due_unsure", "overdue"),
}
_Span = tuple[datetime.time, datetime.time]


@dataclass(frozen=True)
class Wording:
    """The sentences of a case's progress: by state, by kind of event, and the lines around them."""

    states: Mapping[str, str]
    events: Mapping[str, str]
    lines: Mapping[str, str]
    day: str

    def say_day(self, day: datetime.date) -> str:
        return self.day.format(month=day.month, day=day.day)


@dataclass(frozen=True)
class Handover:
    """The desk's hours, the working days that a case may take, and how its progress is told."""

    workdays: Workdays
    hours: tuple[_Span, ...]
    default_days: int
    days_by_priority: Mapping[str, int]
    days_by_topic: Mapping[str, int]
    days_by_kind: Mapping[str, int]
    patience: Mapping[str, datetime.timedelta]
    """wait (in the queue, in the desk's hours), quiet (an operator's silence), reply (least time for an answer)."""
    progress: Wording

    def days_allowed(self, *, priority: str, topic: str | None, kind: str) -> int:
        """Working days until an answer is promised."""
        group = (topic or "").partition(".")[0]
        found = (
            self.days_by_priority.get(priority),
            self.days_by_topic.get(topic or ""),
            self.days_by_topic.get(group),
            self.days_by_kind.get(kind),
        )
        return next((days for days in found if days is not None), self.default_days)

    def is_staffed(self, now: datetime.datetime) -> bool:
        """Tell whether people are at the desk."""
        here = now.astimezone(CHINA)
        return self.workdays.is_open(here.date()) and any(start <= here.time() < end for start, end in self.hours)

    def next_staffed(self, now: datetime.datetime) -> datetime.datetime:
        """`now` where people are at the desk, else when they are back, in the desk's time."""
        if self.is_staffed(now):
            return now
        here = now.astimezone(CHINA)
        day = self.workdays.next_open(here.date())
        starts = [datetime.datetime.combine(day, start, CHINA) for start, _ in self.hours]
        later = next((start for start in starts if start > here), None)
        if later is None:
            day = self.workdays.next_open(day + datetime.timedelta(days=1))
            later = datetime.datetime.combine(day, self.hours[0][0], CHINA)
        return later


def read_handover(folder: Path) -> Handover:
    """Read handover.yaml and workdays.yaml of a knowledge folder.

    Raises KnowledgeError with all faults of the first file that has one.
    """
    try:
        content = YAML(typ="safe").load((folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, YAMLError) as error:
        raise KnowledgeError(f"{_FILE}：读不出来（{error}）。请检查文件在不在、缩进对不对。") from error
    content = content if isinstance(content, dict) else {}
    faults: list[str] = []
    hours = _read_hours(content.get("hours"), faults)
    allowed = _mapping(content.get("days_allowed"))
    tables = {name: _read_days(allowed.get(name), name, faults) for name in ("priorities", "topics", "kinds")}
    default = _read_days({"default": allowed.get("default")}, "", faults)
    patience = _read_patience(_mapping(content.get("patience_minutes")), faults)
    wording = _read_wording(_mapping(content.get("progress")), faults)
    if faults:
        raise KnowledgeError("\n".join(faults))
    return Handover(
        workdays=read_workdays(folder),
        hours=hours,
        default_days=default["default"],
        days_by_priority=tables["priorities"],
        days_by_topic=tables["topics"],
        days_by_kind=tables["kinds"],
        patience=patience,
        progress=wording,
    )


def _read_hours(told: object, faults: list[str]) -> tuple[_Span, ...]:
    """The spans in order, none into another."""
    try:
        spans = [(_time(start), _time(end)) for start, end in told]  # type: ignore[attr-defined]  # caught below
    except (TypeError, ValueError):
        spans = []
    flat = [moment for span in spans for moment in span]
    if not spans or any(first >= second for first, second in pairwise(flat)):
        faults.append(f'{_FILE}：hours 要写成 [["09:00", "12:00"], ["14:30", "17:30"]]，从早到晚，现在是“{told}”。')
    return tuple(spans)


def _read_patience(told: Mapping[str, Any], faults: list[str]) -> dict[str, datetime.timedelta]:
    patience = {}
    for name in ("wait", "quiet", "reply"):
        minutes = told.get(name)
        if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= 240:
            faults.append(f"{_FILE}：patience_minutes.{name} 要写成1到240的整数（分钟），现在是“{minutes}”。")
            continue
        patience[name] = datetime.timedelta(minutes=minutes)
    return patience


def _time(told: object) -> datetime.time:
    if not isinstance(told, str) or not re.fullmatch(r"\d\d:\d\d", told):
        raise ValueError(told)
    return datetime.time.fromisoformat(told)


def _read_days(told: Any, name: str, faults: list[str]) -> dict[str, int]:
    days = {}
    for key, value in _mapping(told).items():
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 60:
            days[str(key)] = value
        else:
            where = ".".join(filter(None, ("days_allowed", name, str(key))))
            faults.append(f"{_FILE}：{where} 要写成0到60的整数（工作日），现在是“{value}”。")
    return days


def _read_wording(told: Mapping[str, Any], faults: list[str]) -> Wording:
    tables: dict[str, dict[str, str]] = {}
    for table, keys in _WORDS.items():
        tables[table] = {str(key): str(value) for key, value in _mapping(told.get(table)).items()}
        missing = [key for key in keys if key not in tables[table]]
        if missing:
            faults.append(f"{_FILE}：progress.{table} 里缺 {'、'.join(missing)}。请补上给群众看的话。")
        faults += [
            f"{_FILE}：progress.{table}.{key} 的“{words}”里只能用 {_say_places(_places(table, key))}。请改正。"
            for key, words in tables[table].items()
            if not _has_only(words, _places(table, key))
        ]
    return Wording(**tables, day=str(told.get("day", "{month}月{day}日")))


def _mapping(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}


def _places(table: str, key: str) -> tuple[str, ...]:
    """What is filled into a sentence."""
    if table == "lines":
        return {"head": ("number", "state"), "last": ("day", "event")}.get(key, ("day",))
    return ("text",) if table == "events" else ()


def _say_places(places: tuple[str, ...]) -> str:
    return "、".join(f"{{{place}}}" for place in places) or "文字，不能用 {…}"


def _has_only(words: str, places: tuple[str, ...]) -> bool:
    try:
        words.format(**dict.fromkeys(places, ""))
    except (KeyError, IndexError, ValueError, AttributeError):
        return False
    return True
