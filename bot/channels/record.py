"""The JSON line of `guimin ask`, the same for a live message."""

from __future__ import annotations

from typing import Any

from bot.channels.conversation import Reply


def as_record(text: str, reply: Reply) -> dict[str, Any]:
    """Return the fields that the contract of `guimin ask` fixes, for one message."""
    decision = reply.decision
    chosen = [*decision.get("picks", ()), *decision.get("choices", ())]
    sources = [source["line"] for message in reply.messages for card in message["cards"] for source in card["sources"]]
    return {
        "text": text,
        "masked": reply.masked,
        "decision": decision.get("kind", "refuse"),
        "topics": list(decision.get("topics", ())),
        "entries": [{"id": pick["id"], "topic": pick["topic"], "p": pick["p"]} for pick in chosen],
        "region": decision.get("region"),
        "facts": decision.get("facts", {}),
        "reply": reply.text,
        "sources": list(dict.fromkeys(sources)),
        "knowledge": decision.get("knowledge"),
    }
