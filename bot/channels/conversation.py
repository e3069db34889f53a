"""One message through the bot: check, mask, understand, reply. turns.py brings it here, from every channel."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage

from bot.channels.wording import say
from bot.errors import MessageRefused
from bot.privacy.masking import mask
from bot.settings import Settings

logger = logging.getLogger(__name__)
# What a reply's buttons and cards come with, for the page and for the next message.
_BESIDE = ("asks", "listed", "several", "side", "telephone_for", "asks_secret_of")
Handle = Callable[[UserMessage], Awaitable[Any]]


@dataclass(frozen=True)
class Reply:
    """What goes back to the citizen, and the record of why."""

    masked: str
    """The citizen's words as everything behind the door saw them."""
    messages: tuple[dict[str, Any], ...]
    """Each with `text` and, where there are any, `buttons` and `cards`.

    A question of the pre-check `asks` for a fact: `listed` says its buttons in text, `several` names those of which
    more than one may be chosen, `side` those that are no answer.
    """
    decision: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All of it for a channel that shows text only."""
        return "\n\n".join("\n".join(filter(None, (m["text"], m.get("listed")))) for m in self.messages)


class _Collector(OutputChannel):
    """Keeps each reply whole; Rasa's own collector sends text, buttons and data apart."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.messages: list[dict[str, Any]] = []

    def name(self) -> str:  # Rasa declares a class method, and calls it on instances
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(message)


def admit(text: object, settings: Settings) -> str:
    """Return the text as it may be looked at: printable, not empty, not too long.

    Raises MessageRefused (400 or 413) with the code that names the sentence in domain.yml.
    """
    if not isinstance(text, str):
        raise MessageRefused("bad_request")
    clean = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text).strip()
    if not clean:
        raise MessageRefused("empty")
    if len(clean) > settings.max_characters:
        raise MessageRefused("too_long", status=413)
    return clean


def masked(text: str) -> str:
    """Return an admitted text as it may be kept: personal numbers masked."""
    masked = mask(text).text
    # A leading slash is Rasa's door for intents; a citizen's slash is only a slash.
    return "／" + masked.lstrip("/") if masked.startswith("/") else masked


async def reply_to(
    handle: Handle,
    masked: str,
    *,
    sender: str,
    channel: str,
    settings: Settings,
    message_id: str | None = None,
    known: dict[str, Any] | None = None,
) -> Reply:
    """Bring one admitted message to the bot and return its reply; there always is one.

    `known` is what the channel knows beside the words: the citizen's `region`, the `case` they may ask for.

    Whatever goes wrong inside is logged without the citizen's words and answered with a number to call.
    """
    collector = _Collector(channel)
    try:
        message = UserMessage(masked, collector, sender, input_channel=channel, message_id=message_id, metadata=known)
        await handle(message)
    except Exception:  # the one place where a citizen stands behind whatever failed
        logger.exception("message_failed sender=%s", sender)
    return as_reply(masked, collector.messages, settings)


def as_reply(masked: str, messages: list[dict[str, Any]], settings: Settings) -> Reply:
    """What Rasa uttered as a reply; where it said nothing, a sentence that says so."""
    if not messages:
        trouble = say(settings.project / "domain.yml", "utter_trouble")
        return Reply(masked, ({"text": trouble, "buttons": [], "cards": []},), {"kind": "refuse", "reason": "trouble"})
    return Reply(masked, tuple(map(_as_message, messages)), _decision_of(messages))


def refusal(error: MessageRefused, text: object, settings: Settings) -> str:
    """The sentence for a message that was turned away."""
    length = len(text) if isinstance(text, str) else 0
    domain = settings.project / "domain.yml"
    return say(domain, f"utter_refused_{error.code}", length=length, limit=settings.max_characters)


def _as_message(message: dict[str, Any]) -> dict[str, Any]:
    lines = (message.get("text") or "").split("\n")
    kept = [line for i, line in enumerate(lines) if line.strip() or (i and lines[i - 1].strip())]
    buttons = [{"title": button["title"], "payload": button["payload"]} for button in message.get("buttons") or []]
    custom = message.get("custom") or {}
    told = {"text": "\n".join(kept).strip(), "buttons": buttons, "cards": custom.get("cards", [])}
    return told | {key: custom[key] for key in _BESIDE if custom.get(key)}


def _decision_of(messages: list[dict[str, Any]]) -> dict[str, Any]:
    for message in messages:
        if "decision" in (message.get("custom") or {}):
            found: dict[str, Any] = message["custom"]["decision"]
            return found
    return {"kind": "refuse", "reason": "fallback"}
