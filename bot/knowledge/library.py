"""Everything that knowledge/ holds, read as one unchangeable snapshot."""

from __future__ import annotations

import datetime
import hashlib
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import KnowledgeError
from bot.knowledge.entries import Citation, Entry, read_entry
from bot.knowledge.words import Words, read_words


@dataclass(frozen=True)
class Source:
    """A published document that an answer rests on; dates and number are None or empty where unknown."""

    id: str
    title: str
    number: str
    issuer: str
    published: str
    in_force_from: datetime.date | None
    in_force_to: datetime.date | None
    replaced_by: str


@dataclass(frozen=True)
class Topic:
    """A label of knowledge/topics.yaml, and the decision its answers stand for."""

    id: str
    name: str
    group: str
    decision: str


@dataclass(frozen=True)
class Hotline:
    """A telephone number that may be told to citizens."""

    number: str
    name: str
    purpose: str


@dataclass(frozen=True)
class Library:
    """One snapshot of the knowledge; `version` changes with every change of its files."""

    version: str
    entries: Mapping[str, Entry]
    sources: Mapping[str, Source]
    topics: Mapping[str, Topic]
    hotlines: Mapping[str, Hotline]
    words: Words
    regions: Mapping[str, str]
    """Region code → name."""

    def in_force(self, day: datetime.date) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.in_force(day)]

    def cite(self, citation: Citation) -> Source:
        return self.sources[citation.source]


def read_library(folder: Path) -> Library:
    """Read all of `folder`; the faults of all entries are collected into one KnowledgeError."""
    entries: dict[str, Entry] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("faq/*/*.md")):
        try:
            entry = read_entry(path, root=folder)
        except KnowledgeError as error:
            faults.append(str(error))
            continue
        if entry.id in entries:
            faults.append(f"{entry.path}：编号 {entry.id} 已经用在 {entries[entry.id].path}。请换一个。")
        entries[entry.id] = entry
    if faults:
        raise KnowledgeError("\n".join(faults))
    return Library(
        version=library_version(folder),
        entries=entries,
        sources=_read_sources(folder / "sources.yaml"),
        topics=_read_topics(folder / "topics.yaml"),
        hotlines=_read_hotlines(folder / "hotlines.yaml"),
        words=read_words(folder / "words"),
        regions=_read_regions(folder / "regions.csv"),
    )


def library_version(folder: Path) -> str:
    """Return the commit of a clean working copy, else a fingerprint of the files' contents."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and ".git" not in p.parts):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    fingerprint = f"files-{digest.hexdigest()[:12]}"
    git = ["git", "-C", str(folder)]
    try:
        changed = subprocess.run([*git, "status", "--porcelain", "."], capture_output=True, text=True, check=True)
        commit = subprocess.run(
            [*git, "log", "-1", "--format=%h", "--", "."], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return fingerprint
    return commit.stdout.strip() if not changed.stdout.strip() and commit.stdout.strip() else fingerprint


def _load(path: Path) -> Any:
    if not path.exists():
        raise KnowledgeError(f"{path.name}：文件不存在。")
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise KnowledgeError(f"{path.name}：不是合格的 YAML。{error}") from error


def _read_sources(path: Path) -> dict[str, Source]:
    return {
        id: Source(
            id=id,
            title=str(item["title"]),
            number=str(item.get("number", "")),
            issuer=str(item.get("issuer", "")),
            published=str(item.get("published", item.get("dated", ""))),
            in_force_from=item.get("in_force_from"),
            in_force_to=item.get("in_force_to"),
            replaced_by=str(item.get("replaced_by", "")),
        )
        for id, item in _load(path).items()
    }


def _read_topics(path: Path) -> dict[str, Topic]:
    topics = {}
    for group in _load(path):
        for id, name in group["topics"].items():
            decision = group.get("decisions", {}).get(id, group["decision"])
            topics[id] = Topic(id, name, group["group"], decision)
    return topics


def _read_hotlines(path: Path) -> dict[str, Hotline]:
    return {str(i["number"]): Hotline(str(i["number"]), i["name"], i["for"]) for i in _load(path)}


def _read_regions(path: Path) -> dict[str, str]:
    rows = path.read_text(encoding="utf-8").splitlines()[1:]
    return dict(tuple(row.split(",")[:2]) for row in rows)  # type: ignore[misc]  # two columns, always
