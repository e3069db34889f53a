"""What may not be published: every fault of the knowledge, with the file, the fault and the remedy."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict

from bot.knowledge.checking_offices import check_offices
from bot.knowledge.claims import find_contradictions
from bot.knowledge.entries import Entry
from bot.knowledge.library import Library

_LONGEST_ANSWER = 130
_NUMBER = re.compile(r"(?<![\d._])(1[012]\d{1,3}|96110|12\d{3})(?![\d.%元年月日天岁周个件人万倍户名张家号〕—}-])")
_MONEY = re.compile(r"\d[\d,.]*(?:万)?元")
_YEAR = re.compile(r"(?:19|20)\d\d(?:年|-\d\d)|\d{4}年")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_PLACE = re.compile(r"\{([^}]*)\}")
_PLAIN = re.compile(r"\W+")
# The law itself fixes these for the whole country; the day is the entry's.
_FREE = re.compile(r"(?<!\d)0元|不收|免费")


def check_library(library: Library, *, day: datetime.date) -> list[str]:
    """Return all faults; an empty list may be published."""
    faults = find_breaking(library)
    faults += [fault for entry in library.entries.values() for fault in _check_entry(entry, library, day)]
    faults += _repeated_wordings(library, day)
    faults += [
        f"messages：“{example.text[:20]}”的主题 {example.topic} 没有登记在 topics.yaml。"
        for example in library.examples
        if example.topic not in library.topics
    ]
    faults += _check_standards(library)
    faults += check_offices(library)
    faults += find_contradictions(library.claims, list(library.entries.values()), day=day)
    for topic in library.topics.values():
        if topic.decision == "danger" and not any(entry.topic == topic.id for entry in library.entries.values()):
            faults.append(f"topics.yaml：紧急主题 {topic.id} 没有一条答案。请在 faq/emergency/ 里写一条。")
    return faults


def find_breaking(library: Library) -> list[str]:
    """Return the faults with which a reply could not be made at all: such knowledge never goes live.

    Whatever else check_library finds is for the person who saves; a wrong answer must be taken back at once, also when
    others still point to it.
    """
    faults = []
    for entry in library.entries.values():
        found = []
        if entry.topic not in library.topics:
            found.append(f"主题 {entry.topic} 没有登记在 topics.yaml，请先登记或改正")
        found += [
            f"来源 {citation.source} 没有登记，请先在 sources.yaml 登记这份文件"
            for citation in entry.citations
            if citation.source not in library.sources
        ]
        text = "\n".join([entry.answer, *(body for _, body in entry.sections)])
        for place in _PLACE.findall(text):
            if place.removeprefix("amount:").strip() not in library.standards.programmes:
                found.append(f"“{{{place}}}”不是已登记的金额项目，请改成 standards/programmes.yaml 里有的")
        faults += [f"{entry.path}：{fault}。" for fault in found]
    faults += [
        f"words/danger.yaml：主题 {rule.topic} 没有登记在 topics.yaml。"
        for rule in library.words.dangers
        if rule.topic not in library.topics
    ]
    faults += [
        f"standards/{row.programme}.csv：{row.region} {row.valid_from} 的来源 {row.source} 没有登记，"
        "请先在 sources.yaml 登记这份文件。"
        for rows in library.standards.rows.values()
        for row in rows
        if row.source not in library.sources
    ]
    return faults


def _check_entry(entry: Entry, library: Library, day: datetime.date) -> list[str]:
    found = []
    if not entry.citations:
        found.append("没有来源，请在 sources 里写上依据的文件")
    for citation in entry.citations:
        source = library.sources.get(citation.source)
        if source and source.replaced_by and entry.in_force(day) and not _also_cites(entry, source.replaced_by):
            found.append(f"来源 {citation.source} 已被 {source.replaced_by} 取代，请核对后改引新文件")
    found += [f"地区 {code} 不在 regions.csv 里" for code in entry.regions if code not in library.regions.names]
    found += [f"下一步 {id} 不存在，请改成已有的编号" for id in entry.next_steps if id not in library.entries]
    if entry.confidence not in ("A", "B"):
        found.append(f"可信度 {entry.confidence} 不能作为确定的答案；未核实的内容请写到“## 未核实”下面")
    if not entry.answer:
        found.append("没有答案：第一段要直接回答问题")
    elif len(entry.answer) > _LONGEST_ANSWER:
        found.append(f"开头的答案有 {len(entry.answer)} 个字，手机上看不完，请压到 {_LONGEST_ANSWER} 字以内")
    if entry.path.split("/")[1] != entry.topic.split(".")[0]:
        found.append(f"文件应当放在 faq/{entry.topic.split('.')[0]}/ 下面")
    found += _check_words(entry, library)
    return [f"{entry.path}：{fault}。" for fault in found]


def _check_words(entry: Entry, library: Library) -> list[str]:
    found = []
    settled = "\n".join([entry.answer, *(text for heading, text in entry.sections if heading != "未核实")])
    for sentence in _SENTENCE.findall(settled):
        if _MONEY.search(sentence) and not _YEAR.search(sentence) and not _FREE.search(sentence):
            found.append(f"“{sentence.strip()[:30]}”里有金额，但没有写是哪一年的")
    text = "\n".join([entry.answer, *(body for _, body in entry.sections)])
    for number in _NUMBER.findall(text):
        if number not in library.hotlines and not number.startswith(("19", "20")):
            found.append(f"电话 {number} 没有登记在 hotlines.yaml")
    return found


def _check_standards(library: Library) -> list[str]:
    found = []
    for programme, rows in library.standards.rows.items():
        for row in rows:
            where = f"standards/{programme}.csv：{row.region} {row.valid_from}"
            if row.region not in library.regions.names:
                found.append(f"{where} 的地区不在 regions.csv 里。")
        repeated = Counter((row.region, row.valid_from) for row in rows)
        for (region, day), count in repeated.items():
            if count > 1:
                found.append(f"standards/{programme}.csv：{region} 在 {day} 有 {count} 个数，只能有一个。")
    return found


def _also_cites(entry: Entry, source: str) -> bool:
    return any(citation.source == source for citation in entry.citations)


def _repeated_wordings(library: Library, day: datetime.date) -> list[str]:
    owners: dict[str, list[Entry]] = defaultdict(list)
    for entry in library.entries.values():
        if entry.in_force(day):
            for wording in dict.fromkeys(_PLAIN.sub("", wording) for wording in entry.wordings):
                owners[wording].append(entry)
    return [
        f"{same[1].path}：“{wording}”在 {same[0].path} 里也有。同一个问题只能有一条答案，请删去一处。"
        for wording, same in owners.items()
        if len(same) > 1
    ]
