"""How many people live together: "我爸妈加我三个人", "我、老公、两个孩子", "带着两个娃", "就我跟我妈"."""

from __future__ import annotations

import re

from bot.eligibility.said.numerals import tidy
from bot.eligibility.said.quantities import find_quantities
from bot.eligibility.values import Range, exactly

_CLAUSE = re.compile(r"[。;；!！？?]+")
_PAST = re.compile(
    r"(?:本来|以前|原来|之前|从前)[^，,。]*[，,。]?|去年[^，,。]*走了[，,]?|[^，,。]*(?:分家|嫁|分出去|去世|走)了[，,]?"
)
_N = r"(?:\d{1,2}|[一二两三四五六七八九十几]{1,3}|俩|仨)"
_CHILD = (
    r"(?:孩子|小孩|细佬仔|细佬哥|细路|娃娃|娃仔|娃崽|娃|仔|崽|孙子|孙女|孙|儿子|女儿|女|儿|弟弟|妹妹"
    r"|弟|妹|哥哥|姐姐|哥|姐)"
)
_OLD = r"(?:老人|老的|老)"
_TOTAL = re.compile(
    rf"(?:一家|全家|家里|家中|屋头|我们家|我家|总共|一共|共有|共|老小|大小|上下|合计|有)+(?:就|是|有"
    rf"|得)*(?P<a>{_N}(?:[到\-~]{_N})?)(?:口人?|个人?|人)"
    rf"|(?P<b>{_N})(?:口人|口(?!味|子)|个人|人)(?!家|民|口)"
)
_ALONE = re.compile(
    r"(?:我|就|剩)(?:自己|本人)?(?:都)?(?:是)?(?:一|1)个人?(?:过|住|生活|在家|单过|$|[，,。])|(?:就"
    r"|只有|只剩|剩)(?:我)?自己|"
    r"单身一个|独居|孤身|^我?老人一个|单身一人|孤寡老人一个|一个人(?:过|住(?!院)|生活)"
)
_COUPLE = re.compile(
    r"两口子|两公婆|夫妻(?:俩|两个?)|公婆俩|两夫妻|老两口|小两口|(?:娘|爷|父子|母子|母女|父女|爷孙"
    r"|婆孙|姐弟|兄妹|兄弟|姐妹)俩"
)
_GROUP = re.compile(
    rf"(?P<n>{_N})(?:个|名)?(?P<who>{_CHILD}|{_OLD}|小(?![时心])|大人)|一儿一女|(?P<all>我们"
    rf"|咱们)(?P<of>两|俩|三)个?(?:老的|人)?"
)
_PERSON = re.compile(
    r"爷爷|奶奶|外公|外婆|爸爸|妈妈|父亲|母亲|父母|爸妈|爹娘|公公|婆婆|岳父|岳母|阿公|阿婆|老公|老婆"
    r"|老伴|爱人|丈夫|妻子|媳妇|婆娘|"
    rf"{_CHILD}|爸|妈"
)
_SELF = re.compile(r"我(?!家|屋|的|们)(?!(?:爸|妈|父|母|老|爱|妻|丈|爷|奶|哥|姐|弟|妹|儿|女|孩|孙|媳|外))")
_WITH = re.compile(r"带着?|跟|和|同|还有|加")

