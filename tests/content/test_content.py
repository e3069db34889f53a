"""The real knowledge may be published, and is as wide as promised."""

import datetime

from bot.knowledge.check import check_library
from bot.knowledge.library import read_library
from tests.conftest import PROJECT


def test_the_knowledge_has_no_fault():
    assert check_library(read_library(PROJECT / "knowledge"), day=datetime.date.today()) == []


def test_every_emergency_and_every_other_departments_topic_has_an_answer():
    library = read_library(PROJECT / "knowledge")
    answered = {entry.topic for entry in library.entries.values()}

    assert {t.id for t in library.topics.values() if t.decision in ("danger", "refer")} <= answered
