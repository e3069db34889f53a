"""A bot without a server, for the command line: the same agent, with the actions inside the process."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.settings import Settings


def prepare(settings: Settings) -> Path:
    """Train and encode what is new, with progress on a terminal's or a log's lines."""
    from bot.answers.live import live
    from bot.nlu.logs import quieten
    from bot.nlu.training import train

    quieten()

    def progress(done: int, total: int) -> None:
        print(f"正在编码知识库：{done}/{total}", file=sys.stderr, flush=True)

    live(settings).index(progress=progress)
    return train(settings, progress=lambda line: print(line, file=sys.stderr, flush=True))


def actions_of(settings: Settings) -> Any:
    """The actions of this project inside this process."""
    from rasa_sdk.executor import ActionExecutor
    from rasa_sdk.interfaces import ActionExecutionRejection

    import bot.channels  # noqa: F401  (rasa_sdk comes after TensorFlow's stand-in)
    from bot.channels.endpoints import InProcessActions

    executor = ActionExecutor()
    executor.register_package("actions")
    return InProcessActions(executor, ActionExecutionRejection)


async def load_agent(settings: Settings) -> Any:
    from bot.channels.server import load

    return await load(settings, str(prepare(settings)), actions_of(settings))


@contextmanager
def database_of_its_own(settings: Settings) -> Iterator[Settings]:
    """Settings with a database that ends with the command: asking from the command line opens no real case."""
    with tempfile.TemporaryDirectory(prefix="guimin-") as folder:
        url = f"sqlite:///{folder}/guimin.db"
        os.environ["GUIMIN_DATABASE_URL"] = url  # the actions read their settings themselves
        yield replace(settings, given_database_url=url)
