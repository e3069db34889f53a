"""Sender ids: made and signed by us, so that nobody reads or continues another's conversation."""

from __future__ import annotations

import uuid

from itsdangerous import BadSignature, Signer

from bot.errors import MessageRefused


class Senders:
    """Issues sender ids and checks the ones that come back."""

    def __init__(self, secret: str) -> None:
        self._signer = Signer(secret, salt="sender")

    def issue(self) -> str:
        """Return a new signed id, the one form in which an id leaves the server."""
        return self._signer.sign(f"web-{uuid.uuid4().hex}").decode()

    def check(self, signed: object) -> str:
        """Return the id inside `signed`. Raises MessageRefused (403) for anything that we did not issue."""
        if not isinstance(signed, str):
            raise MessageRefused("forged_sender", status=403)
        try:
            return self._signer.unsign(signed).decode()
        except (BadSignature, UnicodeError) as error:
            raise MessageRefused("forged_sender", status=403) from error
