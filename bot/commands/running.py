"""`guimin run`, `train` and `serve`."""

from __future__ import annotations

import argparse
from typing import Any

from bot.commands.agents import actions_of, prepare
from bot.settings import Settings


def add(commands: Any) -> None:
    for name, run, help in (
        ("run", _run, "训练（需要时）并启动"),
        ("train", _train, "训练 Rasa 模型（没有变化就不训练）"),
        ("serve", _serve, "只启动机器人进程（由 run 调用）"),
    ):
        commands.add_parser(name, help=help).set_defaults(run=run)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from bot.supervisor import check_machine, supervise

    check_machine(settings)
    prepare(settings)
    return supervise(settings, say=lambda line: print(line, flush=True))


def _train(options: argparse.Namespace, settings: Settings) -> int:
    print(prepare(settings))
    return 0


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    from bot.channels.server import serve

    serve(settings, str(prepare(settings)), actions_of(settings))
    return 0
