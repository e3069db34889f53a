"""From a topic and the citizen's places to one office, over all regions and services of the real knowledge."""

from __future__ import annotations

import datetime
import shutil
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.checking_offices import check_offices
from bot.knowledge.entries import Citation
from bot.knowledge.library import Library, read_library
from bot.knowledge.offices import Office, Offices
from bot.knowledge.services import NoOffice, read_services
from bot.places.finding import Found, Place
from bot.places.recording import as_record
from bot.places.routing import Roles, Routed, roles_of, route
from tests.conftest import DAY, PROJECT, SMALL

QINGXIU, ZHONGSHAN, JIAOYI, CHANGSHA = "450103", "450103002", "450181113", "4301"
BEFORE_ALL = datetime.date(2019, 1, 1)


@cache
def real() -> Library:
    return read_library(PROJECT / "knowledge")


def go(key: str, roles: Roles, day: datetime.date = DAY, offices: Offices | None = None) -> Routed:
    library = real()
    return route(key, roles, library.regions, offices or library.offices, library.services, day=day)


def everywhere(code: str) -> Roles:
    return Roles(code, code, code, code, code)


def id_of(office: Office | None) -> str | None:
    return office.id if office else None


def expected(kind: str, code: str) -> str:
    """The id of the right first office, told anew and without the code under test."""
    county, city, province = code[:6], code[:4], code[:2]
    bureaus = {
        2: f"autonomous_region_civil_affairs-{province}",
        4: f"city_civil_affairs-{city}",
        6: f"county_civil_affairs-{county}",
    }
    bureau = bureaus[min(len(code), 6)]
    if kind in ("township_window", "minors_station"):
        is_window = len(code) >= 9 and real().regions.names[code[:9]].endswith(("镇", "乡", "街道"))
        return f"{kind}-{code[:9]}" if is_window else bureau
    if kind == "hotline_12345":
        return f"{kind}-{code[:4]}"
    if kind == "lottery_center":
        return f"{kind}-{province}"
    if kind == "autonomous_region_civil_affairs":
        return bureaus[2]
    if kind == "city_civil_affairs":
        return bureaus[min(len(code), 4)]
    if kind == "rescue_station" and len(code) >= 4:
        is_district = len(code) == 4 or real().regions.names[county].endswith("区")
        return f"{kind}-{city if is_district else county}"
    if kind == "org_registry":
        return f"{kind}-{code[:6]}"
    if kind == "disabled_federation" and len(code) >= 4:
        return f"{kind}-{code[:6]}"
    return f"{kind}-{county}" if len(code) >= 6 else bureau


def test_every_region_and_service_has_exactly_one_first_office_and_the_rule_that_chose_it() -> None:
    library = real()
    regions = [code for code in library.regions.names if code.startswith("45")]
    assert len(regions) == 1 + 14 + 111 + 1284

    wrong = []
    for code, service in product(regions, library.services.services.values()):
        routed = go(service.id, everywhere(code))
        kind = service.rule_on(DAY).office
        if id_of(routed.office) != expected(kind, code):
            wrong.append((code, service.id, id_of(routed.office), expected(kind, code)))
        assert routed.office is not None and code.startswith(routed.office.region)
        assert routed.rule is not None and routed.rule.says.endswith("。") and routed.rule.citations
        assert routed.telephone
        assert not routed.missing and not routed.ask and routed.elsewhere is None

    assert wrong == []


def test_every_region_and_service_has_other_offices_that_lie_there_and_are_not_the_first_again() -> None:
    library = real()
    for code, service in product(library.regions.names, library.services.services):
        routed = go(service, everywhere(code))
        for other in routed.alternatives:
            assert other.when.endswith("。") and other.citations and other.telephone
            if other.office is not None:
                assert code.startswith(other.office.region)
                assert other.office != routed.office


def test_every_village_goes_to_the_office_of_its_township() -> None:
    library = real()
    assert len(library.regions.villages) > 16_000

    for code in library.regions.villages:
        assert go("dibao", everywhere(code)).office == go("dibao", everywhere(code[:9])).office


def test_every_topic_and_benefit_has_an_office_or_a_number_to_ring() -> None:
    library = real()
    benefits = [path.stem for path in (PROJECT / "knowledge" / "benefits").glob("*.yaml")]

    for key in (*library.topics, *benefits):
        routed = go(key, everywhere(JIAOYI))
        is_others = key.startswith(("oos.", "emergency."))
        assert (routed.office is None) == isinstance(library.services.serving(key), NoOffice)
        assert (routed.office is not None) != bool(routed.hotlines)
        assert not is_others or routed.hotlines


