"""What a knowledge file may say, and how a fault is told."""

from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.entries import read_entry

GOOD = """---
id: dibao-apply
topic: dibao.apply
question: 低保怎么申请？
also_asked: [申请低保去哪里]
sources: ["example-law-2026#3"]
valid_from: 2026-01-01
regions: ["45"]
confidence: A
checked_on: 2026-11-01
checked_by: 韦某
next_steps: []
---
到乡镇（街道）窗口申请。

## 材料
- 身份证

## 电话
12345
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "faq" / "dibao" / "apply.md"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_read_entry_gives_answer_parts_and_citations(tmp_path: Path):
    entry = read_entry(write(tmp_path, GOOD), root=tmp_path)

    assert entry.answer == "到乡镇（街道）窗口申请。"
    assert entry.sections == (("材料", "- 身份证"), ("电话", "12345"))
    assert [(c.source, c.article) for c in entry.citations] == [("example-law-2026", "3")]
    assert entry.wordings == ("低保怎么申请？", "申请低保去哪里")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("---\nid", "id"), "缺少开头"),
        (("question: 低保怎么申请？\n", ""), "缺少 question"),
        (("confidence: A", "confidence: A\nsecret: 1"), "不认识 secret"),
        (("## 材料", "## 资料"), "小标题“资料”"),
        (("valid_from: 2026-01-01", "valid_from: 上个月"), "写法不对"),
        (("also_asked: [申请低保去哪里]", "also_asked: 申请"), "应当是一个列表"),
        (("regions: [", "regions: [["), "不是合格的 YAML"),
    ],
    ids=["no front matter", "missing key", "unknown key", "unknown heading", "no date", "no list", "broken yaml"],
)
def test_a_fault_names_the_file_and_what_is_wrong(tmp_path: Path, change: tuple[str, str], said: str):
    path = write(tmp_path, GOOD.replace(*change))

    with pytest.raises(KnowledgeError) as error:
        read_entry(path, root=tmp_path)

    assert str(error.value).startswith("faq/dibao/apply.md：")
    assert said in str(error.value)