_KIN = (
    r"(?:爷爷|奶奶|外公|外婆|爸爸|妈妈|父亲|母亲|父母|爸妈|公公|婆婆|岳父|岳母|老公|老婆|老伴|爱人"
    r"|丈夫|妻子|媳妇|儿子|女儿|孙子|孙女|爸|妈)"
)
_MEMBER = (
    rf"(?:我(?:自己|本人)?(?!家|屋|的|们)|(?:我)?{_KIN}|(?:一个)?(?:弟弟|妹妹|哥哥|姐姐)"
    rf"|{_N}个(?:{_CHILD}|老人|小的)|一儿一女)"
)
_JOIN = r"(?:、|和|跟|同|加上?|还有|带着?|以及|[，,](?:还有|带着?)?)"
_HOME = (
    r"(?:一家|全家|家里|家中|屋头|我们家|我家|屋里)(?:老小|大小|人)?(?:现在|目前|一共|总共|共|就|只|还)*(?:有|是|剩)?"
)
HOUSEHOLD = (
    rf"(?:{_HOME}{_N}(?:口(?!人均)人?|(?:个人|人)(?=$|[，,。;；!！?？ ]|过|住|生活|吃饭))"
    rf"|{_N}口之?[人家](?!均)|一家{_N}口(?!人均)"
    rf"|(?:就|只有|只剩|剩)?{_MEMBER}(?:{_JOIN}?{_MEMBER})+(?:一共|总共)?(?:{_N}(?:个人|口人?|个"
    rf"|人))?(?=$|[，,。;；!！?？ ]|过|住|一起[过住生])"
    rf"|带着?{_N}个{_CHILD}|(?:就|只有|只剩)我(?:一个人?|自己)(?=$|[，,。;；!！?？ ]|过|住(?!院)|生活|在家)"
    rf"|一个人(?:过|住(?!院)|生活)|独居|单身一个?人"
    rf"|孤寡老人一个|(?:两口子|两公婆|夫妻俩|老两口)(?:带|加|和)着?{_N}个{_CHILD})"
)
"""Where people of one home are counted in a free text, without groups."""


def read_household(text: str) -> Range | None:
    """Return how many people the text counts, the speaker included, where it says all of them."""
    text = _PAST.sub("", tidy(text))
    total = list(_TOTAL.finditer(text))
    if total:
        found = find_quantities(_spell(total[-1]["a"] or total[-1]["b"]), "count")
        more = re.match(rf"(?:加上?|还有|和|带着?)(?:我)?(?:{_PERSON.pattern})", text[total[-1].end() :])
        if more and found and found[-1].range.is_exact:  # 一家三口加我妈
            return exactly(found[-1].range.low + 1)
        return found[-1].range if found else None
    bare = re.fullmatch(rf"(?:就|现在|大概|嗯|一共|连我|加我|包括我|算上我|有)*({_N})个?[了吧咯，,。.]*", text)
    if bare:
        found = find_quantities(_spell(bare[1]), "count")
        return found[0].range if found else None
    if _ALONE.search(text):
        return exactly(1.0)
    counted = _count(text)
    return exactly(float(counted)) if counted else None


def is_counted(text: str) -> bool:
    """Tell whether a match of HOUSEHOLD tells all who live there: two people who are merely named need not be all."""
    plain = tidy(text)
    if re.match(r"就|只|剩|带|两口子|两公婆|夫妻|老两口|一个人|独居|单身|孤", plain) or _TOTAL.search(plain):
        return True
    return "我" in plain and len(re.findall(_MEMBER, plain)) >= 3


def _count(text: str) -> int:
    """Add up the people who are named; 0 where that is nobody but the speaker or somebody else's."""
    people = 0
    couple = _COUPLE.search(text)
    if couple:
        people += 2
        text = _COUPLE.sub("", text)
    grouped = False
    for match in _GROUP.finditer(text):
        if match.group() == "一儿一女":
            people += 2
        elif match["all"]:
            return 3 if match["of"] == "三" else 2
        else:
            found = find_quantities(_spell(match["n"]), "count")
            if not found or not found[0].range.is_exact:
                return 0
            people += int(found[0].range.low)
        grouped = True
    kin = [match.group() for match in _PERSON.finditer(_GROUP.sub("", text))]
    people += sum(2 if who in ("父母", "爸妈", "爹娘") else 1 for who in kin)
    if not people:
        return 0
    with_others = bool(_WITH.search(text) or re.search(r"[、，,]", text) or grouped or len(kin) > 1)
    if not with_others and not couple:
        return 0
    only_groups = grouped and not kin and not couple and not re.search(r"我|带", text)
    return people + (0 if couple or only_groups or (kin and "我" not in text) else 1)


def _spell(numeral: str) -> str:
    return numeral.replace("俩", "两").replace("仨", "三")
