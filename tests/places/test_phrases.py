"""How well places are found in what citizens say: the promised shares over three sets of phrases.

Wrong and sure is what must hardly happen: the bot would send a citizen to another town's office without asking.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.knowledge.regions import Regions, read_regions
from bot.places.finding import Found, read_places
from bot.places.names import gazetteer_of

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
KINDS = {
    *("full", "short", "old", "nickname", "shared", "village", "zone", "typo", "voice", "traditional"),
    *("address", "two", "elsewhere", "none", "near"),
}
CITIES = {f"45{number:02}" for number in range(1, 15)}
SETS = ["phrases", "heldout", "unseen"]

Phrase = dict[str, Any]


@functools.cache
def regions() -> Regions:
    return read_regions(PROJECT / "knowledge")


@functools.cache
def phrases(name: str) -> list[Phrase]:
    rows: list[Phrase] = YAML(typ="safe").load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return rows


@functools.cache
def found(name: str) -> list[tuple[Phrase, Found]]:
    gazetteer = gazetteer_of(regions())
    return [(row, read_places(row["text"], gazetteer, near=row.get("near"))) for row in phrases(name)]


def is_right(phrase: Phrase, found: Found) -> bool:
    place = found.place
    if "ask" in phrase:
        offered = {code for code, _ in place.candidates} if place else set()
        return place is not None and not place.is_sure and set(phrase["ask"]) <= offered
    if phrase["region"] is None:
        return place is None or not place.is_sure
    roles = {"hukou": found.hukou, "live": found.live}
    return (
        place is not None
        and place.code == phrase["region"]
        and all((said := roles[role]) is not None and said.code == phrase[role] for role in roles if role in phrase)
    )


def is_wrong_and_sure(phrase: Phrase, found: Found) -> bool:
    said = {"region": found.place, "hukou": found.hukou, "live": found.live}
    return any(place and place.is_sure and place.code != phrase[of] for of, place in said.items() if of in phrase)


def told(rows: list[tuple[Phrase, Found]]) -> str:
    def short(found: Found) -> str:
        named = {"": found.place, "hukou ": found.hukou, "live ": found.live}
        return ", ".join(
            f"{role}{place.code} {place.name} {place.p:.2f}{' sure' if place.is_sure else ''}"
            for role, place in named.items()
            if place
        )

    def wanted(phrase: Phrase) -> str:
        return ", ".join(f"{key} {value}" for key, value in phrase.items() if key not in ("kind", "text"))

    lines = [
        f"{row['kind']}: {row['text']} | wanted {wanted(row)} | found {short(found) or '-'}" for row, found in rows
    ]
    return "\n".join([f"{len(lines)} phrases", *lines])


def every_code(phrase: Phrase) -> list[str]:
    codes = [phrase[key] for key in ("region", "near", "hukou", "live") if phrase.get(key) is not None]
    return [*codes, *phrase.get("ask", ())]


@pytest.mark.parametrize(("name", "share"), [("phrases", 0.97), ("heldout", 0.93), ("unseen", 0.90)])
def test_places_are_right_in_the_promised_share_of_phrases(name: str, share: float) -> None:
    wrong = [(row, result) for row, result in found(name) if not is_right(row, result)]

    assert 1 - len(wrong) / len(phrases(name)) >= share, told(wrong)


@pytest.mark.parametrize(("name", "share"), [("phrases", 0.01), ("heldout", 0.02), ("unseen", 0.03)])
def test_places_are_hardly_ever_wrong_and_sure_over_phrases(name: str, share: float) -> None:
    wrong = [(row, result) for row, result in found(name) if is_wrong_and_sure(row, result)]

    assert len(wrong) / len(phrases(name)) <= share, told(wrong)


@pytest.mark.parametrize("name", SETS)
def test_phrases_name_only_regions_that_exist(name: str) -> None:
    unknown = [
        (row["text"], code) for row in phrases(name) for code in every_code(row) if regions().name_of(code) is None
    ]

    assert unknown == []


@pytest.mark.parametrize("name", SETS)
def test_phrases_say_where_the_citizen_is_or_what_to_ask_unless_they_name_no_place(name: str) -> None:
    unlabelled = [
        row["text"] for row in phrases(name) if (row["kind"] == "none") == bool(row["region"] or "ask" in row)
    ]

    assert unlabelled == []


def test_phrases_number_400_at_least_and_cover_every_kind_and_city() -> None:
    rows = phrases("phrases")

    assert len(rows) >= 400
    assert {row["kind"] for row in rows} == KINDS
    assert {code[:4] for row in rows for code in every_code(row)} >= CITIES
    assert len({(row["text"], row.get("near")) for row in rows}) == len(rows)


@pytest.mark.parametrize(("name", "others"), [("heldout", ["phrases"]), ("unseen", ["phrases", "heldout"])])
def test_phrases_kept_apart_repeat_none_of_the_others(name: str, others: list[str]) -> None:
    def said(name: str) -> set[tuple[str, str | None]]:
        return {(row["text"], row.get("near")) for row in phrases(name)}

    assert said(name) & {phrase for other in others for phrase in said(other)} == set()
