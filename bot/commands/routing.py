"""`guimin route`: which place a text names, which office serves it there, and by which rule."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path
from typing import Any

from bot.commands.lines import read_lines
from bot.errors import GuiminError
from bot.settings import Settings

# Who names no topic is told of the bureau that answers for all of it.
_ANYTHING = "general"


def add(commands: Any) -> None:
    route = commands.add_parser("route", help="一句话里的地方，该找哪个单位，按什么规则（JSON）")
    route.add_argument("text", nargs="?", help="地址、地名，或者一句话")
    route.add_argument("--topic", help="主题、预审项目或服务的编号，如 dibao.apply")
    route.add_argument("--jsonl", type=Path, help="JSON 行文件：每行有 text，可以有 id、topic")
    route.add_argument("--day", help="按哪一天的规定，如 2024-06-01")
    route.add_argument("--json", action="store_true", help="输出 JSON（本来就是）")
    route.set_defaults(run=_route)


def _route(options: argparse.Namespace, settings: Settings) -> int:
    from bot.knowledge.library import read_library
    from bot.places.finding import read_places
    from bot.places.names import gazetteer_of
    from bot.places.recording import as_record
    from bot.places.routing import roles_of, route

    if not options.text and not options.jsonl:
        print("请写上地方，或用 --jsonl 指定文件。", file=sys.stderr)
        return 2
    lines = read_lines(options.jsonl) if options.jsonl else [{"text": options.text, "topic": options.topic}]
    library = read_library(settings.knowledge)
    gazetteer = gazetteer_of(library.regions)
    day = settings.day or datetime.date.today()
    for line in lines:
        topic = line.get("topic") or options.topic or _ANYTHING
        found = read_places(str(line["text"]), gazetteer)
        try:
            routed = route(topic, roles_of(found), library.regions, library.offices, library.services, day=day)
        except KeyError:
            raise GuiminError(f"没有叫“{topic}”的主题、预审项目或服务。请看 knowledge/topics.yaml。") from None
        record = {"text": line["text"], "topic": topic, **as_record(found, routed, library.regions)}
        print(json.dumps({"id": line["id"], **record} if "id" in line else record, ensure_ascii=False), flush=True)
    return 0
