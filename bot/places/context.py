"""Which words around a name tell that a place is meant, and which that none is: 我住在校椅, but not 校椅银行."""

from __future__ import annotations

import re

from bot.places.names import GUANGXI, Match

_BEFORE = re.compile(
    r"(?:住在|家住|家在|住|老家在?是?|户口(?:本|簿)?(?:上|也|还|都|就|仍|一直|落|迁|转|留|挂|到|回|去|入|出|了|从|由|是|在)*|户籍地?(?:也|还|都|就|落|是|在)*|籍贯是?|原籍是?|"
    r"[留挂落]在|[迁转落][户回入]?到了?|[镇乡村寨街屯名里方](?:上|里|子)?(?:的?名字)?(?:是|就|也)?叫(?:做|作)?|"
    r"人在|我在|我系|现在在|嫁到|嫁去|搬到|来自|我家是?|租房在|居住在|地址是?|坐标|位置|定位|身份证(?:上|地址)?(?:是|写的?是?)?|"
    r"(?:我|他|她|妈|爸|老人|们|家|企)(?:就)?(?:是|系|喺|在)|^(?:在|是|系))[:：\s]?$"
)
_BEHIND = re.compile(
    r"$|[^\u4e00-\u9fff]|[的人这那镇乡村街上下里怎想有要能可办申打工老户呢吗啊吧低残高特临结离过开去该没属和跟领能应做干种养读租买摆迁]|社区|住(?!院)|嘅"
)
# Villages and towns are called so too, but next to a place or behind 在 the everyday word is meant (老家民政, 在河边).
COMMON = re.compile(
    "人民|文化|世界|学院|市场|工业|建设|中心|教育|民族|大学|那么|那些|那个|那头|那种|那时|那年|那家|那位|农业|水平|"
    "合作|那里|铁路|交通|安全|大会|同志|胜利|那样|长期|大道|联合|民主|利益|中学|"
    "广场|居民|大陆|运输|健康|南部|一致|公园|合理|大约|自治|合同|平时|幸福|大门|"
    "上级|两岸|公安|大力|码头|当中|马上|民政|合成|那天|城内|通道|上年|渔业|城区|"
    "山上|火车站|车站|城郊|学堂|郊区|山下|里头|河边|江边|新村|农场|林场|矿区|老街|"
    "街口|村头|路口|桥头|市北|市南|工农|高速|高铁|环城|公会|会展|花园|果园|学府|"
    "福利|养老|平安|公正|公平|上面|里面|那边|家里|公家|自成|民生|保安|大楼|大厦|"
    "亭子|水库|电站"
)
# The name of a village is a piece of too many other words: 龙岗村 in 青龙岗村.
_BEGINS = re.compile(r"(?:^|[^\u4e00-\u9fff]|[的在住到去从由是系我们咱俺叫和跟镇乡道县市区])$")
_AS = re.compile(r"(?:的|人|嘅|这边|那边|这里|那里|镇|乡|村|本地)")
_I_AM = re.compile(r"(?:^|[我俺们他她妈爸人家])(?:就)?(?:是|系)$")
# What makes a county of an everyday word: 凤山人, 大新这边.
_OURS_BEHIND = re.compile(r"人(?![口民均员家生多少数为物])|这[边里]|民政|本地|老家|县城|户口")
_OURS_BEFORE = re.compile(r"(?:^|[^\u4e00-\u9fff]|[我们是系在到的公婆方爸妈口])$")
# What makes a town of a bare name: 桥圩这边, unless the name is that of a thing, which may be here or there as well.
_HERE_BEHIND = re.compile("[这那](?:边|里|头(?!猪|牛|羊))|本地|镇上|乡下")
_THINGS = re.compile(
    "葡萄|大桥|石头|马路|水源|源头|黄金|龙头|水晶|珊瑚|观音|观音阁|八角|莲花|红花|金鸡|象棋|百合|菱角|水车|沙子|双桥|"
    "高尚|三角|中华|解放|平等|更新|明亮|倒水|营盘|海角|草坪|名山|大将|长老|公馆|天平|麒麟|银滩|张家|柳家|石家|水口|"
    "洞头|马头|桥板|猪场|文竹|香粉|白土|城厢|城[北东西南中]|沿江|资源|岩茶|锦绣|和平|地角|闸口|水东|高峰|大路|新桥|"
    "江口|三岔|三合|十里|五里|三里|大浪|天生桥|新田|良田|新圩|石桥|河[东西南北]|江[东西南北]|北流|老圩|沙滩|海边"
)
_FILLER = re.compile(
    r"^(?:你好|您好)?[\s,，]*(?:那|就|我|俺|我们|换|换成|换到|改成|应该)*(?:是|在|系|住在|住|家在|来自|去)*$"
)
_FILLER_BEHIND = re.compile(
    r"(?:的|嘅|人|这边|那边|这里|那里|那|镇上|街上|哪里|吧|啊|呢|呀|哦|咧|了|地区)*[\s。.，,！!？?~]*$"
)
# A street, a bank or a dish named after a place is none: 北京路, 柳州银行, 桂林米粉.
_NO_PLACE_BEHIND = re.compile(
    r"[东南西北中一二三四五六七八]?(?:路(?![过上费途程口])|大道|大街|一街|二街|三街)|(?<!街)街(?=\d)|巷(?!贤)|银行|米粉|螺蛳粉|卫视|人寿"
)
# Behind the bare name of a town or village any road is one: 新兴街, 芦笛路口, 中山一路; so is 大学东路 100号.
_ROAD_BEHIND = re.compile(r"[东南西北中上下新老前后一二三四五六七八九十]?(?:路|街|大道|巷)")
_IN_ROAD = re.compile(r"(?:路|街|巷|大道)$")
_NUMBER_BEHIND = re.compile(r"[\d一二三四五六七八九十]+|[东南西北中]?段")
_KINDS = frozenset("市县区")