def test_the_offices_and_services_of_the_real_knowledge_have_no_fault() -> None:
    assert check_offices(real()) == []


@pytest.mark.parametrize(
    ("topic", "office"),
    [
        ("dibao.apply", "township_window-450181113"),
        ("tekun", "township_window-450181113"),
        ("elder.allowance", "township_window-450181113"),
        ("child.orphan", "township_window-450181113"),
        ("disability.certificate", "disabled_federation-450181"),
        ("linshi.aid", "township_window-450103002"),
        ("vagrant.aid", "rescue_station-4501"),
        ("disability.care_subsidy", "township_window-450103002"),
        ("marriage.register", "marriage_registry-450103"),
        ("elder.assessment", "township_window-450103002"),
        ("child.protection", "minors_station-450103002"),
        ("funeral.subsidy", "funeral-450181"),
    ],
)
def test_route_goes_by_the_registration_or_by_the_home_as_the_rule_says(topic: str, office: str) -> None:
    routed = go(topic, Roles(hukou=JIAOYI, live=ZHONGSHAN))

    assert (id_of(routed.office), routed.missing) == (office, ())


def test_route_offers_the_home_to_those_with_a_residence_permit_when_it_is_not_the_registration() -> None:
    routed = go("dibao", Roles(hukou=JIAOYI, live=ZHONGSHAN))

    assert [(other.by, id_of(other.office)) for other in routed.alternatives] == [
        ("live", "township_window-450103002"),
        ("", "county_civil_affairs-450181"),
    ]


def test_route_leaves_the_home_out_when_it_is_the_registration_and_keeps_it_when_that_is_not_known_yet() -> None:
    known = go("dibao", Roles(hukou=JIAOYI, live=JIAOYI))
    assumed = go("dibao", Roles(place=JIAOYI))

    assert [other.by for other in known.alternatives] == [""]
    assert [(other.by, other.office) for other in assumed.alternatives if other.by] == [("live", None)]


def test_route_names_no_bureau_as_the_nearest_township_when_only_the_county_is_known() -> None:
    by_county = go("rescue", Roles(event=QINGXIU))
    by_township = go("rescue", Roles(event=ZHONGSHAN))

    assert [id_of(other.office) for other in by_county.alternatives] == [None, None]
    assert [id_of(other.office) for other in by_township.alternatives] == ["township_window-450103002", None]


def test_route_gives_an_office_in_guangxi_where_any_will_do_and_only_the_registration_is_here() -> None:
    routed = go("marriage", Roles(hukou=JIAOYI, live=CHANGSHA))

    assert id_of(routed.office) == "marriage_registry-450181"


@pytest.mark.parametrize(
    ("topic", "day", "by"),
    [
        ("marriage", datetime.date(2025, 5, 9), "hukou"),
        ("marriage", datetime.date(2025, 5, 10), "any"),
        ("divorce", datetime.date(2025, 5, 9), "hukou"),
        ("divorce", datetime.date(2025, 5, 10), "any"),
        ("reissue", datetime.date(2025, 5, 9), "issued"),
        ("reissue", datetime.date(2025, 5, 10), "any"),
        ("linshi", datetime.date(2024, 12, 24), "live"),
        ("linshi", datetime.date(2024, 12, 25), "event"),
        ("care_subsidy", datetime.date(2021, 4, 21), "hukou"),
        ("care_subsidy", datetime.date(2021, 4, 22), "any"),
        ("elder_voucher", datetime.date(2025, 12, 31), "live"),
        ("elder_voucher", datetime.date(2026, 1, 1), "online"),
        ("marriage", BEFORE_ALL, "hukou"),
    ],
)
def test_rule_changes_on_its_day(topic: str, day: datetime.date, by: str) -> None:
    rule = go(topic, Roles(hukou=JIAOYI), day).rule

    assert rule is not None and rule.by == by


@pytest.mark.parametrize(
    ("day", "source"),
    [
        (datetime.date(2026, 6, 30), Citation("gx-linshi-2024", "")),
        (datetime.date(2026, 7, 1), Citation("shehui-jiuzhu-fa-2026", "37")),
    ],
)
def test_emergency_aid_rests_on_the_social_assistance_law_only_from_its_first_day(
    day: datetime.date, source: Citation
) -> None:
    rule = go("linshi", Roles(event=JIAOYI), day).rule

    assert rule is not None and rule.citations == (source,)


