"""The files that commands read: JSON objects, one or many."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.errors import GuiminError


def read_object(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GuiminError(f"{path} 读不出来（{error}）。请给一个 JSON 文件。") from error
    if not isinstance(content, dict):
        raise GuiminError(f"{path} 里应当是一个 JSON 对象，有 facts、region、day。")
    return content


def read_lines(path: Path, *, need: str = "text") -> list[dict[str, Any]]:
    """The objects of a file of JSON lines. Raises GuiminError for a line that is none, or lacks `need`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GuiminError(f"{path} 读不出来（{error}）。请给一个 UTF-8 的 JSON 行文件。") from error
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except ValueError:
            raise GuiminError(f"{path} 第 {number} 行不是合格的 JSON。请改正后再试。") from None
        if not isinstance(content, dict) or (need and need not in content):
            raise GuiminError(f"{path} 第 {number} 行缺少 {need}。请补上后再试。")
        lines.append(content)
    return lines
