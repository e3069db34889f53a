"""`kb check` finds every fault that may not be published; each is seeded into a copy of the small knowledge."""

import datetime
import shutil
from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.check import check_library
from bot.knowledge.library import read_library
from tests.conftest import SMALL

TODAY = datetime.date(2026, 11, 24)
APPLY = "faq/dibao/dibao-apply.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "knowledge"))


def faults(folder: Path) -> list[str]:
    return check_library(read_library(folder), day=TODAY)


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_small_knowledge_has_no_fault(folder: Path):
    assert faults(folder) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (APPLY, "example-law-2026#1", "other-law#1", "来源 other-law 没有登记"),
        (APPLY, "sources: [example-law-2026#1]", "sources: []", "没有来源"),
        (APPLY, "topic: dibao.apply", "topic: dibao.other", "主题 dibao.other 没有登记"),
        (APPLY, 'regions: ["45"]', 'regions: ["99"]', "地区 99"),
        (APPLY, "next_steps: [dibao-conditions]", "next_steps: [nowhere]", "下一步 nowhere 不存在"),
        (APPLY, "confidence: A", "confidence: C", "可信度 C"),
        (APPLY, "低保怎么申请？", "什么样的家庭可以申请低保？", "同一个问题只能有一条答案"),
        (APPLY, "12345", "12346", "电话 12346 没有登记"),
        (APPLY, "乡镇（街道）民政窗口", "每月发 500元", "没有写是哪一年的"),
        (APPLY, "到户籍所在地的", "到户籍所在地的" * 20, "手机上看不完"),
        ("sources.yaml", "title:", "replaced_by: newer-law\n  title:", "已被 newer-law 取代"),
        ("words/danger.yaml", "emergency.dv", "emergency.none", "emergency.none 没有登记"),
    ],
)
def test_a_seeded_fault_is_found(folder: Path, file: str, old: str, new: str, said: str):
    edit(folder, file, old, new)

    assert any(said in fault for fault in faults(folder)), faults(folder)


def test_an_emergency_topic_without_an_answer_is_found(folder: Path):
    (folder / "faq/emergency/emergency-dv.md").unlink()

    assert any("emergency.dv 没有一条答案" in fault for fault in faults(folder))


def test_the_same_id_twice_is_refused(folder: Path):
    shutil.copy(folder / APPLY, folder / "faq/dibao/copy.md")

    with pytest.raises(KnowledgeError, match="编号 dibao-apply 已经用在"):
        read_library(folder)


def test_all_faulty_files_are_told_at_once(folder: Path):
    for name in ("one", "two"):
        (folder / f"faq/dibao/{name}.md").write_text("nothing", encoding="utf-8")

    with pytest.raises(KnowledgeError) as error:
        read_library(folder)

    assert "one.md" in str(error.value) and "two.md" in str(error.value)


def test_the_version_changes_with_the_words_of_an_answer(folder: Path):
    before = read_library(folder).version
    edit(folder, APPLY, "窗口申请", "窗口提出申请")

    assert read_library(folder).version != before


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (APPLY, "乡镇（街道）民政窗口", "冷静期60天", "示例冷静期有不同的数：30（"),
        (APPLY, "乡镇（街道）民政窗口", "{amount: nothing}", "“{amount: nothing}”不是已登记的金额项目"),
        ("standards/meal.csv", "4501,2023", "9999,2023", "9999 2023-01-01 的地区不在"),
        ("standards/meal.csv", "example-rate-2023", "no-such", "来源 no-such 没有登记"),
        ("standards/meal.csv", "45,2025-01-01,day,90", "45,2019-01-01,day,90", "45 在 2019-01-01 有 2 个数"),
    ],
    ids=["two figures for one thing", "unknown programme", "unknown region", "unknown source", "two amounts a day"],
)
def test_a_seeded_contradiction_is_found(folder: Path, file: str, old: str, new: str, said: str):
    edit(folder, "faq/divorce/divorce-cooling.md", "三十天", "三十天，就是冷静期30天")
    edit(folder, file, old, new)

    assert [fault for fault in faults(folder) if said in fault]


def test_figures_of_different_days_do_not_contradict(folder: Path):
    edit(folder, "faq/divorce/divorce-cooling.md", "三十天", "冷静期30天")
    edit(folder, APPLY, "乡镇（街道）民政窗口", "冷静期60天")
    edit(folder, APPLY, "valid_from: 2026-01-01", "valid_from: 2020-01-01\nvalid_to: 2025-12-31")

    assert faults(folder) == []
