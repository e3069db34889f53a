"""The printable page of a pre-check's result, at a signed address that ends after a while.

The address holds no fact: the page is made from the conversation when it is opened, so what the citizen deletes is gone
from it too.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Environment, PackageLoader, select_autoescape

from bot.eligibility.catalogue import Catalogue
from bot.eligibility.slip import make_slip
from bot.eligibility.state import State, situation_of
from bot.eligibility.wording import say_day
from bot.settings import Settings

LASTS_SECONDS = 2 * 60 * 60
_PAGES = Environment(loader=PackageLoader("bot.channels", "page"), autoescape=select_autoescape(), trim_blocks=True)


class Slips:
    """Makes addresses of slips and reads them back."""

    def __init__(self, settings: Settings) -> None:
        self._serializer = URLSafeTimedSerializer(settings.secret(), salt="slip")

    def address(self, sender: str, benefit: str) -> str:
        """The path of the page, good for LASTS_SECONDS."""
        return f"/slip/{self._serializer.dumps([sender, benefit])}"

    def read(self, token: str) -> tuple[str, str] | None:
        """The conversation and the benefit; None for an address that is not ours or has ended."""
        try:
            sender, benefit = self._serializer.loads(token, max_age=LASTS_SECONDS)
        except (BadSignature, ValueError):
            return None
        return str(sender), str(benefit)


def slip_page(
    stored: Mapping[str, Any] | None, benefit: str, catalogue: Catalogue, *, day: datetime.date
) -> str | None:
    """The page for what the conversation holds now; None where its facts were deleted or the benefit is gone."""
    state = State.read(stored)
    if not state.facts or benefit not in catalogue.benefits:
        return None
    slip = make_slip(catalogue.benefits[benefit], situation_of(state, catalogue, day=day), catalogue)
    return _PAGES.get_template("slip.html").render(slip=slip, wording=catalogue.wording, day=say_day(day))


def gone_page(sentence: str) -> str:
    """The page that says so where there is no slip any more."""
    return _PAGES.get_template("slip-gone.html").render(sentence=sentence)
