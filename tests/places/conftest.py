"""The real map, read once: names are data, and these tests promise something about all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.regions import Regions, read_regions
from bot.places.names import Gazetteer, gazetteer_of

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"


@pytest.fixture(scope="session")
def regions() -> Regions:
    return read_regions(KNOWLEDGE)


@pytest.fixture(scope="session")
def gazetteer(regions: Regions) -> Gazetteer:
    return gazetteer_of(regions)
