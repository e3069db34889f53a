"""`guimin`: the one command line. Exit status 0 fine, 1 a finding, 2 wrong use or a machine that is not ready."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import os
import sys
import warnings
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

from bot.errors import GuiminError, MessageRefused
from bot.settings import Settings, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    # Deprecations inside Rasa's pinned libraries: nothing that whoever runs this could act upon.
    warnings.simplefilter("ignore")
    options = _parser().parse_args(arguments)
    try:
        if getattr(options, "day", None):
            os.environ["GUIMIN_DAY"] = options.day
        status: int = options.run(options, load_settings())
        return status
    except GuiminError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="guimin", description="桂小民：广西民政智能问答")
    commands = parser.add_subparsers(required=True, metavar="命令")

    def add(name: str, run: Any, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help)
        command.set_defaults(run=run)
        return command

    add("run", _run, "训练（需要时）并启动")
    add("train", _train, "训练 Rasa 模型（没有变化就不训练）")
    add("serve", _serve, "只启动机器人进程（由 run 调用）")
    add("chat", _chat, "在终端里对话")
    ask = add("ask", _ask, "问一句，得到一行 JSON")
    ask.add_argument("question", nargs="?", help="问题")
    ask.add_argument("--jsonl", type=Path, help="JSON 行文件：每行有 text，可以有 id、region、session")
    ask.add_argument("--json", action="store_true", help="输出 JSON（本来就是）")
    ask.add_argument("--region", help="问的人在哪里：地区代码或全名")
    ask.add_argument("--day", help="按哪一天的规定回答，如 2024-06-01")
    ask.add_argument("--trace", action="store_true", help="连同理由：分词、替换、各部分的分数、阈值")
    precheck = add("precheck", _precheck, "预审：给出事实，得到每个项目的结论、理由、金额和材料（JSON）")
    precheck.add_argument("file", nargs="?", type=Path, help="JSON 文件：facts、region、day，可以有 benefit")
    precheck.add_argument("--jsonl", type=Path, help="JSON 行文件，一行一份")
    precheck.add_argument("--day", help="按哪一天的规定判断，如 2024-06-01")
    precheck.add_argument("--json", action="store_true", help="输出 JSON（本来就是）")
    check = add("kb", _knowledge, "知识库：check 检查能不能发布，report 看完整和好懂的程度，pictures 重画流程图")
    check.add_argument("action", choices=["check", "report", "pictures"])
    check.add_argument("--json", action="store_true", help="输出 JSON")
    evaluate = add("eval", _evaluate, "用开发集评测")
    evaluate.add_argument("--calibrate", action="store_true", help="先用开发集重新拟合打分模型和阈值")
    evaluate.add_argument("--questions", type=Path, help="评测题文件")
    evaluate.add_argument("--report", type=Path, help="报告写到哪里")
    evaluate.add_argument("--json", action="store_true", help="输出 JSON")
    return parser


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from bot.supervisor import check_machine, supervise

    check_machine(settings)
    _prepare(settings)
    return supervise(settings, say=lambda line: print(line, flush=True))


def _train(options: argparse.Namespace, settings: Settings) -> int:
    print(_prepare(settings))
    return 0


def _prepare(settings: Settings) -> Path:
    """Train and encode what is new, with progress on a terminal's or a log's lines."""
    from bot.answers.live import live
    from bot.nlu.logs import quieten
    from bot.nlu.training import train

    quieten()

    def progress(done: int, total: int) -> None:
        print(f"正在编码知识库：{done}/{total}", file=sys.stderr, flush=True)

    live(settings).index(progress=progress)
    return train(settings, progress=lambda line: print(line, file=sys.stderr, flush=True))


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    from bot.channels.server import serve
    from bot.nlu.logs import quieten

    quieten()
    serve(settings, str(_model(settings)), _actions(settings))
    return 0


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    if not options.question and not options.jsonl:
        print("请写上要问的话，或用 --jsonl 指定文件。", file=sys.stderr)
        return 2
    lines = _read_lines(options.jsonl) if options.jsonl else [{"text": options.question}]
    lines = [{"region": options.region} | line for line in lines]

    async def answer_all() -> None:
        async for record in _answers(lines, settings, trace=options.trace):
            print(json.dumps(record, ensure_ascii=False), flush=True)

    asyncio.run(answer_all())
    return 0


def _chat(options: argparse.Namespace, settings: Settings) -> int:
    async def talk() -> None:
        from bot.channels.conversation import converse, refusal

        agent = await _agent(settings)
        while True:
            try:
                text = input("\n您：")
            except EOFError:
                return
            try:
                reply = await converse(agent.handle_message, text, sender="terminal", channel="web", settings=settings)
                print(f"\n桂小民：{reply.text}")
            except MessageRefused as error:
                print(f"\n桂小民：{refusal(error, text, settings)}")

    asyncio.run(talk())
    return 0


def _precheck(options: argparse.Namespace, settings: Settings) -> int:
    from bot.eligibility.catalogue import catalogue_of
    from bot.eligibility.prechecking import precheck
    from bot.knowledge.library import read_library

    if not options.file and not options.jsonl:
        print("请指定一个 JSON 文件，或用 --jsonl 指定 JSON 行文件。", file=sys.stderr)
        return 2
    requests = _read_lines(options.jsonl, need="") if options.jsonl else [_read_request(options.file)]
    catalogue = catalogue_of(read_library(settings.knowledge), settings.knowledge)
    refused = False
    for request in requests:
        record = precheck(request, catalogue, day=settings.day or datetime.date.today())
        refused = refused or bool(record["refused"])
        print(json.dumps(record, ensure_ascii=False), flush=True)
    return 1 if refused else 0


def _knowledge(options: argparse.Namespace, settings: Settings) -> int:
    from bot.eligibility.catalogue import catalogue_of
    from bot.eligibility.examples import LEAST_CASES, check_cases
    from bot.eligibility.gallery import PICTURES, make_gallery, write_gallery
    from bot.knowledge.check import check_library
    from bot.knowledge.library import read_library
    from bot.knowledge.reporting import quality_report

    library = read_library(settings.knowledge)
    if options.action == "report":
        print(quality_report(library, settings.knowledge, day=datetime.date.today()))
        return 0
    catalogue = catalogue_of(library, settings.knowledge)
    if options.action == "pictures" and not catalogue.faults:
        changed = write_gallery(make_gallery(catalogue, settings.knowledge / "examples"), settings.project / PICTURES)
        print("\n".join(changed) or "流程图都是新的。")
        return 0
    faults = check_library(library, day=datetime.date.today())
    faults += catalogue.faults
    faults += check_cases(settings.knowledge / "examples", catalogue, least=LEAST_CASES)
    if options.json:
        print(json.dumps({"entries": len(library.entries), "faults": faults}, ensure_ascii=False))
    else:
        print("\n".join(faults) or f"知识库没有问题：{len(library.entries)} 条，版本 {library.version}。")
    return 1 if faults else 0


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
    from bot.channels.conversation import Reply, converse, refusal
    from bot.channels.record import as_record

    agent = await _agent(settings)
    for number, line in enumerate(lines):
        text = line.get("text", "")
        sender = f"ask-{line.get('session', f'line-{number}')}"
        region = _region_code(line.get("region"), settings)
        try:
            reply = await converse(
                agent.handle_message, text, sender=sender, channel="web", settings=settings, region=region
            )
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


async def _agent(settings: Settings) -> Any:
    from bot.channels.server import load

    _prepare(settings)
    return await load(settings, str(_model(settings)), _actions(settings))


def _model(settings: Settings) -> Path:
    from bot.nlu.training import train

    return train(settings, progress=lambda line: print(line, file=sys.stderr, flush=True))


def _actions(settings: Settings) -> Any:
    """The actions of this project inside this process."""
    from rasa_sdk.executor import ActionExecutor
    from rasa_sdk.interfaces import ActionExecutionRejection

    import bot.channels  # noqa: F401  (rasa_sdk comes after TensorFlow's stand-in)
    from bot.channels.endpoints import InProcessActions

    executor = ActionExecutor()
    executor.register_package("actions")
    return InProcessActions(executor, ActionExecutionRejection)


def _read_request(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GuiminError(f"{path} 读不出来（{error}）。请给一个 JSON 文件。") from error
    if not isinstance(content, dict):
        raise GuiminError(f"{path} 里应当是一个 JSON 对象，有 facts、region、day。")
    return content


def _read_lines(path: Path, *, need: str = "text") -> list[dict[str, Any]]:
    """The objects of a file of JSON lines. Raises GuiminError for a line that is none, or lacks `need`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GuiminError(f"{path} 读不出来（{error}）。请给一个 UTF-8 的 JSON 行文件。") from error
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except ValueError:
            raise GuiminError(f"{path} 第 {number} 行不是合格的 JSON。请改正后再试。") from None
        if not isinstance(content, dict) or (need and need not in content):
            raise GuiminError(f"{path} 第 {number} 行缺少 {need}。请补上后再试。")
        lines.append(content)
    return lines
