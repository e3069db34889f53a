"""What the conversation is about so far, and how a message that leans on it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.knowledge.library import Library

# What is left of a message that only points back: connectives, particles and the parts of an answer asked for.
_POINTING = re.compile(r"^(?:那么?|然后|还有|另外|再问(?:一)?下|请问|如果(?:是)?|要是|换成|我(?:是|在|想问(?:的是)?))")
_PARTICLES = re.compile(r"(?:的话|呢|呀|啊|吗|嘛|咧|嘞|的|了|要|是|在|和|我|人|户口|这边|那边|这里)")
_PART_ASKED = re.compile(
    r"材料|资料|证件|要带|带什么|条件|要求|流程|手续|步骤|怎么(?:办|弄|申请)|多久|几天|多长时间|时限|什么时候|费用|收费|多少钱|要钱|"
    r"哪里|哪儿|在哪|去哪|地址|电话|号码|打哪个|代办|网上|谁(?:管|办)|几级|为什么|依据"
)
_LONGEST = 16
_PLACES = {written: place for place, all in enumerate(("1１一①", "2２二②", "3３三③")) for written in all}
_NUMBER = re.compile(r"^(?:第|选|回复)?([1１一①2２二②3３三③])(?:个|号|项|条)?[。.、\s]*$")


@dataclass(frozen=True)
class Context:
    """A conversation's memory as far as understanding needs it."""

    region: str | None = None
    """Code of the citizen's region."""
    entry: str | None = None
    """Id of the entry that was answered last."""
    offered: tuple[str, ...] = ()
    """Ids of the entries offered as choices in the last reply."""


def chosen_entry(text: str, context: Context) -> str | None:
    """The offered entry that a bare number ("2", "第二个") chooses; None for anything else."""
    match = _NUMBER.match(text.strip())
    place = _PLACES[match.group(1)] if match else None
    return context.offered[place] if place is not None and place < len(context.offered) else None


def points_back(text: str, context: Context) -> bool:
    """Tell whether a short message names nothing of its own and so speaks of the entry answered last."""
    if context.entry is None or len(text) > _LONGEST:
        return False
    return bool(_POINTING.match(text) or text.rstrip("?？。").endswith("呢") or _PART_ASKED.search(text))


def names_only_a_region(text: str, region_words: list[str]) -> bool:
    """Tell whether nothing but a region is left of a message ("柳州呢", "我在三江县")."""
    rest = text
    for word in region_words:
        rest = rest.replace(word, "")
    rest = _PARTICLES.sub("", _POINTING.sub("", rest))
    return bool(region_words) and not re.sub(r"[\W_]+", "", rest)


def with_subject(text: str, context: Context, library: Library) -> str:
    """The message with the subject it leaves out: 那材料呢 → 结婚登记 那材料呢."""
    entry = library.entries.get(context.entry or "")
    topic = library.topics.get(entry.topic) if entry else None
    return f"{topic.subject}{_POINTING.sub('', text)}" if topic and topic.subject else text