def begins(text: str, start: int) -> bool:
    """Tell whether a name may begin here: at the start of the text or of its clause, or behind a word before places."""
    return _BEGINS.search(text, max(0, start - 1), start) is not None


def is_in_context(text: str, start: int, end: int, *, is_village: bool = False, is_town: bool = False) -> bool:
    """Tell whether the words around tell of a place: 我住在校椅, 校椅那边的, or nothing else is said."""
    before, behind = text[max(0, start - 12) : start], text[end : end + 8]
    if COMMON.fullmatch(text, start, end):
        return start == 0 and end == len(text)
    if start < 20 and _FILLER_BEHIND.fullmatch(text, end) and _FILLER.fullmatch(text, 0, start):
        return True
    if is_village and text[start] in "上下里":
        return False
    if is_town and _HERE_BEHIND.match(behind) and begins(text, start) and not _THINGS.fullmatch(text, start, end):
        return True
    if _I_AM.search(before) and not _AS.match(behind):
        return False
    return _BEFORE.search(before) is not None and _BEHIND.match(behind) is not None


def is_place_behind(text: str, end: int) -> bool:
    """Tell whether the words behind a name go on as they do behind a place."""
    return _BEHIND.match(text, end) is not None


def is_no_place(text: str, match: Match) -> bool:
    """Tell whether the name is a piece of a longer one that is no region: a road, a market, a bank."""
    if text[match.end : match.end + 1] in _KINDS and not any(reading.alone for reading in match.readings):
        return True
    if text.startswith(("市场", "宾馆"), match.end - 1):
        return True
    if not any(reading.alone for reading in match.readings):
        name = text[match.start : match.end]
        if _ROAD_BEHIND.match(text, match.end) or (_IN_ROAD.search(name) and _NUMBER_BEHIND.match(text, match.end)):
            return True
    return text[match.end - 1] not in "市县区镇乡村道" and _NO_PLACE_BEHIND.match(text, match.end) is not None


def is_county(match: Match) -> bool:
    """Tell whether one of ours to the counties bears the name."""
    return any(reading.code[:2] == GUANGXI and len(reading.code) <= 6 for reading in match.readings)


def is_ours_by_context(text: str, match: Match) -> bool:
    """An everyday word that is a county of ours too, in words that only fit the county."""
    if not is_county(match) or not _OURS_BEHIND.match(text, match.end):
        return False
    return _OURS_BEFORE.search(text, max(0, match.start - 1), match.start) is not None
