"""The quality report names what main entries lack, long sentences and officialese."""

import datetime
import shutil
from pathlib import Path

from bot.knowledge.library import read_library
from bot.knowledge.reporting import quality_report
from tests.conftest import SMALL


def test_the_report_names_gaps_long_sentences_and_officialese(tmp_path: Path):
    folder = Path(shutil.copytree(SMALL, tmp_path / "knowledge"))
    path = folder / "faq/dibao/dibao-apply.md"
    long = "这句话很长" * 9
    path.write_text(
        path.read_text(encoding="utf-8").replace("乡镇（街道）民政窗口", f"{long}。依照规定"), encoding="utf-8"
    )
    (folder / "words/jargon.txt").write_text("# 注释\n依照 按\n", encoding="utf-8")

    report = quality_report(read_library(folder), folder, day=datetime.date(2026, 11, 24))

    assert "| dibao.apply | 带什么、多久、多少钱 |" in report
    assert "| marriage.register | 没有总条目 marriage-register |" in report
    assert f"- faq/dibao/dibao-apply.md（45字）{long}" in report
    assert "- faq/dibao/dibao-apply.md：“依照”可以说“按”" in report
