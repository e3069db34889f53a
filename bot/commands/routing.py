"""`guimin route`: which place a text names, which office serves it there, and by which rule."""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
from pathlib import Path
from typing import Any

from bot.commands.lines import read_lines
from bot.errors import GuiminError
from bot.settings import Settings

# Who names no topic is told of the bureau that answers for all of it.
_ANYTHING = "general"
_UNKNOWN_TOPIC = "没有叫“{topic}”的主题、预审项目或服务。请看 knowledge/topics.yaml。"


def add(commands: Any) -> None:
    route = commands.add_parser("route", help="一句话里的地方，该找哪个单位，按什么规则（JSON）")
    route.add_argument("text", nargs="?", help="地址、地名，或者一句话")
    route.add_argument("--at", help="在哪里：纬度,经度，如 22.8,108.3（单位表里要有坐标）")
    route.add_argument("--topic", help="主题、预审项目或服务的编号，如 dibao.apply")
    route.add_argument("--jsonl", type=Path, help="JSON 行文件：每行有 text，可以有 id、topic")
    route.add_argument("--day", help="按哪一天的规定，如 2024-06-01")
    route.add_argument("--json", action="store_true", help="输出 JSON（本来就是）")
    route.set_defaults(run=_route)


def _place_at(at: str, topic: str, library: Any, day: datetime.date) -> str:
    """The place of the nearest office that serves the topic. Raises GuiminError where none can be told."""
    from bot.knowledge.services import NoOffice
    from bot.places.offices import nearest_office

    point = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*[,，]\s*(\d+(?:\.\d+)?)\s*", at)
    if point is None:
        raise GuiminError(f"“{at}”不是“纬度,经度”，比如 22.8,108.3。请改正后再试。")
    try:
        service = library.services.serving(topic)
    except KeyError:
        raise GuiminError(_UNKNOWN_TOPIC.format(topic=topic)) from None
    kind = "" if isinstance(service, NoOffice) else service.rule_on(day).office
    office = nearest_office(kind, float(point[1]), float(point[2]), library.offices)
    if office is None:
        raise GuiminError("单位表（offices.csv）里这类单位还没有填坐标，没法按位置找。请写地名。")
    return str(library.regions.full_name(office.region))


def _route(options: argparse.Namespace, settings: Settings) -> int:
    from bot.knowledge.library import read_library
    from bot.places.finding import read_places
    from bot.places.names import gazetteer_of
    from bot.places.recording import as_record
    from bot.places.routing import roles_of, route

    if not options.text and not options.jsonl and not options.at:
        print("请写上地方，或用 --jsonl 指定文件。", file=sys.stderr)
        return 2
    library = read_library(settings.knowledge)
    lines = read_lines(options.jsonl) if options.jsonl else [{"text": options.text or "", "topic": options.topic}]
    gazetteer = gazetteer_of(library.regions)
    day = settings.day or datetime.date.today()
    if options.at:
        lines = [{"text": _place_at(options.at, options.topic or _ANYTHING, library, day)}]
    for line in lines:
        topic = line.get("topic") or options.topic or _ANYTHING
        found = read_places(str(line["text"]), gazetteer)
        try:
            routed = route(topic, roles_of(found), library.regions, library.offices, library.services, day=day)
        except KeyError:
            raise GuiminError(_UNKNOWN_TOPIC.format(topic=topic)) from None
        record = {"text": line["text"], "topic": topic, **as_record(found, routed, library.regions)}
        print(json.dumps({"id": line["id"], **record} if "id" in line else record, ensure_ascii=False), flush=True)
    return 0
