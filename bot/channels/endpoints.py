"""Where actions run and conversations are kept, as Rasa's endpoints."""

from __future__ import annotations

import json
from typing import Any, Protocol

from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from sqlalchemy.engine import make_url

from bot.settings import Settings


class Executor(Protocol):
    """What rasa_sdk's ActionExecutor offers: an action call in, its result out."""

    async def run(self, action_call: dict[str, Any]) -> Any: ...


class InProcessActions(EndpointConfig):
    """An action endpoint that calls rasa_sdk's executor instead of a server: no port, no HTTP, no third of the time.

    Rasa only ever calls `request`; a refused action becomes the same ClientResponseError that the server would send.
    """

    def __init__(self, executor: Executor, rejection: type[Exception]) -> None:
        super().__init__(url="in-process:", enable_selective_domain=True)
        self._executor = executor
        self._rejection = rejection

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        call = kwargs["json"]
        try:
            return await self._executor.run(call)
        except self._rejection as error:
            body = json.dumps({"error": str(error), "action_name": call["next_action"]})
            raise ClientResponseError(400, "rejected", body) from error


def make_endpoints(
    settings: Settings, actions: EndpointConfig | None, *, in_memory: bool = False
) -> AvailableEndpoints:
    """Return Rasa's endpoints: conversations in our database (or in memory), actions in process or at their server."""
    _compile_result_check()
    store = None if in_memory else _tracker_store(settings.database_url)
    if settings.action_server:
        actions = EndpointConfig(url=settings.actions_url, enable_selective_domain=True)
    return AvailableEndpoints(action=actions, tracker_store=store)


def _tracker_store(url: str) -> EndpointConfig:
    """Rasa's conversations in the same database as everything else."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return EndpointConfig(type="sql", dialect="sqlite", db=parsed.database)
    return EndpointConfig(
        url=parsed.host,
        type="sql",
        dialect=parsed.drivername,
        port=parsed.port,
        db=parsed.database,
        username=parsed.username,
        password=parsed.password,
        query=dict(parsed.query),
    )


def _compile_result_check() -> None:
    """Check every action's result as Rasa does, with the schema compiled once: 50 ms of an action's 60."""
    validator = Draft7Validator(RemoteAction.action_response_format_spec())

    def check(self: RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = check
