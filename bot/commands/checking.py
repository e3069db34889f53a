"""`guimin kb` and `guimin precheck`: the knowledge and the rules, without a conversation."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path
from typing import Any

from bot.commands.lines import read_lines, read_object
from bot.errors import KnowledgeError
from bot.settings import Settings


def add(commands: Any) -> None:
    precheck = commands.add_parser("precheck", help="预审：给出事实，得到每个项目的结论、理由、金额和材料（JSON）")
    precheck.add_argument("file", nargs="?", type=Path, help="JSON 文件：facts、region、day，可以有 benefit")
    precheck.add_argument("--jsonl", type=Path, help="JSON 行文件，一行一份")
    precheck.add_argument("--day", help="按哪一天的规定判断，如 2024-06-01")
    precheck.add_argument("--json", action="store_true", help="输出 JSON（本来就是）")
    precheck.set_defaults(run=_precheck)
    check = commands.add_parser(
        "kb", help="知识库：check 检查能不能发布，report 看完整和好懂的程度，pictures 重画流程图，offices 补齐单位表"
    )
    check.add_argument("action", choices=["check", "report", "pictures", "offices"])
    check.add_argument("--json", action="store_true", help="输出 JSON")
    check.set_defaults(run=_knowledge)


def _precheck(options: argparse.Namespace, settings: Settings) -> int:
    from bot.eligibility.catalogue import catalogue_of
    from bot.eligibility.prechecking import precheck
    from bot.knowledge.library import read_library

    if not options.file and not options.jsonl:
        print("请指定一个 JSON 文件，或用 --jsonl 指定 JSON 行文件。", file=sys.stderr)
        return 2
    requests = read_lines(options.jsonl, need="") if options.jsonl else [read_object(options.file)]
    catalogue = catalogue_of(read_library(settings.knowledge), settings.knowledge)
    refused = False
    for request in requests:
        record = precheck(request, catalogue, day=settings.day or datetime.date.today())
        refused = refused or bool(record["refused"])
        print(json.dumps(record, ensure_ascii=False), flush=True)
    return 1 if refused else 0


def _faults_of_handover(settings: Settings) -> list[str]:
    from bot.knowledge.handover import read_handover

    try:
        read_handover(settings.knowledge)
    except KnowledgeError as error:
        return str(error).splitlines()
    return []


def _knowledge(options: argparse.Namespace, settings: Settings) -> int:
    from bot.eligibility.catalogue import catalogue_of
    from bot.eligibility.examples import LEAST_CASES, check_cases
    from bot.eligibility.gallery import PICTURES, make_gallery, write_gallery
    from bot.knowledge.check import check_library
    from bot.knowledge.library import read_library
    from bot.knowledge.offices import write_offices
    from bot.knowledge.reporting import quality_report
    from bot.places.making_offices import make_offices

    library = read_library(settings.knowledge)
    if options.action == "report":
        print(quality_report(library, settings.knowledge, day=datetime.date.today()))
        return 0
    if options.action == "offices":
        made = make_offices(library.regions, library.services.kinds, library.offices.rows)
        write_offices(settings.knowledge, made)
        print(f"单位表有 {len(made)} 行，新增 {len(made) - len(library.offices.rows)} 行；填好的都没有动。")
        return 0
    catalogue = catalogue_of(library, settings.knowledge)
    if options.action == "pictures" and not catalogue.faults:
        changed = write_gallery(make_gallery(catalogue, settings.knowledge / "examples"), settings.project / PICTURES)
        print("\n".join(changed) or "流程图都是新的。")
        return 0
    faults = check_library(library, day=datetime.date.today())
    faults += [*catalogue.faults, *_faults_of_handover(settings)]
    faults += check_cases(settings.knowledge / "examples", catalogue, least=LEAST_CASES)
    if options.json:
        print(json.dumps({"entries": len(library.entries), "faults": faults}, ensure_ascii=False))
    else:
        print("\n".join(faults) or f"知识库没有问题：{len(library.entries)} 条，版本 {library.version}。")
    return 1 if faults else 0
