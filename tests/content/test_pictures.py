"""The committed flow pictures are what `guimin kb pictures` would write now, and can be read by everybody."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from bot.eligibility.catalogue import Catalogue, read_catalogue
from bot.eligibility.drawing import INK, width_of, wrap
from bot.eligibility.gallery import PICTURES, make_gallery, write_gallery
from bot.eligibility.picture import COLOURS
from bot.knowledge.library import read_library
from tests.conftest import PROJECT

KNOWLEDGE = PROJECT / "knowledge"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(KNOWLEDGE, read_library(KNOWLEDGE))


@pytest.fixture(scope="module")
def gallery(catalogue: Catalogue) -> dict[str, str]:
    return make_gallery(catalogue, KNOWLEDGE / "examples")


def test_the_committed_pictures_are_up_to_date(gallery: dict[str, str]):
    kept = {path.name: path.read_text(encoding="utf-8") for path in (PROJECT / PICTURES).iterdir()}

    stale = sorted(name for name in gallery.keys() | kept.keys() if gallery.get(name) != kept.get(name))
    assert stale == [], "请运行 guimin kb pictures"


def test_every_rule_is_in_its_picture_and_in_its_spoken_description(gallery: dict[str, str], catalogue: Catalogue):
    for id, benefit in catalogue.benefits.items():
        picture = ET.fromstring(gallery[f"{id}.svg"])
        outcomes = [catalogue.wording["result"][rule.outcome.value] for rule in benefit.rules]
        drawn = [text.text for text in picture.iter(f"{SVG}text") if text.get("fill") == "#ffffff"]
        spoken = (picture.findtext(f"{SVG}desc") or "").splitlines()[1:]

        assert drawn == outcomes
        assert [line.rsplit(" → ", 1)[1] for line in spoken] == [f"{outcome}。" for outcome in outcomes]
        assert benefit.name in (picture.findtext(f"{SVG}title") or "")


def test_no_line_runs_out_of_the_picture(gallery: dict[str, str]):
    for name, content in gallery.items():
        if not name.endswith(".svg"):
            continue
        for text in ET.fromstring(content).iter(f"{SVG}text"):
            end = float(text.get("x", 0)) + width_of(text.text or "", float(text.get("font-size", 0)))
            assert end <= 796, (name, text.text)


def test_the_colours_can_be_read():
    for head, ground in COLOURS.values():
        assert contrast("#ffffff", head) >= 4.5
        assert contrast(INK, ground) >= 4.5
        assert contrast("#4a5563", ground) >= 4.5


def test_wrapping_keeps_numbers_whole_and_marks_with_their_words():
    assert wrap("满60周岁，按身份证", 60, 15) == ["满60周", "岁，按身", "份证"]
    assert wrap("满了60岁", 45, 15) == ["满了", "60岁"]


def test_only_what_changed_is_written_and_what_is_gone_is_removed(tmp_path):
    (tmp_path / "gone.svg").write_text("old")
    (tmp_path / "same.svg").write_text("same")

    changed = write_gallery({"same.svg": "same", "new.svg": "new"}, tmp_path)

    assert changed == ["gone.svg", "new.svg"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.svg", "same.svg"]


def contrast(one: str, other: str) -> float:
    """The contrast of WCAG 2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