@pytest.mark.parametrize(
    ("day", "offered"),
    [
        (datetime.date(2023, 5, 31), False),
        (datetime.date(2023, 6, 1), True),
        (datetime.date(2025, 5, 9), True),
        (datetime.date(2025, 5, 10), False),
    ],
)
def test_marriage_where_the_residence_permit_was_issued_is_offered_only_during_the_trial(
    day: datetime.date, offered: bool
) -> None:
    others = go("marriage", Roles(hukou=JIAOYI, live=ZHONGSHAN), day).alternatives

    assert any(id_of(other.office) == "marriage_registry-450103" for other in others) == offered


def test_route_asks_for_the_registration_when_only_another_place_is_known() -> None:
    for roles in (Roles(place=JIAOYI), Roles(live=JIAOYI), Roles(event=JIAOYI)):
        routed = go("dibao", roles)

        assert (id_of(routed.office), routed.missing) == ("township_window-450181113", ("hukou",))
        assert "户口在哪" in routed.ask
        assert any("校椅镇" in note and "户籍地" in note for note in routed.notes)


def test_route_asks_for_the_place_and_gives_the_hotline_when_none_is_known() -> None:
    for service in real().services.services.values():
        routed = go(service.id, Roles())

        assert (routed.office, routed.telephone, len(routed.missing)) == (None, "12345", 1)
        assert routed.ask
        assert not any(other.office for other in routed.alternatives)


def test_route_names_the_bureau_and_says_what_is_needed_when_only_the_county_is_known() -> None:
    routed = go("dibao", Roles(hukou=QINGXIU))

    assert (id_of(routed.office), routed.needs, routed.missing) == ("county_civil_affairs-450103", "township", ())
    assert any("乡镇（街道）" in note and "青秀区民政局" in note for note in routed.notes)


def test_route_sends_to_the_county_first_where_a_zone_may_have_no_window() -> None:
    routed = go("dibao", Roles(hukou="450107454"))

    assert id_of(routed.office) == "county_civil_affairs-450107"
    assert id_of(routed.alternatives[0].office) == "township_window-450107454"
    assert any("高新技术开发区" in note for note in routed.notes)


def test_route_gives_the_telephone_that_staff_filled_in() -> None:
    rows = tuple(
        replace(office, telephone="0771-7654321") if office.id == "township_window-450181113" else office
        for office in real().offices.rows
    )

    assert go("dibao", Roles(hukou=JIAOYI)).telephone == "12345"
    assert go("dibao", Roles(hukou=JIAOYI), offices=Offices(rows)).telephone == "0771-7654321"


def test_route_has_no_office_of_ours_for_a_registration_outside_guangxi_but_one_for_the_home() -> None:
    routed = go("dibao", Roles(hukou=CHANGSHA, live=ZHONGSHAN))

    assert (routed.office, routed.elsewhere, routed.telephone) == (None, CHANGSHA, "12345")
    assert any("长沙市不在广西" in note and "区号" in note for note in routed.notes)
    assert [id_of(other.office) for other in routed.alternatives if other.by == "live"] == ["township_window-450103002"]


@pytest.mark.parametrize("topic", ["marriage.register", "disability.living_subsidy", "linshi.aid", "vagrant.aid"])
def test_route_serves_people_from_elsewhere_in_guangxi_where_the_registration_does_not_count(topic: str) -> None:
    routed = go(topic, Roles(hukou=CHANGSHA, live=ZHONGSHAN))

    assert routed.office is not None and ZHONGSHAN.startswith(routed.office.region)
    assert routed.elsewhere is None


def test_every_place_elsewhere_in_china_gets_a_sentence_and_no_office() -> None:
    for code, service in product(real().regions.elsewhere, ("dibao", "marriage", "rescue")):
        routed = go(service, everywhere(code))

        assert (routed.office, routed.elsewhere) == (None, code)
        assert routed.notes and not any(other.office for other in routed.alternatives)


def test_marriage_with_people_across_the_border_is_offered_only_in_border_counties() -> None:
    border = go("marriage.foreign", Roles(hukou="450681", live="450681"))
    inland = go("marriage.foreign", Roles(hukou=QINGXIU, live=QINGXIU))

    assert "county_civil_affairs-450681" in [id_of(other.office) for other in border.alternatives]
    assert not any("边民" in other.when for other in inland.alternatives)


