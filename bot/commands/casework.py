"""`guimin case`: everything an operator does, without a web page: the queue, conversations and cases."""

from __future__ import annotations

import argparse
import datetime
import getpass
import json
from dataclasses import asdict
from typing import Any

from bot.errors import CaseRefused
from bot.knowledge.handover import CHINA
from bot.settings import Settings

_STATES = {"open": "等受理", "taken": "在办", "closed": "办结"}
_PRIORITIES = ("危险", "紧急", "一般")
_HOLDERS = {"bot": "机器人", "waiting": "等人接", "operator": "人工"}


def add(commands: Any) -> None:
    case = commands.add_parser(
        "case", help="办件和人工对话：list、show、take、reply、transfer、return、close、give-back"
    )
    actions = case.add_subparsers(required=True, metavar="做什么")

    def sub(name: str, run: Any, help: str, *arguments: tuple[str, dict[str, Any]]) -> None:
        parser = actions.add_parser(name, help=help)
        for flag, options in arguments:
            parser.add_argument(flag, **options)
        parser.add_argument("--as", dest="operator", default=getpass.getuser(), help="以谁的名义（默认是登录的用户名）")
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        parser.set_defaults(run=run)

    which = ("which", {"help": "办件号（GM…）或对话编号"})
    text = ("text", {"help": "说什么"})
    reason = ("--reason", {"required": True, "help": "原因"})
    sub("list", _list, "等人接的对话和没办结的办件，危险的在前", ("--region", {"help": "只看这个地区（代码）"}))
    sub("show", _show, "一个办件或一段对话的全部经过", which)
    sub("take", _take, "受理办件，或者接手对话（机器人不再说话）", which)
    sub("reply", _reply, "答复群众", which, text, ("--id", {"help": "这句话自己的编号：重复发送只算一次"}))
    to_region = ("--region", {"required": True, "help": "转到哪个地区（代码）"})
    to_office = ("--office", {"help": "转到哪个单位（offices.csv 的编号）"})
    sub("transfer", _transfer, "转办", which, to_region, to_office, reason)
    sub("return", _return, "退单", which, reason)
    sub("close", _close, "办结", which, text)
    sub("give-back", _give_back, "把对话交还给机器人", which)


def _desk(settings: Settings) -> Any:
    from bot.cases.desk import desk_of

    return desk_of(settings)


