"""Which facts a free sentence or letter tells: "家里三口人，一个月就打零工两千多，户口在横州".

When in doubt nothing is taken: what is asked about, supposed, denied, past or another person's is no fact of this
citizen, and neither is what is said twice in two ways. One more question costs less than a wrong fact.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.eligibility.facts import Fact
from bot.eligibility.said.cues import VALUE, compile_cue
from bot.eligibility.said.household import is_counted, read_household
from bot.eligibility.said.numerals import tidy
from bot.eligibility.said.phrases import read_day, read_number
from bot.eligibility.said.places import find_region
from bot.eligibility.said.subjects import SELF, STRANGER, Subjects
from bot.eligibility.said.sums import read_sum
from bot.eligibility.telling import period_of, read_value, write_value
from bot.eligibility.values import Range, Value
from bot.errors import ValueRefused
from bot.knowledge.regions import Regions

# Facts of the whole home are so named; all others are a single person's.
_OF_HOME = "hh_"
_SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;\n]*")
_CLAUSE_END = "，,。！!？?；;、\n "
_SUPPOSED = re.compile(r"如果|假如|要是|万一|假设|比如|例如|倘若|若是|听说|听讲|凡是|只要")
_ASKED_BEFORE = re.compile(
    r"(?:要不要|需不需要|用不用|是不是|系唔系|是否|有没有|有冇|算不算|能不能|可不可以|会不会|得不得|属不属于|必须|需要|须要|才能?|想要?|想去?|"
    r"申请|办理?|办个|怎么|如何|多少|什么样?的?|哪些?|取消|以前|原来|曾经|从前|可以|能够?|为什么|多大|(?<!主)要)[^，,]{0,3}$"
)
_DENIED_BEFORE = re.compile(r"(?:不|没|没有|未|冇|唔|非|没得|并不|别|无)(?:是|有|在|吃|领|算|得|到|属于|系|享受|够)?$")
_ASKED_BEHIND = re.compile(
    r"(?:和|跟|与|或|还是|、)[一二三四1234]级|(?:的|户|了|人|证)?(?:(?:吗|么|没有|没|不|冇|未)[?？。]*$|是不是|算不算|要不要|是什么|什么意思|怎么[办申]|如何[办申])"
)
# What a rule says (收入不能超过两千), and one of two (在南宁还是在柳州), tell nothing of this home.
_RULE = re.compile(r"不能|不得|标准|规定|必须|才能|要求")
_OTHERWISE = re.compile(r"还是|或者|或是")
_WHETHER = re.compile(r"(.)[不没]\1")
_ENDED = re.compile(r"(?:被|给)(?:取消|停|退)|停发|停掉|取消了|没了")
_OWN_WHOLE = re.compile(r"全家|家里|家中|我们|就靠|全靠|都靠|只靠|加起来|加一起|总共|一共|合计|两个人|两口子|夫妻")
_I_EARN_NOTHING = re.compile(r"我[^，,。]{0,8}(?:没|无|冇)[^，,。]{0,3}(?:收入|工作)")
_EARNS = re.compile(r"打工|上班|做工|打零工|工资|有工作")


@dataclass(frozen=True)
class _Heard:
    """A cue that was found: of which choice (VALUE: its value), where, and of whom it speaks."""

    choice: str
    cue: str
    value: str
    start: int
    end: int
    who: str


def hear(
    text: str,
    facts: Mapping[str, Fact],
    *,
    day: datetime.date,
    regions: Regions,
    asking: str | None = None,
) -> dict[str, Value]:
    """Return the facts that the text tells. `asking`: the fact just asked for, which the rest of the text answers."""
    text = tidy(text)
    persons, homes = Subjects(text), Subjects(text, of_home=True)
    heard = {}
    for name, fact in facts.items():
        found = list(_find(fact, text, homes if name.startswith(_OF_HOME) else persons, regions)) if fact.cues else []
        if found:
            heard[name] = found
    heard = _of_one_person(heard)
    told: dict[str, Value] = {}
    for name, found in heard.items():
        value = _value(facts[name], found, text, homes, day, regions)
        if value is not None:
            told[name] = value
    if asking is not None and asking in facts and asking not in told:
        answer = _answer(facts[asking], text, [h for name in told for h in heard[name]], day, regions)
        if answer is not None:
            told[asking] = answer
    return told


def _find(fact: Fact, text: str, subjects: Subjects, regions: Regions) -> Iterator[_Heard]:
    for sentence in _SENTENCE.finditer(text):
        for choice, cues in fact.cues.items():
            for cue in cues:
                for match in compile_cue(cue).finditer(sentence.group()):
                    value = match.groupdict().get("value") or ""
                    start, end = sentence.start() + match.start(), sentence.start() + match.end()
                    if "{region}" in cue and find_region(value, regions) in (None, "45"):
                        continue
                    if "{household}" in cue and not is_counted(value):
                        continue
                    who = subjects.at(start)
                    named = subjects.within(start, end)
                    if who == STRANGER and SELF not in subjects.within(start, start + 1):
                        continue
                    if STRANGER in named or not _is_stated(sentence.group(), match, choice):
                        continue
                    if "{household}" in cue and who not in (SELF, *named):
                        continue
                    kin = named - {SELF}
                    if not fact.name.startswith(_OF_HOME) and kin:
                        who = subjects.at(end - 1)
                    yield _Heard(choice, cue, value, start, end, who)


def _is_stated(sentence: str, match: re.Match[str], choice: str) -> bool:
    """Neither asked about, supposed, denied nor past."""
    begin = max((sentence.rfind(mark, 0, match.start()) for mark in _CLAUSE_END), default=-1) + 1
    before, behind = sentence[begin : match.start()], sentence[match.end() :]
    if _RULE.search(match.group()) or _OTHERWISE.search(match.group()) or _OTHERWISE.match(behind):
        return False
    if _SUPPOSED.search(sentence[: match.end()]):
        return False
    if _ASKED_BEFORE.search(before) or _DENIED_BEFORE.search(before) or _ASKED_BEHIND.match(behind):
        return False
    # 是不是五保户 is a question where 不是五保户 alone is none.
    if _WHETHER.match(sentence[max(0, match.start() - 1) :]) and match.start():
        return False
    return not (choice != VALUE and _ENDED.search(behind))


def _of_one_person(heard: Mapping[str, list[_Heard]]) -> dict[str, list[_Heard]]:
    """What is told of single persons counts only for one of them: the speaker, or the only other one."""
    persons = {h.who for name, found in heard.items() if not name.startswith(_OF_HOME) for h in found}
    if len(persons) < 2:
        return dict(heard)
    kept = {}
    for name, found in heard.items():
        own = [h for h in found if name.startswith(_OF_HOME) or h.who == SELF]
        if own:
            kept[name] = own
    return kept


def _value(
    fact: Fact, found: list[_Heard], text: str, subjects: Subjects, day: datetime.date, regions: Regions
) -> Value | None:
    """The one value that everything heard of a fact means; None: nothing, or two."""
    if fact.kind == "choices":
        return frozenset(h.choice for h in found if h.choice != VALUE)
    if fact.kind == "money":
        return _sum(fact, found, text, subjects)
    values: set[Value] = set()
    for h in found:
        value = h.choice if h.choice != VALUE else _read(fact, h, day, regions)
        if value is not None:
            try:
                told = write_value(value) if isinstance(value, Range) else value
                values.add(
                    value if isinstance(told, datetime.date) else read_value(fact, told, day=day, regions=regions)
                )
            except ValueRefused:
                return None
    return values.pop() if len(values) == 1 else None


def _read(fact: Fact, h: _Heard, day: datetime.date, regions: Regions) -> Value | None:
    if fact.kind == "region":
        return find_region(h.value, regions)
    if "{household}" in h.cue:
        return read_household(h.value)
    if fact.kind == "date":
        try:
            return read_day(h.value, today=day)
        except ValueError:
            return None
    return read_number(h.value, fact.kind, today=day)


def _sum(fact: Fact, found: list[_Heard], text: str, subjects: Subjects) -> Value | None:
    """Sums are read with their whole clauses, which name earner, source and period."""
    spans = sorted({_clause(text, h) for h in found})
    clauses = [text[start:end] for start, end in spans]
    if any(_RULE.search(clause) or _OTHERWISE.search(clause) for clause in clauses):
        return None
    if any("{income}" in h.cue for h in found):
        own = any(h.who == SELF for h in found) or _I_EARN_NOTHING.search(text)
        if not own and not any(_OWN_WHOLE.search(clause) for clause in clauses):
            return None
        if _someone_earns_more(text, spans, subjects):
            return None
    return read_sum("，".join(clauses), per=period_of(fact))


def _someone_earns_more(text: str, spans: list[tuple[int, int]], subjects: Subjects) -> bool:
    """Tell whether one of the family works for a sum that is not told."""
    for match in _EARNS.finditer(text):
        told = any(start <= match.start() < end for start, end in spans)
        negated = re.search(r"(?:没|冇|无|不)(?:有|能|得)?$", text[: match.start()])
        if not told and not negated and subjects.at(match.start()) not in (SELF, STRANGER):
            return not any(0 <= start - match.end() < 12 for start, _ in spans)
    return False


def _clause(text: str, h: _Heard) -> tuple[int, int]:
    start, end = h.start, h.end
    while start and text[start - 1] not in _CLAUSE_END:
        start -= 1
    while end < len(text) and text[end] not in _CLAUSE_END:
        end += 1
    return start, end


def _answer(fact: Fact, text: str, taken: list[_Heard], day: datetime.date, regions: Regions) -> Value | None:
    """What the text says to the question just asked, without the clauses that told something else."""
    rest = text
    for start, end in sorted({_clause(text, h) for h in taken}, reverse=True):
        rest = rest[:start] + rest[end:]
    for said in (text, rest.strip(_CLAUSE_END)) if not taken else (rest.strip(_CLAUSE_END),):
        if said:
            try:
                return read_value(fact, said, day=day, regions=regions)
            except ValueRefused:
                continue
    return None
