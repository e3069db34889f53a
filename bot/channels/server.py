"""The bot's process: Rasa's server with our channels, and an agent without a server for the command line."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import register
from rasa.core.run import close_resources, load_agent_on_start
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic
from sqlalchemy.engine import make_url

from bot.cases.store import store
from bot.channels.endpoints import make_endpoints
from bot.channels.turns import Turns
from bot.channels.web import WebChannel, answer_errors
from bot.errors import SetupError
from bot.settings import Settings

# Far more than the longest message, so that a long letter is counted and answered, not cut off by the server.
_LARGEST_BODY_BYTES = 300_000
_SWEEP_SECONDS = 1.0
_LEFT_BEHIND_SECONDS = 3.0
logger = logging.getLogger(__name__)


def serve(settings: Settings, model: str, actions: EndpointConfig | None) -> None:
    """Serve until stopped. One process, one core: messages are understood one after the other."""
    endpoints = make_endpoints(settings, actions)
    # Not rasa.core.run.configure_app: it puts Rasa's greeting at / and a cross-origin extension in every answer.
    app = Sanic("guimin", configure_logging=False)
    turns = Turns(store(settings.database_url), settings)
    register([WebChannel(settings, turns)], app, route="/")
    app.config.REQUEST_MAX_SIZE = _LARGEST_BODY_BYTES
    app.config.PROXIES_COUNT = settings.proxies or None
    app.config.FALLBACK_ERROR_FORMAT = "json"
    answer_errors(app, settings)
    app.register_listener(partial(load_agent_on_start, model, endpoints, None), "before_server_start")
    app.register_listener(close_resources, "after_server_stop")
    app.register_listener(partial(_sweep, turns), "after_server_start")
    app.register_listener(_stop_sweeping, "before_server_stop")
    logging.getLogger("sanic.access").setLevel(logging.WARNING)
    with _alone(settings):
        app.run(host=settings.host, port=settings.port, workers=1, access_log=False)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Be the one bot of a SQLite database: turns are kept within a process there, only PostgreSQL keeps them between.

    Raises SetupError where another one runs; the lock ends with its process, however that ends.
    """
    database = make_url(settings.database_url)
    if database.get_backend_name() != "sqlite":
        yield
        return
    with open(f"{database.database}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SetupError(
                f"另一个机器人进程正在用 {database.database}。SQLite 只能有一个；"
                "要开几个，请用 PostgreSQL（GUIMIN_DATABASE_URL）。"
            ) from error
        yield


async def _sweep(turns: Turns, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
    """From now on, answer every second what was left behind, and end what took too long."""

    async def sweep() -> None:
        while True:
            try:
                if app.ctx.agent.is_ready():
                    await turns.sweep(app.ctx.agent, older_seconds=_LEFT_BEHIND_SECONDS)
            except Exception:  # the database may be away for a while; the next round must come
                logger.exception("sweep_failed")
            await asyncio.sleep(_SWEEP_SECONDS)

    app.ctx.sweeper = loop.create_task(sweep())


async def _stop_sweeping(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
    app.ctx.sweeper.cancel()


async def load(settings: Settings, model: str, actions: EndpointConfig | None, *, in_memory: bool = True) -> Agent:
    """Load the same agent without a server. Raises SetupError when the model cannot be used."""
    agent = await load_agent(model, endpoints=make_endpoints(settings, actions, in_memory=in_memory))
    if not agent.is_ready():
        raise SetupError("模型没有装载成功。请先运行 guimin train，再试一次。")
    return agent
