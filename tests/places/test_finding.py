"""Every name of the map resolves to its region, and what people write around names is understood."""

from __future__ import annotations

import time
from collections import defaultdict

import pytest

from bot.knowledge.regions import Regions
from bot.places.finding import Found, Place, find_places, read_places
from bot.places.names import Gazetteer, gazetteer_of, stem_of


def sure(found: Found) -> str | None:
    return found.place.code if found.place and found.place.is_sure else None


def candidates(found: Found) -> set[str]:
    return {code for code, _ in found.place.candidates} if found.place else set()


def test_every_official_name_with_what_it_lies_in_resolves_to_itself(regions: Regions, gazetteer: Gazetteer):
    wrong = {
        regions.full_name(code): found
        for code in regions.names
        if (found := sure(find_places(regions.full_name(code), gazetteer))) != code
    }

    assert len(regions.names) == 1410
    assert wrong == {}


def test_every_village_with_what_it_lies_in_resolves_to_itself(regions: Regions, gazetteer: Gazetteer):
    wrong = {
        regions.full_name(code): found
        for code in regions.villages
        if (found := sure(find_places(regions.full_name(code), gazetteer))) != code
    }

    assert len(regions.villages) == 16681
    assert wrong == {}


def test_an_official_name_alone_is_sure_when_one_region_bears_it_and_asked_back_otherwise(
    regions: Regions, gazetteer: Gazetteer
):
    bearers = defaultdict(set)
    for names in (regions.names, regions.elsewhere, regions.villages):
        for code, name in names.items():
            bearers[name].add(code)

    wrong = {}
    for code, name in regions.names.items():
        found = find_places(name, gazetteer)
        ours = {bearer for bearer in bearers[name] if bearer.startswith("45") and len(bearer) <= 6}
        if len(bearers[name]) == 1 or ours == {code}:
            fits = sure(found) == code
        else:
            fits = sure(found) is None and code in candidates(found)
        if not fits:
            wrong[code, name] = found.place

    assert wrong == {}


def test_every_unambiguous_short_name_resolves_to_itself(regions: Regions, gazetteer: Gazetteer):
    bearers, stems = defaultdict(set), set()
    for names in (regions.names, regions.elsewhere, regions.villages):
        for code, name in names.items():
            stem = stem_of(code, name)
            stems.add(stem)
            for said in (stem, name, name.removeprefix("国营"), stem + "村" if len(code) == 12 else stem):
                bearers[said].add(code)
    for alias, meant in [*((a, (c,)) for a, c in regions.aliases.items()), *regions.several.items()]:
        bearers[alias] |= set(meant)
    unambiguous = {
        stem: min(codes, key=len)
        for stem, codes in bearers.items()
        if stem in stems
        and len(stem) >= 2
        and "虚拟" not in stem
        and stem not in regions.not_alone
        and all(code.startswith(min(codes, key=len)) for code in codes)
        and min(codes, key=len).startswith("45")
    }

    wrong = {
        stem: (code, found)
        for stem, code in unambiguous.items()
        # 宁明县华侨农场 is a village's short name and says which township, too.
        if (found := sure(find_places(stem, gazetteer))) not in (code, code[:9])
    }

    assert len(unambiguous) > 8000
    assert wrong == {}


def test_every_city_and_county_short_name_resolves_to_it_whatever_town_or_village_is_called_so(
    regions: Regions, gazetteer: Gazetteer
):
    shorts = {stem_of(code, name): code for code, name in regions.names.items() if 4 <= len(code) <= 6}
    wrong = {
        short: found
        for short, code in shorts.items()
        if len(short) >= 2 and (found := sure(find_places(short, gazetteer))) != code
    }

    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我在三江想办低保", "450226"),
        ("横县校椅", "450181113"),
        ("南宁的江南街道", "450105002"),
        ("柳州三江县八江镇", "450226103"),
        ("我老家校椅的", "450181113"),
        ("校椅镇，横州市", "450181113"),
        ("邕城", "4501"),
        ("整个广西", "45"),
        ("湖南", "43"),
        ("湛江", "4408"),
        ("内蒙古", "15"),
        ("新疆伊犁", "6540"),
        ("凤山人，想领残疾补贴", "451223"),
        ("大新明仕村", "451424208205"),
        ("马山县白山镇新兴街", "450124100"),
        ("南宁市西乡塘区大学东路100号", "450107"),
        ("我不是南宁的，我是钦州的", "4507"),
        ("广东省深圳市", "4403"),
        ("北京", "11"),
        ("北京朝阳区", "110105"),
        ("我是湖南新宁的", "430528"),
    ],
)
def test_a_place_is_found_as_people_write_it(gazetteer: Gazetteer, text: str, code: str):
    assert sure(read_places(text, gazetteer)) == code


