"""The live knowledge follows its folder: edits, additions, removals and days, and never half of one."""

from __future__ import annotations

import datetime
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.answers.find import find, load_calibration
from bot.answers.index import Index, build_index, tidied
from bot.answers.live import Live
from bot.errors import KnowledgeError
from bot.settings import Settings
from tests.conftest import SMALL

APPLY = "faq/dibao/dibao-apply.md"


@pytest.fixture
def live(small: Settings, tmp_path: Path) -> Live:
    folder = Path(shutil.copytree(SMALL, tmp_path / "knowledge"))
    return Live(replace(small, knowledge=folder, day=datetime.date(2026, 11, 24)))


def folder_of(live: Live) -> Path:
    return live._settings.knowledge


def edit(live: Live, old: str, new: str, file: str = APPLY) -> None:
    path = folder_of(live) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def best(index: Index, text: str) -> str:
    search = find(index, text)
    topic, _ = load_calibration().rank(search.topics, search.measures)[0]
    return search.entries_of(topic)[0].entry


def test_nothing_is_done_when_nothing_changed(live: Live):
    before = live.index()

    assert not live.refresh()
    assert live.index() is before


def test_an_edited_answer_is_live_and_the_other_entries_are_the_same_objects(live: Live):
    before = live.index()
    edit(live, "窗口申请", "窗口提出")

    assert live.refresh()
    assert "窗口提出" in live.library().entries["dibao-apply"].answer
    changed = [id for id, entry in live.library().entries.items() if entry is not before.library.entries[id]]
    assert changed == ["dibao-apply"]
    assert live.library().version != before.library.version


def test_a_new_way_of_asking_is_found(live: Live):
    live.index()
    edit(live, "  - 吃低保怎么办手续", "  - 揭不开锅想要救济找哪个\n  - 吃低保怎么办手续")
    live.refresh()

    assert best(live.index(), "揭不开锅想要救济找哪个") == "dibao-apply"


def test_a_new_entry_is_found_and_a_removed_one_is_gone(live: Live):
    live.index()
    text = (folder_of(live) / APPLY).read_text(encoding="utf-8")
    for old, new in (("dibao-apply", "dibao-proxy"), ("低保怎么申请？", "低保能让侄子代办吗？")):
        text = text.replace(old, new)
    lines = [line for line in text.splitlines() if not line.startswith("  - ")]
    (folder_of(live) / "faq/dibao/dibao-proxy.md").write_text("\n".join(lines).replace("also_asked:", "also_asked: []"))
    live.refresh()
    assert best(live.index(), "低保能让侄子代办吗") == "dibao-proxy"

    (folder_of(live) / "faq/dibao/dibao-proxy.md").unlink()
    live.refresh()
    assert best(live.index(), "低保能让侄子代办吗") != "dibao-proxy"


def test_the_changed_index_equals_one_built_from_nothing(live: Live):
    live.index()
    edit(live, "吃低保怎么办手续", "办低保找哪个部门")
    live.refresh()
    followed = live.index()
    built = build_index(live.library(), live.language(), followed.encoder, day=followed.day)

    for compared in (followed, tidied(followed)):
        assert compared.topics == built.topics
        for place, entry in enumerate(compared.entries):
            rows = np.arange(*compared.spans[place])
            same = np.arange(*built.spans[built.entries.index(entry)])
            assert np.array_equal(np.vstack(compared.vectors)[rows], built.vectors[0][same])
            assert np.array_equal(compared.words.rows[rows].indices, built.words.rows[same].indices)
        assert best(compared, "办低保找哪个部门") == best(built, "办低保找哪个部门") == "dibao-apply"
    assert len(tidied(followed).row_topic) == len(built.row_topic) < len(followed.row_topic)


def test_a_broken_file_leaves_the_last_good_knowledge_in_place(live: Live):
    before = live.index()
    edit(live, "topic: dibao.apply", "topic dibao.apply")

    with pytest.raises(KnowledgeError, match="dibao-apply"):
        live.refresh()
    assert live.index() is before

    edit(live, "topic dibao.apply", "topic: dibao.apply")
    assert live.refresh()


def test_an_entry_begins_and_ends_with_its_days(live: Live):
    edit(live, "valid_from: 2026-01-01", "valid_from: 2026-01-01\nvalid_to: 2026-11-24")
    assert "dibao-apply" in {entry.id for entry in live.index().entries}

    live._settings = replace(live._settings, day=datetime.date(2026, 11, 25))

    assert live.refresh()
    assert "dibao-apply" not in {entry.id for entry in live.index().entries}


def test_new_words_are_read_the_new_way(live: Live):
    live.index()
    path = folder_of(live) / "words/synonyms.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n新词:\n  低保: [困难钱]\n", encoding="utf-8")
    live.refresh()

    assert live.language().normaliser.normalise("困难钱怎么申请").text == "低保怎么申请"
    assert best(live.index(), "困难钱怎么申请") == "dibao-apply"


def test_a_reader_during_an_edit_sees_one_version_or_the_other(live: Live):
    live.index()
    seen: set[tuple[str, int]] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            index = live.index()
            seen.add((index.library.version, len(index.row_topic)))
            assert len(index.row_topic) == sum(map(len, index.vectors)) == index.words.rows.shape[0]

    reader = threading.Thread(target=read)
    reader.start()
    edit(live, "  - 吃低保怎么办手续", "  - 吃低保怎么办手续\n  - 怎么吃上低保")
    live.refresh()
    time.sleep(0.05)
    stop.set()
    reader.join()

    assert len(seen) == 2


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (APPLY, "topic: dibao.apply", "topic: dibao.nothing", "dibao.nothing 没有登记"),
        (APPLY, "example-law-2026#1", "no-such-law#1", "来源 no-such-law 没有登记"),
        (APPLY, "乡镇（街道）民政窗口", "{amount: nothing}", "{amount: nothing}"),
        ("words/danger.yaml", "emergency.dv", "emergency.none", "emergency.none 没有登记"),
        ("standards/meal.csv", "example-rate-2023", "no-such", "来源 no-such 没有登记"),
    ],
)
def test_what_would_break_a_reply_never_goes_live(live: Live, file: str, old: str, new: str, said: str):
    before = live.index()
    edit(live, old, new, file)

    with pytest.raises(KnowledgeError, match=said):
        live.refresh()
    assert live.index() is before


def test_a_wrong_answer_can_be_taken_back_although_others_point_to_it(live: Live):
    live.index()
    (folder_of(live) / APPLY).unlink()

    assert live.refresh()
    assert "dibao-apply" not in live.library().entries


def test_the_watcher_outlives_a_file_that_nothing_foresaw(live: Live):
    live.index()
    live.follow()
    (folder_of(live) / APPLY).write_bytes(b"\xff\xfe\x00broken")
    time.sleep(1.5)
    shutil.copy(SMALL / APPLY, folder_of(live) / APPLY)
    edit(live, "窗口申请", "窗口提出")
    until = time.monotonic() + 10
    while "窗口提出" not in live.library().entries["dibao-apply"].answer and time.monotonic() < until:
        time.sleep(0.1)

    assert "窗口提出" in live.library().entries["dibao-apply"].answer
