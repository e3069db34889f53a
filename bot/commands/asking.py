"""`guimin ask`, `chat` and `eval`: messages through the whole path of a live one."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

from bot.commands.agents import database_of_its_own, load_agent
from bot.commands.lines import read_lines
from bot.errors import GuiminError, MessageRefused
from bot.settings import Settings


def add(commands: Any) -> None:
    ask = commands.add_parser("ask", help="问一句，得到一行 JSON")
    ask.add_argument("question", nargs="?", help="问题")
    ask.add_argument("--jsonl", type=Path, help="JSON 行文件：每行有 text，可以有 id、region、session")
    ask.add_argument("--json", action="store_true", help="输出 JSON（本来就是）")
    ask.add_argument("--region", help="问的人在哪里：地区代码或全名")
    ask.add_argument("--day", help="按哪一天的规定回答，如 2024-06-01")
    ask.add_argument("--trace", action="store_true", help="连同理由：分词、替换、各部分的分数、阈值")
    ask.set_defaults(run=_ask)
    commands.add_parser("chat", help="在终端里对话").set_defaults(run=_chat)
    evaluate = commands.add_parser("eval", help="用开发集评测")
    evaluate.add_argument("--calibrate", action="store_true", help="先用开发集重新拟合打分模型和阈值")
    evaluate.add_argument("--questions", type=Path, help="评测题文件")
    evaluate.add_argument("--report", type=Path, help="报告写到哪里")
    evaluate.add_argument("--json", action="store_true", help="输出 JSON")
    evaluate.set_defaults(run=_evaluate)


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    if not options.question and not options.jsonl:
        print("请写上要问的话，或用 --jsonl 指定文件。", file=sys.stderr)
        return 2
    lines = read_lines(options.jsonl) if options.jsonl else [{"text": options.question}]
    lines = [{"region": options.region} | line for line in lines]

    async def answer_all() -> None:
        async for record in _answers(lines, settings, trace=options.trace):
            print(json.dumps(record, ensure_ascii=False), flush=True)

    asyncio.run(answer_all())
    return 0


def _chat(options: argparse.Namespace, settings: Settings) -> int:
    """Talk in the terminal, against the database of the settings: what is handed over there is really handed over."""
    from bot.cases.store import store
    from bot.channels.conversation import refusal
    from bot.channels.turns import Turns

    async def talk() -> None:
        agent = await load_agent(settings)
        turns = Turns(store(settings.database_url), settings)
        while True:
            try:
                text = input("\n您：")
            except EOFError:
                return
            try:
                turn = await turns.receive(agent, text, sender="terminal", channel="web")
                print(f"\n桂小民：{turn.reply.text}")
            except MessageRefused as error:
                print(f"\n桂小民：{refusal(error, text, settings)}")

    asyncio.run(talk())
    return 0


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    from bot.evaluation.calibrating import calibrate
    from bot.evaluation.measuring import Question, measure, read_questions
    from bot.evaluation.reporting import report_text, summary

    questions: list[Question] = read_questions(options.questions or settings.project / "tests/nlu/questions.jsonl")
    fitted = calibrate(questions, settings) if options.calibrate else None

    async def ask_all() -> list[dict[str, Any]]:
        lines = [{"id": question.id, "text": question.text} for question in questions]
        return [record async for record in _answers(lines, settings)]

    results = measure(questions, asyncio.run(ask_all()))
    text = report_text(results, fitted)
    report = options.report or settings.state / "evaluation.md"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(text, encoding="utf-8")
    print(json.dumps(summary(results), ensure_ascii=False) if options.json else text)
    return 0


async def _answers(
    lines: Iterable[dict[str, Any]], settings: Settings, *, trace: bool = False
) -> AsyncIterator[dict[str, Any]]:
    """Ask line by line; lines of one session are one conversation."""
    from bot.answers.live import live
    from bot.answers.tracing import trace_search
    from bot.cases.store import store
    from bot.channels.conversation import Reply, refusal
    from bot.channels.record import as_record
    from bot.channels.turns import Turns

    with database_of_its_own(settings) as own:
        agent = await load_agent(own)
        turns = Turns(store(own.database_url), own)
        for number, line in enumerate(lines):
            text = line.get("text", "")
            sender = f"ask-{line.get('session', f'line-{number}')}"
            region = _region_code(line.get("region"), settings)
            try:
                reply = (await turns.receive(agent, text, sender=sender, channel="web", region=region)).reply
            except MessageRefused as error:
                sentence = {"text": refusal(error, text, settings), "buttons": [], "cards": []}
                reply = Reply("", (sentence,), {"kind": "refuse", "reason": error.code})
            record = as_record(str(text), reply)
            if trace and reply.masked:
                record["trace"] = trace_search(live(settings).index(), reply.masked, region=record["region"]) | {
                    "reason": reply.decision.get("reason"),
                    "intent": reply.decision.get("intent"),
                }
            yield {"id": line["id"], **record} if "id" in line else record


def _region_code(region: Any, settings: Settings) -> str | None:
    """The code for a code or a full name. Raises GuiminError for a region that is not known."""
    from bot.answers.live import live

    names = live(settings).library().regions.names
    if not region or region in names:
        return region or None
    codes = [code for code, name in names.items() if name == region]
    if len(codes) != 1:
        raise GuiminError(f"没有名为“{region}”的地区，或者不止一个。请写 regions.csv 里的代码或全名。")
    return codes[0]
