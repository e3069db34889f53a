"""A sheet for boxes, arrows and wrapped lines of text, written as SVG; all that a flow picture needs of a drawing tool.

Letters are measured roughly: a Chinese character is one size wide, a Latin letter a bit more than half of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

FONTS = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',sans-serif"
INK = "#1c2430"
_NOT_FIRST = "，。、；：？！）》”’】〕·"
_NOT_LAST = "（《“‘【〔第"
_UNITS = "条年月日岁元个倍"
_LATIN = 0.58


@dataclass(frozen=True)
class Text:
    """One line of letters; `indent` from the left edge of its column, `height` down to the next line."""

    text: str
    size: int
    height: int
    indent: float = 0
    colour: str = INK
    is_bold: bool = False
    mark: str = ""
    """A bullet to the left of the line."""


def width_of(text: str, size: float) -> float:
    return sum(_LATIN if ord(character) < 0x2E80 and character not in "“”‘’" else 1.0 for character in text) * size


def wrap(text: str, room: float, size: float) -> list[str]:
    """Break a text into lines no wider than `room`; no line starts with a closing mark or ends with an opening one."""
    lines: list[str] = []
    line = ""
    for character in text:
        if line and width_of(line + character, size) > room:
            cut = len(line)
            # Take characters along to the next line until neither line breaks badly; digits stay together.
            while cut > 1 and _breaks_badly(line[cut - 1], line[cut] if cut < len(line) else character):
                cut -= 1
            lines.append(line[:cut])
            line = line[cut:]
        line += character
    return [*lines, line] if line else lines


def _breaks_badly(before: str, after: str) -> bool:
    together = before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
    counted = before.isdigit() and after in _UNITS
    return after in _NOT_FIRST or before in _NOT_LAST or together or counted


class Sheet:
    """Collects shapes; `svg` writes them out."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._shapes: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, *, fill: str, edge: str, is_dashed: bool) -> None:
        dashes = ' stroke-dasharray="6 4"' if is_dashed else ""
        self._shapes.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8" fill="{fill}" stroke="{edge}"'
            f' stroke-width="1.5"{dashes}/>'
        )

    def strip(self, x: float, y: float, width: float, height: float, *, fill: str) -> None:
        """A coloured head with round upper corners."""
        path = f"M{x:g} {y + height:g}v{8 - height:g}q0 -8 8 -8h{width - 16:g}q8 0 8 8v{height - 8:g}z"
        self._shapes.append(f'<path d="{path}" fill="{fill}"/>')

    def arrow(self, x: float, y: float, to_x: float, to_y: float, *, colour: str) -> None:
        """A straight arrow to the right or down."""
        head = f"M{to_x:g} {to_y:g}" + ("l-9 -5v10z" if to_y == y else "l-5 -9h10z")
        self._shapes.append(f'<path d="M{x:g} {y:g}L{to_x:g} {to_y:g}" stroke="{colour}" stroke-width="1.5"/>')
        self._shapes.append(f'<path d="{head}" fill="{colour}"/>')

    def write(self, x: float, y: float, texts: Sequence[Text]) -> float:
        """Write lines under each other from `y` down; returns where they end."""
        for text in texts:
            bold = ' font-weight="700"' if text.is_bold else ""
            base = y + text.height * 0.5 + text.size * 0.36
            style = f'y="{base:g}" font-size="{text.size}" fill="{text.colour}"{bold}'
            if text.mark:
                self._shapes.append(
                    f'<text x="{x + text.indent - text.size * 0.8:g}" {style}>{escape(text.mark)}</text>'
                )
            self._shapes.append(f'<text x="{x + text.indent:g}" {style}>{escape(text.text)}</text>')
            y += text.height
        return y

    def svg(self, height: float, *, title: str, description: str) -> str:
        """The whole picture; a screen reader reads the title and the description."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {height:g}" width="{self.width}"'
            f' height="{height:g}" role="img" aria-labelledby="title desc" lang="zh-CN"'
            f" font-family={quoteattr(FONTS)}>"
        )
        spoken = f'<title id="title">{escape(title)}</title>\n<desc id="desc">{escape(description)}</desc>'
        paper = f'<rect width="{self.width}" height="{height:g}" fill="#ffffff"/>'
        return "\n".join([head, spoken, paper, *self._shapes, "</svg>"]) + "\n"