def test_route_refuses_a_topic_that_nobody_registered() -> None:
    with pytest.raises(KeyError):
        go("dibao.nothing", Roles())


def place(code: str, role: str | None = None) -> Place:
    regions = real().regions
    return Place(code, regions.level_of(code), regions.names[code], 0.97, True, 0, 1, "", role)


def test_roles_of_keeps_a_place_without_a_role_apart() -> None:
    hukou, plain = place(JIAOYI, "hukou"), place(ZHONGSHAN)

    assert roles_of(Found((hukou,), hukou, hukou=hukou)) == Roles(hukou=JIAOYI)
    assert roles_of(Found((plain,), plain)) == Roles(place=ZHONGSHAN)
    assert roles_of(Found()) == Roles()


def test_record_holds_the_place_the_roles_the_office_and_the_rule() -> None:
    hukou = replace(place(JIAOYI, "hukou"), candidates=((JIAOYI, 0.6), (ZHONGSHAN, 0.4)))
    found = Found((hukou,), hukou, hukou=hukou)

    record = as_record(found, go("gaoling", roles_of(found)), real().regions)

    assert record == {
        "region": JIAOYI,
        "level": "township",
        "p": 0.97,
        "is_sure": True,
        "candidates": [
            {"code": JIAOYI, "name": "南宁市横州市校椅镇", "p": 0.6},
            {"code": ZHONGSHAN, "name": "南宁市青秀区中山街道", "p": 0.4},
        ],
        "roles": {"hukou": JIAOYI, "live": None, "event": None, "issued": None},
        "service": "gaoling",
        "office": {
            "id": "township_window-450181113",
            "kind": "township_window",
            "name": "校椅镇人民政府（民政窗口）",
            "region": JIAOYI,
            "telephone": "",
            "address": "",
            "hours": "",
            "title": "南宁市横州市校椅镇人民政府（民政窗口）",
        },
        "rule": {
            "by": "hukou",
            "name": "户籍地",
            "says": "高龄津贴在户口所在地的村（居）委会或乡镇政府、街道办申请。",
            "source": "laonian-fa-2018#33；nn-gaoling-2024",
        },
        "alternatives": [
            {
                "by": None,
                "when": "问标准、没发到的，也可以问县级民政局。",
                "office": {
                    "id": "county_civil_affairs-450181",
                    "kind": "county_civil_affairs",
                    "name": "横州市民政局",
                    "region": "450181",
                    "telephone": "",
                    "address": "",
                    "hours": "",
                    "title": "南宁市横州市民政局",
                },
                "telephone": "12345",
                "source": "laonian-fa-2018#33",
            }
        ],
        "telephone": "12345",
        "hotlines": [],
        "missing": [],
        "ask": None,
        "needs": None,
        "elsewhere": None,
        "notes": [],
    }


def test_record_of_a_topic_that_others_serve_has_their_numbers_and_no_office() -> None:
    record = as_record(Found(), go("oos.medical_insurance", Roles()), real().regions)

    assert (record["office"], record["rule"], record["hotlines"]) == (None, None, ["12393"])
    assert record["notes"] == ["医保归医保局。"]


def test_check_offices_finds_topics_sources_numbers_and_regions_that_nobody_registered() -> None:
    library = real()
    services = library.services
    dibao = services.services["dibao"]
    rule = replace(dibao.rules[-1], citations=(Citation("nothing-2026", ""),), confidence="C", office="palace")
    other = replace(dibao.alternatives[-1], telephone="99999")
    faulty = replace(
        dibao, topics=("dibao.nothing", *dibao.topics[1:]), rules=(*dibao.rules[:-1], rule), alternatives=(other,)
    )
    lost = Office("x", "palace", "459999", "某处")
    changed = replace(
        library,
        services=replace(services, services={**services.services, "dibao": faulty}),
        offices=Offices((*library.offices.rows, lost)),
    )

    assert check_offices(changed) == [
        "services.yaml 的 dibao：来源 nothing-2026 没有登记，请先在 sources.yaml 登记这份文件。",
        f"services.yaml 的 dibao：“{rule.says}”没有核实，请在句子里写上“未核实，以窗口为准”。",
        "services.yaml 的 dibao：没有 palace 这种窗口，请改成 kinds 里有的。",
        "services.yaml 的 dibao：电话 99999 没有登记在 hotlines.yaml。",
        "services.yaml：dibao.nothing 没有登记过，请改正或先登记。",
        "services.yaml：没有写 dibao.conditions 归哪个服务，请加上。",
        "offices.csv 的 x：没有 palace 这种窗口，请改成 kinds 里有的。",
        "offices.csv 的 x：地区 459999 不在 regions.csv 里，请改正。",
    ]