@pytest.mark.parametrize(
    "text",
    [
        "低保怎么申请",
        "人民政府在哪里",
        "我要找民政",
        "事情办好了",
        "医院",
        "住在河边",
        "北京路",
        "柳州银行",
        "江南市场",
        "谁来宾馆接我",
        "我户口不在南宁",
    ],
)
def test_everyday_words_are_no_places(gazetteer: Gazetteer, text: str):
    assert read_places(text, gazetteer) == Found()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("大塘镇", {"450108103", "451321101"}),
        ("南宁三江县", {"450226", "4501"}),
        ("桂林横县", {"450181", "4503"}),
        ("朝阳区", {"110105", "220104"}),
        ("朝阳", {"450102002", "2113", "110105"}),
        ("高新区", {"450107454", "450305"}),
        ("南宁和北海", {"4501", "4505"}),
    ],
)
def test_a_name_that_may_be_several_places_is_asked_back(gazetteer: Gazetteer, text: str, asked: set[str]):
    found = read_places(text, gazetteer)

    assert sure(found) is None
    assert asked <= candidates(found)


def test_the_region_of_the_conversation_settles_a_shared_name(gazetteer: Gazetteer):
    assert sure(find_places("大塘镇", gazetteer, near="450108")) == "450108103"
    assert sure(find_places("大塘镇", gazetteer, near="4513")) == "451321101"


def test_another_place_of_the_text_settles_a_shared_name(gazetteer: Gazetteer):
    assert sure(find_places("我家大塘镇这里，归忻城管", gazetteer)) == "451321101"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("恒州市", "450181"),
        ("横州市教椅镇", "450181113"),
        ("金成江区", "451202"),
        ("我在灵三县", "450721"),
        ("柳洲", "4502"),
        ("兰宁市", "4501"),
        ("福棉区樟木镇", "450903109"),
        ("我要去西香塘救助站", "450107"),
    ],
)
def test_a_misspelt_place_is_found_and_never_sure(gazetteer: Gazetteer, text: str, code: str):
    found = read_places(text, gazetteer).place

    assert found is not None
    assert (found.code, found.is_sure) == (code, False)


def codes(found: Found) -> dict[str, str]:
    named = {"hukou": found.hukou, "live": found.live, "event": found.event, "issued": found.issued}
    return {role: place.code for role, place in named.items() if place}


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("户口在桂林，人在南宁打工", {"hukou": "4503", "live": "4501"}),
        ("我是柳州人，现在南宁上班", {"hukou": "4502", "live": "4501"}),
        ("老家都安，嫁到宾阳", {"hukou": "451228", "live": "450126"}),
        ("桂林户口在南宁能办吗", {"hukou": "4503", "live": "4501"}),
        ("我在贵港领的结婚证，户口是玉林的", {"issued": "4508", "hukou": "4509"}),
        ("我妈在北海摔了住院，老家是合浦", {"event": "4505", "hukou": "450521"}),
        ("南宁低保多少钱", {}),
    ],
)
def test_what_a_place_is_to_the_citizen_is_read(gazetteer: Gazetteer, text: str, roles: dict[str, str]):
    assert codes(read_places(text, gazetteer)) == roles


def test_the_place_of_the_register_is_the_main_one(gazetteer: Gazetteer):
    assert sure(read_places("人在南宁打工，户口在桂林", gazetteer)) == "4503"


def test_offsets_point_into_the_text_as_it_was_typed(gazetteer: Gazetteer):
    text = "請問㍿橫州市校椅鎮點樣辦"

    assert read_places(text, gazetteer).place == Place(
        code="450181113", level="township", name="南宁市横州市校椅镇", p=0.99, is_sure=True,
        start=3, end=9, said="橫州市校椅鎮",
    )  # fmt: skip


def test_the_gazetteer_is_made_once_for_the_same_regions(regions: Regions, gazetteer: Gazetteer):
    assert gazetteer_of(regions) is gazetteer


@pytest.mark.parametrize("piece", ["南宁", "和平新村", "恒州市", "横州市教椅镇", "大塘镇"])
def test_a_message_of_nothing_but_names_is_read_in_time(gazetteer: Gazetteer, piece: str):
    find_places("恒州市", gazetteer)
    begun = time.perf_counter()

    find_places(piece * (1000 // len(piece)), gazetteer)

    assert time.perf_counter() - begun < 1
