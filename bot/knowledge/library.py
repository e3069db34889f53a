"""Everything that knowledge/ holds, read as one unchangeable snapshot."""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import KnowledgeError
from bot.knowledge.claims import Claim, read_claims
from bot.knowledge.entries import Citation, Entry, read_entry
from bot.knowledge.messages import Example, read_messages
from bot.knowledge.offices import Offices, read_offices
from bot.knowledge.regions import Regions, read_regions
from bot.knowledge.services import Services, read_services
from bot.knowledge.standards import Standards, read_standards
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
    subject: str
    """The word that stands for the topic when a citizen leaves it out ("那材料呢")."""


@dataclass(frozen=True)
class Hotline:
    """A telephone number that may be told to citizens."""

    number: str
    name: str
    purpose: str


@dataclass(frozen=True)
class Stamp:
    """How a file looked when it was read: an unchanged stamp is an unchanged file."""

    modified_ns: int
    size: int
    digest: str


@dataclass(frozen=True)
class Library:
    """One snapshot of the knowledge; `version` changes with every change of its files."""

    version: str
    entries: Mapping[str, Entry]
    sources: Mapping[str, Source]
    topics: Mapping[str, Topic]
    hotlines: Mapping[str, Hotline]
    words: Words
    regions: Regions
    standards: Standards
    claims: tuple[Claim, ...]
    examples: tuple[Example, ...]
    offices: Offices
    services: Services
    files: Mapping[str, Stamp]
    """Every file below the folder as it was when read."""

    def in_force(self, day: datetime.date) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.in_force(day)]

    def cite(self, citation: Citation) -> Source:
        return self.sources[citation.source]


def read_library(folder: Path, *, previous: Library | None = None) -> Library:
    """Read all of `folder`; the faults of all entries are collected into one KnowledgeError.

    What `previous` has read from a file that did not change since is taken over as the very same object.
    """
    files = stamp_files(folder, previous.files if previous else {})
    known = {entry.path: entry for entry in previous.entries.values()} if previous else {}
    entries: dict[str, Entry] = {}
    faults: list[str] = []
    for name in sorted(name for name in files if re.fullmatch(r"faq/[^/]+/[^/]+\.md", name)):
        try:
            same = previous is not None and previous.files.get(name) == files[name] and name in known
            entry = known[name] if same else read_entry(folder / name, root=folder)
        except KnowledgeError as error:
            faults.append(str(error))
            continue
        if entry.id in entries:
            faults.append(f"{entry.path}：编号 {entry.id} 已经用在 {entries[entry.id].path}。请换一个。")
        entries[entry.id] = entry
    if faults:
        raise KnowledgeError("\n".join(faults))
    rest = _same_rest(files, previous)
    return Library(
        version=_version(folder, files),
        entries=entries,
        sources=rest.sources if rest else _read_sources(folder / "sources.yaml"),
        topics=rest.topics if rest else _read_topics(folder / "topics.yaml"),
        hotlines=rest.hotlines if rest else _read_hotlines(folder / "hotlines.yaml"),
        words=rest.words if rest else read_words(folder / "words"),
        regions=rest.regions if rest else read_regions(folder),
        standards=rest.standards if rest else read_standards(folder / "standards"),
        claims=rest.claims if rest else read_claims(folder / "claims.yaml"),
        examples=rest.examples if rest else read_messages(folder / "messages"),
        offices=rest.offices if rest else read_offices(folder),
        services=rest.services if rest else read_services(folder),
        files=files,
    )


def stamp_files(folder: Path, known: Mapping[str, Stamp]) -> dict[str, Stamp]:
    """Return the stamp of every file below `folder`; only files that look changed are read."""
    stamps = {}
    for name, status in _walk(folder, ""):
        old = known.get(name)
        same = old is not None and (old.modified_ns, old.size) == (status.st_mtime_ns, status.st_size)
        digest = old.digest if old and same else hashlib.sha256((folder / name).read_bytes()).hexdigest()
        stamps[name] = Stamp(status.st_mtime_ns, status.st_size, digest)
    return stamps


def _walk(folder: Path, below: str) -> Iterator[tuple[str, os.stat_result]]:
    """Every file with its name relative to the top; hidden files and folders (git's) are left out."""
    with os.scandir(folder / below) as found:
        for item in found:
            name = f"{below}/{item.name}" if below else item.name
            if item.name.startswith("."):
                continue
            if item.is_dir():
                yield from _walk(folder, name)
            else:
                yield name, item.stat()


def _same_rest(files: Mapping[str, Stamp], previous: Library | None) -> Library | None:
    """`previous`, where nothing but entries has changed since."""

    def rest(of: Mapping[str, Stamp]) -> dict[str, Stamp]:
        return {name: stamp for name, stamp in of.items() if not name.startswith("faq/")}

    return previous if previous is not None and rest(previous.files) == rest(files) else None


def _version(folder: Path, files: Mapping[str, Stamp]) -> str:
    """Return the commit of a clean working copy, else a fingerprint of the files' contents."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{files[name].digest}\0".encode())
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
            subject = str(group.get("subjects", {}).get(id, ""))
            topics[id] = Topic(id, name, group["group"], decision, subject)
    return topics


def _read_hotlines(path: Path) -> dict[str, Hotline]:
    return {str(i["number"]): Hotline(str(i["number"]), i["name"], i["for"]) for i in _load(path)}