def test_check_offices_finds_a_topic_with_two_services_and_a_source_before_its_day() -> None:
    library = real()
    services = library.services
    dibao, tekun = services.services["dibao"], services.services["tekun"]
    early = replace(dibao.rules[-1], valid_from=datetime.date(2026, 6, 1))
    twice = replace(tekun, topics=(*tekun.topics, "dibao.apply"))
    changed = {"dibao": replace(dibao, rules=(*dibao.rules[:-1], early)), "tekun": twice}

    faults = check_offices(replace(library, services=replace(services, services={**services.services, **changed})))

    assert faults == [
        f"services.yaml 的 dibao：“{early.says}”从2026-06-01起用，来源 shehui-jiuzhu-fa-2026 2026-07-01 才施行，"
        "请改日期。",
        "services.yaml：dibao.apply 归了2个服务，只能归一个。",
    ]


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        ({"telephone": "0771-2345678、0771-2345679", "checked_on": "2026-11-01"}, []),
        ({"telephone": "12345"}, []),
        ({"telephone": "0771-2345678"}, ["填了电话，没有写哪天核对的，请填 checked_on。"]),
        (
            {"telephone": "问门卫", "checked_on": "2026-11-01"},
            ["电话“问门卫”看不懂，请写成 0771-1234567，几个号用“、”隔开。"],
        ),
        ({"checked_on": "11月1日"}, ["checked_on“11月1日”不是日期，请写成 2026-11-25 这样。"]),
        ({"latitude": "22.8", "longitude": "108.3"}, []),
        (
            {"latitude": "108.3", "longitude": "22.8"},
            ["坐标“108.3，22.8”不在广西，latitude 写纬度（22.8），longitude 写经度（108.3）。"],
        ),
        (
            {"latitude": "22.8"},
            ["坐标“22.8，”不在广西，latitude 写纬度（22.8），longitude 写经度（108.3）。"],
        ),
    ],
)
def test_check_offices_reads_what_staff_filled_in(cells: dict[str, str], faults: list[str]) -> None:
    library = real()
    office = replace(Office("window", "township_window", JIAOYI, "校椅镇人民政府"), **cells)

    found = check_offices(replace(library, offices=Offices((office,))))

    assert found == [f"offices.csv 的 window：{fault}" for fault in faults]


def test_a_library_without_offices_and_services_is_read_and_has_no_fault(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "knowledge", ignore=shutil.ignore_patterns("offices.csv", "services.yaml"))

    library = read_library(tmp_path / "knowledge")

    assert (library.offices.rows, dict(library.services.services), check_offices(library)) == ((), {}, [])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  tekun:\n    name: 特困人员供养\n    topics: [tekun.support]\n    benefits: [tekun, tekun_institution]\n"
         "    office: township_window\n", "  tekun:\n    name: 特困人员供养\n", "tekun：缺少 office"),
        ("{from: 2024-12-25, by: event", "{from: 2027-12-25, by: event", "linshi：rules 要从旧到新"),
        ("by: hukou, says: 那时候离婚", "from: 2003-10-01, by: hukou, says: 那时候离婚", "divorce：rules 要从旧到新"),
        ("by: any, says: 结婚登记", "by: anywhere, says: 结婚登记", "marriage：by 只能是"),
        ("  zone_office:", "  zone_offices:", "缺少 words.zone_office"),
        ("  unknown: 还不知道", "  unknown: 还{什么}不知道", "words.unknown：花括号里只能写"),
        ("    name: 县级残联\n", "", "kinds.disabled_federation：缺少 name"),
        ("kinds:\n", "sorts:\n", "缺少 kinds"),
        ("services:\n", "services: [\n", "不是合格的 YAML"),
    ],
    ids=["no office", "order", "beginning", "by", "words", "braces", "kind", "kinds", "yaml"],
)  # fmt: skip
def test_read_services_says_which_service_has_which_fault(tmp_path: Path, old: str, new: str, fault: str) -> None:
    text = (PROJECT / "knowledge" / "services.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "services.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(KnowledgeError, match=fault):
        read_services(tmp_path)
