"""Whom a place in a text speaks of: the speaker's own home, one of the family, or somebody else."""

from __future__ import annotations

import re
from bisect import bisect_right

SELF, STRANGER = "我", "别人"
_KIN = (
    r"爷爷|奶奶|外公|外婆|爸爸|妈妈|父亲|母亲|父母|爸妈|公公|婆婆|岳父|岳母|阿公|阿婆|老公|老婆|老伴|爱人|丈夫|妻子|媳妇|婆娘|"
    r"儿子|女儿|孩子|小孩|细佬|娃|孙子|孙女|哥哥|姐姐|弟弟|妹妹|老爸|老妈|老豆|爸|妈|爹|娘|哥|姐|弟|妹|仔|崽|老人"
)
_STRANGER = (
    r"邻居|隔壁|朋友|盆友|同事|亲戚|别人|人家(?!里)|他们|她们|老乡|同学|战友|房东|老板|工友|村长|支书|干部|队长|听说|听讲|有个|有人|有些人|"
    r"某|我们村|我村|村里|屯里有|街坊|表[哥弟姐妹]|堂[哥弟姐妹]|舅|姑|叔|伯|姨|婶|嫂|妹夫|姐夫|侄|外甥|老[李王张陈韦黄覃]|谁"
)
_PERSON = re.compile(
    rf"(?P<stranger>(?:我|我的|我家)?(?:{_STRANGER}))|(?P<kin>(?:我|我的|我家|家里的?)?(?:{_KIN}))|(?P<he>他|她|佢)|"
    r"(?P<own>我们家|我家|我们|我|本人|家里|家中|全家|一家|屋头|自己)"
)

_BROUGHT = re.compile(r"(?:[\d一二两三四五六几]个|带着?|养着?)$")


class Subjects:
    """The persons of a text by place."""

    def __init__(self, text: str, *, of_home: bool = False) -> None:
        """`of_home`: somebody whom the speaker merely brings along (带着两个娃) does not become the subject."""
        self._starts: list[int] = []
        self._who: list[str] = []
        last_named = STRANGER
        for match in _PERSON.finditer(text):
            if of_home and match["kin"] and _BROUGHT.search(text[: match.start()]):
                continue
            if match["stranger"]:
                who = last_named = STRANGER
            elif match["kin"]:
                who = re.sub(r"^(?:我的?|我家|家里的?)", "", match["kin"])
                # 我邻居的儿子 is a stranger too; 我爸 is not.
                if last_named == STRANGER and self._who and self._who[-1] == STRANGER and match["kin"] == who:
                    who = STRANGER
                last_named = who
            else:
                who = last_named if match["he"] else SELF
            self._starts.append(match.start())
            self._who.append(who)

    def at(self, place: int) -> str:
        """Whom the text speaks of at `place`: who was named last before it, else the speaker."""
        index = bisect_right(self._starts, place) - 1
        return self._who[index] if index >= 0 else SELF

    def within(self, start: int, end: int) -> set[str]:
        """Everybody who is named from `start` to `end`."""
        return {who for at, who in zip(self._starts, self._who) if start <= at < end}
