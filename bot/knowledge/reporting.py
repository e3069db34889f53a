"""How complete and how readable the live entries are: a page for the staff who look after them."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from bot.knowledge.entries import Entry, main_entry_id
from bot.knowledge.library import Library

# What a citizen looks for when a thing is applied for. The main entry of a topic bears the topic's name.
_ASKED = {"去哪办": "去哪办", "材料": "带什么", "时限": "多久", "费用": "多少钱", "电话": "电话"}
_LONGEST_SENTENCE = 40
_SENTENCE = re.compile(r"[^。！？；\n]+")


def quality_report(library: Library, folder: Path, *, day: datetime.date) -> str:
    """Return the report in Markdown: what main entries lack, long sentences, officialese."""
    entries = library.in_force(day)
    jargon = _read_jargon(folder / "words" / "jargon.txt")
    lines = ["# 知识库质量", "", f"现行条目 {len(entries)} 条，版本 {library.version}。", ""]
    lines += ["## 总条目缺什么", "", "| 主题 | 缺 |", "|---|---|"]
    for topic in library.topics.values():
        if topic.decision != "answer":
            continue
        main = library.entries.get(main_entry_id(topic.id))
        headings = {heading for heading, _ in main.sections} if main else set()
        missing = [said for heading, said in _ASKED.items() if heading not in headings]
        if main is None:
            lines.append(f"| {topic.id} | 没有总条目 {main_entry_id(topic.id)} |")
        elif missing:
            lines.append(f"| {topic.id} | {'、'.join(missing)} |")
    without = [entry.path for entry in entries if "电话" not in {heading for heading, _ in entry.sections}]
    lines += ["", f"## 没有写电话的条目：{len(without)} 条", "", *(f"- {path}" for path in without)]
    long = [(len(s), entry.path, s) for entry in entries for s in _sentences(entry) if len(s) > _LONGEST_SENTENCE]
    share = len(long) / max(1, sum(len(_sentences(entry)) for entry in entries))
    lines += ["", f"## 超过 {_LONGEST_SENTENCE} 字的句子：{len(long)} 句（{share:.1%}）", ""]
    lines += [f"- {path}（{length}字）{sentence}" for length, path, sentence in sorted(long, reverse=True)]
    official = [(entry.path, word, plain) for entry in entries for word, plain in jargon if word in _text(entry)]
    lines += ["", f"## 官话：{len(official)} 处", ""]
    lines += [f"- {path}：“{word}”可以说“{plain}”" for path, word, plain in official]
    return "\n".join(lines) + "\n"


def _read_jargon(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = [line.split(" ", 1) for line in lines if line and not line.startswith("#")]
    return [(word, plain) for word, plain in pairs]


def _text(entry: Entry) -> str:
    return "\n".join([entry.answer, *(text for _, text in entry.sections)])


def _sentences(entry: Entry) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE.findall(_text(entry)) if sentence.strip()]
