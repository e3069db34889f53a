"""Delete what a citizen has said, where they ask for it: the whole conversation, from the store itself."""

from __future__ import annotations

from typing import Any

from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore

from bot.channels.conversation import Reply


def asks_to_forget(reply: Reply) -> bool:
    """Tell whether the message that was just answered asked to be forgotten."""
    decision: dict[str, Any] = reply.decision
    return decision.get("kind") == "precheck" and decision.get("reason") == "forget"


def forget(store: TrackerStore, sender: str) -> None:
    """Delete every event of a conversation, the request itself included.

    Raises TypeError for a store that cannot: citizens must not be told that something is gone which is not.
    """
    kept = store._tracker_store if isinstance(store, FailSafeTrackerStore) else store
    if not isinstance(kept, SQLTrackerStore):
        raise TypeError(f"{type(kept).__name__} cannot delete a conversation")
    with kept.session_scope() as session:
        session.query(kept.SQLEvent).filter(kept.SQLEvent.sender_id == sender).delete()
        session.commit()
