"""The citizens' page and what it calls: /api/session, /api/messages, /api/cases/telephone (and /health)."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic, response
from sanic.exceptions import NotFound, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.answers.live import live
from bot.cases.store import store
from bot.channels.conversation import Handle, refusal
from bot.channels.record import as_record
from bot.channels.senders import Senders
from bot.channels.slips import Slips, gone_page, slip_page
from bot.channels.turns import Turns
from bot.channels.wording import say
from bot.eligibility.catalogue import catalogue_of
from bot.errors import CaseRefused, MessageRefused
from bot.settings import Settings, load_settings

logger = logging.getLogger(__name__)
PAGE = Path(__file__).with_name("page")
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class WebChannel(InputChannel):
    """A page with a chat, and the JSON behind it. Rasa finds it by its import path."""

    def __init__(self, settings: Settings, turns: Turns) -> None:
        self._settings = settings
        self._turns = turns
        self._senders = Senders(settings.secret())
        self._slips = Slips(settings)

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        settings = load_settings()
        return cls(settings, Turns(store(settings.database_url), settings))

    def url_prefix(self) -> str:
        return "/"

    def blueprint(self, on_new_message: Handle) -> Blueprint:
        site = Blueprint("web")
        site.static("/static", str(PAGE))

        @site.get("/")
        async def page(request: Request) -> HTTPResponse:
            return await response.file(PAGE / "index.html", headers=_HEADERS | {"Cache-Control": "no-cache"})

        @site.get("/health")
        async def health(request: Request) -> HTTPResponse:
            ready = _is_ready(request.app)
            return response.json({"ready": ready}, status=200 if ready else 503)

        @site.post("/api/session")
        async def session(request: Request) -> HTTPResponse:
            greeting = say(self._settings.project / "domain.yml", "utter_greet")
            return _json({"sender": self._senders.issue(), "greeting": greeting})

        @site.post("/api/messages")
        async def messages(request: Request) -> HTTPResponse:
            return await self._receive(request)

        @site.get("/api/messages")
        async def news(request: Request) -> HTTPResponse:
            return self._tell_news(request)

        @site.post("/api/cases/telephone")
        async def telephone(request: Request) -> HTTPResponse:
            return self._keep_telephone(request)

        @site.get("/slip/<token:str>")
        async def slip(request: Request, token: str) -> HTTPResponse:
            return await self._print_slip(request, token)

        return site

    async def _print_slip(self, request: Request, token: str) -> HTTPResponse:
        """The page of a pre-check's result, made from the conversation as it is now."""
        asked = self._slips.read(token)
        tracker = (
            await request.app.ctx.agent.tracker_store.retrieve(asked[0]) if asked and _is_ready(request.app) else None
        )
        stored = tracker.get_slot("precheck") if tracker else None
        library = live().library()
        catalogue = catalogue_of(library, self._settings.knowledge)
        page = slip_page(stored, asked[1], catalogue, day=live().day) if asked else None
        gone = say(self._settings.project / "domain.yml", "utter_refused_slip_gone")
        headers = _HEADERS | {"Cache-Control": "no-store"}
        return response.html(page or gone_page(gone), status=200 if page else 404, headers=headers)

    async def _receive(self, request: Request) -> HTTPResponse:
        text: object = None
        try:
            if not _is_ready(request.app):
                raise MessageRefused("unavailable", status=503)
            body = _read_json(request)
            text = body.get("text")
            sender = self._senders.check(body.get("sender"))
            agent = request.app.ctx.agent
            turn = await self._turns.receive(
                agent,
                text,
                sender=sender,
                channel=self.name(),
                client_id=_id_of(body),
                caller=request.remote_addr or request.ip,
            )
        except MessageRefused as error:
            return _refused(error.code, refusal(error, text, self._settings), error.status)
        record = as_record(turn.reply.masked, turn.reply)
        return _json({"messages": turn.reply.messages, "record": record, "id": turn.id, "holder": turn.holder})

    def _tell_news(self, request: Request) -> HTTPResponse:
        """What was said in a conversation after the message with the id `after`, whoever said it."""
        try:
            sender = self._senders.check(request.headers.get("X-Guimin-Sender"))
            after = request.args.get("after", "0")
            if not re.fullmatch(r"[0-9]{1,18}", after):
                raise MessageRefused("bad_request")
        except MessageRefused as error:
            return _refused(error.code, refusal(error, None, self._settings), error.status)
        return _json(self._turns.news(sender, after=int(after)))

    def _keep_telephone(self, request: Request) -> HTTPResponse:
        """The telephone for a case of this conversation, in a field of its own; it goes nowhere but into the case."""
        try:
            body = _read_json(request)
            sender = self._senders.check(body.get("sender"))
            self._turns.keep_telephone(sender, str(body.get("number", "")), str(body.get("telephone", "")))
        except MessageRefused as error:
            return _refused(error.code, refusal(error, None, self._settings), error.status)
        except CaseRefused:
            return _refused("telephone", say(self._settings.project / "domain.yml", "utter_telephone_refused"), 400)
        return _json({"kept": True, "message": say(self._settings.project / "domain.yml", "utter_telephone_kept")})


def answer_errors(app: Sanic, settings: Settings) -> None:
    """Make every error of the server a JSON sentence in Chinese; details go to the log only."""
    domain = settings.project / "domain.yml"

    @app.exception(Exception)
    async def failed(request: Request, error: Exception) -> HTTPResponse:
        status = getattr(error, "status_code", 500) if isinstance(error, SanicException) else 500
        if isinstance(error, NotFound):
            return _refused("not_found", say(domain, "utter_refused_not_found"), 404)
        if status == 413:
            return _refused("too_large", say(domain, "utter_refused_too_large", limit=settings.max_characters), 413)
        if status >= 500:
            logger.error("request_failed path=%s", request.path, exc_info=error)
            return _refused("trouble", say(domain, "utter_trouble"), status)
        return _refused("bad_request", say(domain, "utter_refused_bad_request"), status)


def _read_json(request: Request) -> dict[str, Any]:
    if not (request.content_type or "").startswith("application/json"):
        raise MessageRefused("wrong_type", status=415)
    try:
        body = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MessageRefused("bad_request") from error
    if not isinstance(body, dict):
        raise MessageRefused("bad_request")
    return body


def _id_of(body: dict[str, Any]) -> str | None:
    """The client's own id of a message. Raises MessageRefused for one that cannot be kept."""
    given = body.get("id")
    if given is None:
        return None
    if not isinstance(given, str) or not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", given):
        raise MessageRefused("bad_request")
    return given


def _is_ready(app: Sanic) -> bool:
    # A server whose model failed to load stays up and swallows messages: ask the agent itself.
    agent = getattr(app.ctx, "agent", None)
    return bool(agent and agent.is_ready())


def _refused(code: str, sentence: str, status: int) -> HTTPResponse:
    return _json({"error": {"code": code, "message": sentence}}, status=status)


def _json(content: dict[str, Any], status: int = 200) -> HTTPResponse:
    return response.json(content, status=status, headers=_HEADERS, dumps=lambda c: json.dumps(c, ensure_ascii=False))
