"""The offices: made from the regions, filled in by staff, found for a region."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.offices import COLUMNS, Office, Offices, read_offices, write_offices
from bot.knowledge.regions import Regions, read_regions
from bot.knowledge.services import Kind, Making, read_services
from bot.places.making_offices import make_offices
from bot.places.offices import find_office, is_zone, nearest_office, title_of
from tests.conftest import PROJECT

REAL = PROJECT / "knowledge"
REGIONS = Regions(
    {
        "45": "广西壮族自治区",
        "4501": "甲市",
        "450101": "乙区",
        "450181": "丙县",
        "450101001": "丁街道",
        "450181101": "戊镇",
        "450181400": "己农场",
    },
    {},
    frozenset(),
    villages={"450181101001": "庚村"},
)
KINDS = {
    "window": Kind(
        "window",
        "窗口",
        (
            Making("township", "{name}办事处", "街道", "", "", ""),
            Making("township", "{name}政府", "镇", "", "", ""),
            Making("township", "{name}", "", "", "", "可能没有"),
        ),
    ),
    "station": Kind(
        "station",
        "救助站",
        (Making("city", "{name}救助站", "", "", "", ""), Making("county", "{name}救助", "", "区", "", "")),
    ),
    "county_civil_affairs": Kind(
        "county_civil_affairs", "县民政局", (Making("county", "{name}民政局", "", "", "", ""),)
    ),
    "city_civil_affairs": Kind("city_civil_affairs", "市民政局", (Making("city", "{name}民政局", "", "", "", ""),)),
    "hotline": Kind("hotline", "热线", (Making("city", "{name}热线", "", "", "12345", ""),)),
}
MADE = make_offices(REGIONS, KINDS)
STAFF_CELLS = ("telephone", "address", "hours", "latitude", "longitude", "checked_on", "note")


def test_make_offices_names_each_office_by_the_rule_of_its_region() -> None:
    assert [(office.id, office.name, office.telephone) for office in MADE] == [
        ("window-450101001", "丁街道办事处", ""),
        ("window-450181101", "戊镇政府", ""),
        ("window-450181400", "己农场", ""),
        ("station-4501", "甲市救助站", ""),
        ("station-450181", "丙县救助", ""),
        ("county_civil_affairs-450101", "乙区民政局", ""),
        ("county_civil_affairs-450181", "丙县民政局", ""),
        ("city_civil_affairs-4501", "甲市民政局", ""),
        ("hotline-4501", "甲市热线", "12345"),
    ]


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(MADE) - 1),
            st.sampled_from(STAFF_CELLS),
            st.text("一二三0123-：,\"'号", min_size=1, max_size=12),
        ),
        max_size=12,
    )
)
def test_make_offices_keeps_every_cell_that_staff_filled_and_changes_nothing_when_repeated(
    filled: list[tuple[int, str, str]],
) -> None:
    rows = list(MADE)
    for place, cell, text in filled:
        rows[place] = replace(rows[place], **{cell: text})

    again = make_offices(REGIONS, KINDS, reversed(rows))

    assert again == rows
    assert make_offices(REGIONS, KINDS, again) == again


def test_make_offices_keeps_a_name_only_when_staff_have_checked_it() -> None:
    old = Office("station-4501", "station", "4501", "甲市流浪救助中心")

    unchecked = make_offices(REGIONS, KINDS, [old])
    checked = make_offices(REGIONS, KINDS, [replace(old, checked_on="2026-11-01")])

    assert [office.name for office in unchecked if office.id == old.id] == ["甲市救助站"]
    assert [office.name for office in checked if office.id == old.id] == ["甲市流浪救助中心"]


def test_make_offices_keeps_rows_that_staff_added_and_filled_rows_of_regions_that_are_no_more() -> None:
    added = Office("second-window", "window", "450181101", "戊镇第二窗口")
    filled = Office("window-450199101", "window", "450199101", "旧镇政府", telephone="0771-0000000")
    empty = Office("window-450199102", "window", "450199102", "空镇政府")

    rows = make_offices(REGIONS, KINDS, [added, filled, empty])

    assert [office for office in rows if office not in MADE] == [added, filled]


def test_offices_file_is_what_the_generator_makes_of_the_regions(tmp_path: Path) -> None:
    kinds = read_services(REAL).kinds
    on_disk = read_offices(REAL)

    rows = make_offices(read_regions(REAL), kinds, on_disk.rows)
    write_offices(tmp_path, rows)

    assert (tmp_path / "offices.csv").read_bytes() == (REAL / "offices.csv").read_bytes()


def test_offices_file_invents_no_telephone_address_or_hours_for_what_nobody_checked() -> None:
    told = [
        office
        for office in read_offices(REAL).rows
        if not office.checked_on and (office.telephone, office.address, office.hours) != ("", "", "")
    ]

    assert {office.kind for office in told} <= {"hotline_12345"}
    assert {(office.telephone, office.address, office.hours) for office in told} == {("12345", "", "")}


def test_written_offices_are_read_back_the_same(tmp_path: Path) -> None:
    rows = (replace(MADE[0], address='甲路1号,"二楼"', hours="8:00-12:00"), *MADE[1:])

    write_offices(tmp_path, rows)

    assert read_offices(tmp_path) == Offices(rows)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("id,name\n", "offices.csv 第1行：栏目应当是"),
        (",".join(COLUMNS) + "\na,b,45,c,,,,北纬22.8,,,\n", "offices.csv 第2行：坐标要写成"),
        (",".join(COLUMNS) + "\na,b,45,c,,,,,,,\na,b,45,c,,,,,,,\n", "offices.csv 第3行：编号 a 用了两次"),
        (",".join(COLUMNS) + "\na,b,45,c,,,\n", "offices.csv 第2行：格数不对"),
        (",".join(COLUMNS) + "\na,b,45,c,1,2,3,4,5,6,7,8\n", "offices.csv 第2行：格数不对"),
    ],
    ids=["columns", "degrees", "id twice", "too few cells", "too many cells"],
)
def test_read_offices_says_the_line_and_the_fault(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "offices.csv").write_text(text, encoding="utf-8")

    with pytest.raises(KnowledgeError, match=fault):
        read_offices(tmp_path)


def test_read_offices_reads_what_a_spreadsheet_saved_with_a_byte_order_mark(tmp_path: Path) -> None:
    write_offices(tmp_path, MADE)
    path = tmp_path / "offices.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert read_offices(tmp_path).rows == tuple(MADE)


def test_zones_are_just_those_townships_that_are_called_neither_town_nor_street() -> None:
    townships = {code: name for code, name in read_regions(REAL).names.items() if len(code) == 9}

    zones = {code for code in townships if is_zone(code)}

    assert zones == {code for code, name in townships.items() if not name.endswith(("镇", "乡", "街道"))}
    assert len(zones) == 31
    assert [is_zone(code) for code in ("450101399", "450101400", "450101599", "450101600")] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("kind", "code", "office", "needs"),
    [
        ("window", "450181101001", "window-450181101", ""),
        ("window", "450181101", "window-450181101", ""),
        ("window", "450181", "county_civil_affairs-450181", "township"),
        ("window", "4501", "city_civil_affairs-4501", "township"),
        ("window", "450181400", "county_civil_affairs-450181", ""),
        ("station", "450101001", "station-4501", ""),
        ("station", "450181101", "station-450181", ""),
        ("station", "4501", "station-4501", "county"),
        ("county_civil_affairs", "4501", "city_civil_affairs-4501", "county"),
        ("hotline", "450181101001", "hotline-4501", ""),
    ],
)
def test_find_office_gives_the_nearest_of_the_kind_or_the_bureau_that_can_tell(
    kind: str, code: str, office: str, needs: str
) -> None:
    found = find_office(kind, code, REGIONS, Offices(tuple(MADE)), KINDS)

    assert found is not None
    assert (found.office.id, found.needs) == (office, needs)


def test_find_office_trusts_the_window_of_a_zone_when_staff_have_filled_it_in() -> None:
    rows = tuple(replace(office, telephone="0771-1") if office.region == "450181400" else office for office in MADE)

    before = find_office("window", "450181400", REGIONS, Offices(tuple(MADE)), KINDS)
    after = find_office("window", "450181400", REGIONS, Offices(rows), KINDS)

    assert before is not None and before.zone is not None and before.zone.id == "window-450181400"
    assert after is not None and (after.office.id, after.zone) == ("window-450181400", None)


def test_find_office_takes_the_checked_one_of_two_in_a_region() -> None:
    second = Office("a-second", "window", "450181101", "戊镇便民中心", checked_on="2026-11-01")

    for rows in ((*MADE, second), (second, *MADE)):
        found = find_office("window", "450181101", REGIONS, Offices(rows), KINDS)

        assert found is not None and found.office == second


def test_find_office_finds_nothing_when_there_are_no_offices() -> None:
    assert find_office("window", "450181", REGIONS, Offices(()), KINDS) is None


@pytest.mark.parametrize(
    ("id", "title"),
    [
        ("window-450101001", "甲市乙区丁街道办事处"),
        ("county_civil_affairs-450181", "甲市丙县民政局"),
        ("city_civil_affairs-4501", "甲市民政局"),
    ],
)
def test_title_of_an_office_says_what_its_region_lies_in(id: str, title: str) -> None:
    assert [title_of(office, REGIONS) for office in MADE if office.id == id] == [title]


def test_nearest_office_is_none_until_staff_fill_in_coordinates() -> None:
    near = Office("a", "window", "450181101", "甲", latitude="22.80", longitude="108.30")
    far = Office("b", "window", "450101001", "乙", latitude="23.50", longitude="108.30")
    # One degree eastwards is shorter than one northwards.
    east = Office("c", "window", "450101001", "丙", latitude="22.80", longitude="108.98")
    other = Office("d", "station", "4501", "丁", latitude="22.81", longitude="108.31")

    assert nearest_office("window", 22.81, 108.31, Offices(tuple(MADE))) is None
    assert nearest_office("window", 22.81, 108.31, Offices((far, other, near))) == near
    assert nearest_office("window", 22.80, 108.30, Offices((far, east))) == east