def _list(options: argparse.Namespace, settings: Settings) -> int:
    from bot.cases import cases, holding

    desk = _desk(settings)
    with desk.database.begin() as connection:
        waiting = holding.queue(connection, region=options.region)
        held = holding.held(connection, region=options.region)
        found = cases.list_cases(connection, region=options.region)
    now = _now()
    if options.json:
        lists: dict[str, list[Any]] = {"waiting": waiting, "held": held, "cases": found}
        print(_as_json({name: [asdict(one) for one in rows] for name, rows in lists.items()}))
        return 0
    for one in waiting:
        minutes = int((now - one.since).total_seconds() // 60)
        print(f"[{_PRIORITIES[one.priority]}] 对话 {one.id}  等了{minutes}分钟  {one.topic or ''}  {one.region or ''}")
    for one in held:
        print(
            f"[{_PRIORITIES[one.priority]}] 对话 {one.id}  {one.operator} 在接待  {one.topic or ''}  {one.region or ''}"
        )
    for case in found:
        sure = "" if case.is_due_sure else "（大约）"
        print(
            f"[{_PRIORITIES[case.priority]}] {case.number}  {_STATES[case.state]}  {case.due_on}前{sure}  "
            f"{case.office or case.region or '没有单位'}  {case.operator or ''}  {case.summary[:30]}"
        )
    if not waiting and not held and not found:
        print("没有等人接的对话，也没有没办结的办件。")
    return 0


def _show(options: argparse.Namespace, settings: Settings) -> int:
    from bot.cases import cases, log

    desk = _desk(settings)
    if not _is_case(options.which):
        with desk.database.begin() as connection:
            held = log.find(connection, options.which)
            rows = log.read(connection, options.which, limit=10_000)
        if held is None:
            raise CaseRefused(f"没有编号为 {options.which} 的对话，可能已经应群众要求删除。")
        if options.json:
            print(_as_json({"conversation": asdict(held), "messages": [asdict(row) for row in rows]}))
            return 0
        print(f"{held.id}：{_HOLDERS[held.holder]} {held.operator or ''}")
        for row in rows:
            print(f"{_say(row.at)} {row.author}：{row.text or row.content.get('event', '')}")
        return 0
    with desk.database.begin() as connection:
        case = cases.find_case(connection, options.which)
        events = cases.history(connection, options.which)
    if case is None:
        raise CaseRefused(f"没有办件 {options.which}。请核对办件号，形式是“GM年月日-五位数”。")
    telephone = None
    if case.has_telephone and case.state == "taken" and case.operator == options.operator:
        telephone = desk.telephone_for(case.number, options.operator, now=_now())
    if options.json:
        told = asdict(case) | {"events": [asdict(event) for event in events], "telephone": telephone}
        print(_as_json(told))
        return 0
    print(
        f"{case.number}  {_STATES[case.state]}  {case.kind}  {case.due_on}前  "
        f"{case.office or ''}  {case.operator or ''}"
    )
    print(f"内容：{case.summary}")
    if case.facts:
        print("事实：" + json.dumps(case.facts, ensure_ascii=False))
    if case.has_telephone:
        print(f"联系电话：{telephone or '（受理以后可以看）'}")
    for event in events:
        print(f"{_say(event.at)} {event.who} {event.kind} {event.text}")
    return 0


def _take(options: argparse.Namespace, settings: Settings) -> int:
    from bot.cases import changes, holding

    desk = _desk(settings)
    with desk.database.begin() as connection:
        if _is_case(options.which):
            changes.take(connection, options.which, options.operator, now=_now())
        else:
            holding.take(connection, options.which, options.operator, now=_now(), patience=desk.patience)
    return _done(options, "已受理" if _is_case(options.which) else "已接手，机器人不再说话")


def _reply(options: argparse.Namespace, settings: Settings) -> int:
    from bot.cases import holding

    desk = _desk(settings)
    if _is_case(options.which):
        desk.reply(options.which, options.operator, options.text, now=_now())
    else:
        with desk.database.begin() as connection:
            holding.speak(
                connection,
                options.which,
                options.operator,
                options.text,
                now=_now(),
                patience=desk.patience,
                client_id=options.id,
            )
    return _done(options, "已答复")


def _transfer(options: argparse.Namespace, settings: Settings) -> int:
    from bot.cases import changes
    from bot.knowledge.library import read_library

    library = read_library(settings.knowledge)
    if library.regions.name_of(options.region) is None:
        raise CaseRefused(f"没有代码为 {options.region} 的地区。请看 knowledge/regions.csv。")
    if options.office and options.office not in {office.id for office in library.offices.rows}:
        raise CaseRefused(f"没有编号为 {options.office} 的单位。请看 knowledge/offices.csv。")
    with _desk(settings).database.begin() as connection:
        changes.transfer(
            connection,
            options.which,
            options.operator,
            region=options.region,
            office=options.office,
            reason=options.reason,
            now=_now(),
        )
    return _done(options, "已转办")


def _return(options: argparse.Namespace, settings: Settings) -> int:
    from bot.cases import changes

    with _desk(settings).database.begin() as connection:
        changes.return_(connection, options.which, options.operator, reason=options.reason, now=_now())
    return _done(options, "已退单")


def _close(options: argparse.Namespace, settings: Settings) -> int:
    _desk(settings).close(options.which, options.operator, options.text, now=_now())
    return _done(options, "已办结")


def _give_back(options: argparse.Namespace, settings: Settings) -> int:
    from bot.cases import holding

    with _desk(settings).database.begin() as connection:
        holding.give_back(connection, options.which, options.operator, now=_now())
    return _done(options, "已交还给机器人")


def _done(options: argparse.Namespace, sentence: str) -> int:
    print(_as_json({"which": options.which, "done": True}) if options.json else f"{options.which}：{sentence}。")
    return 0


def _is_case(which: str) -> bool:
    return which.startswith("GM")


def _say(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(CHINA):%m-%d %H:%M}"


def _as_json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, default=str)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
