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


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("嫁到鹿寨八年了，户口没迁，还在忻城大塘镇", {"hukou": "451321101", "live": "450223"}),
        ("户口没迁走，还是在岑溪糯垌", {"hukou": "450481112"}),
        ("户口一直在老家那边，上林县西燕镇", {"hukou": "450125106"}),
        ("人搬到南宁了，户口还留在德保", {"hukou": "451024", "live": "4501"}),
        ("户口还没迁，在德保县，人住百色", {"hukou": "451024", "live": "4510"}),
        ("在南宁买房住了几年，户口没有迁过来，仍在隆安那桐镇", {"hukou": "450123103", "live": "4501"}),
        ("我妈跟我住合浦，户口没动，留在浦北寨圩镇", {"hukou": "450722111", "live": "450521"}),
        ("全家搬到东兴三年，户口一直没转，还挂在上思县", {"hukou": "450621", "live": "450681"}),
        ("我嫁来恭城，户口还没转过来，还在湖南江永", {"hukou": "431125", "live": "450332"}),
        ("户口迁到宾阳了", {"hukou": "450126"}),
        ("户口从平果迁到扶绥", {"hukou": "451421"}),
        ("户口去年从融安县迁到了柳州市，老人补贴停了", {"hukou": "4502"}),
        ("户口从河池都安迁到南宁宾阳了，低保找谁", {"hukou": "450126"}),
        ("我户口早就从博白迁出来了，现在落在北海", {"hukou": "4505"}),
        ("户口从武宣迁出，落到了象州", {"hukou": "451322"}),
        ("我把户口由天等县转到南宁市", {"hukou": "4501"}),
        ("户口已经迁去钦州了，人还住灵山", {"hukou": "4507", "live": "450721"}),
        ("离婚以后户口迁回了靖西", {"hukou": "451081"}),
        ("户口没迁到南宁，还在河池", {"hukou": "4512"}),
        ("户口不在柳州，在融水县", {"hukou": "450225"}),
        ("老人在贵港住，户口一直没从桂平迁过来", {"hukou": "450881", "live": "4508"}),
        ("老家都安，户口迁到南宁了", {"hukou": "4501"}),
        ("户口原来在蒙山，后来迁到荔浦", {"hukou": "450381"}),
        ("阿姨的户口还在扶绥老家", {"hukou": "451421"}),
        ("娘家在贺州，嫁到梧州户口没迁", {"hukou": "4511", "live": "4504"}),
        ("准备把户口从都安迁到南宁", {"hukou": "451228"}),
        ("想把户口迁到南宁，现在户口在都安", {"hukou": "451228"}),
    ],
)
def test_a_register_that_moved_or_stayed_is_where_its_words_say(gazetteer: Gazetteer, text: str, roles: dict[str, str]):
    found = read_places(text, gazetteer)

    assert (codes(found), sure(found)) == (roles, roles["hukou"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("玉林路川县", "450922"),
        ("玉林容线的", "450921"),
        ("梧州腾县", "450422"),
        ("桂林阳硕", "450321"),
        ("我是桂林全洲的", "450324"),
        ("河池东栏县低保", "451224"),
        ("百色静西", "451081"),
        ("我家在钦州浦背县", "450722"),
        ("来宾新成县", "451321"),
        ("贺州钟三县", "451122"),
        ("贵港平蓝县老人补贴", "450821"),
        ("住在北海河浦县", "450521"),
        ("桂林市阳朔县兴平镇", "450321103"),
        ("玉林陆川县物石镇的五保", "450922108"),
        ("都按瑶族自治县", "451228"),
        ("还江毛南族自治县", "451226"),
        ("户口在龙盛各族自治县", "450328"),
    ],
)
def test_a_misspelt_name_behind_its_larger_region_is_asked_about(gazetteer: Gazetteer, text: str, code: str):
    found = read_places(text, gazetteer)

    assert sure(found) is None
    assert code in candidates(found)


@pytest.mark.parametrize("text", ["桂林虎跃县", "南宁市花旗镇", "我在玉林飞虎乡"])
def test_a_larger_region_is_not_sure_before_a_name_that_nobody_knows(gazetteer: Gazetteer, text: str):
    assert sure(read_places(text, gazetteer)) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("玉林市区哪里领证", "4509"),
        ("南宁每个乡镇都有民政所吗", "4501"),
        ("我在南宁的乡下亲戚", "4501"),
        ("柳州下面的县也是这个标准吗", "4502"),
        ("百色各县区低保标准", "4510"),
        ("桂林哪个县低保最高", "4503"),
        ("横州市农村低保和城镇低保的区别", "450181"),
        ("南宁提高城乡居民低保标准", "4501"),
        ("桂林自愿离婚", "4503"),
        ("柳州流程", "4502"),
        ("玉林扶贫乡村振兴", "4509"),
    ],
)
def test_a_larger_region_stays_sure_before_everyday_words_for_regions(gazetteer: Gazetteer, text: str, code: str):
    assert sure(read_places(text, gazetteer)) == code


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("我们板兰村的低保名单在哪看", {"451224205202", "451229103207", "451402102204"}),
        ("那排村那边路断了，能申请临时救助吗", {"450603101205", "450981119204"}),
        ("咱弄怀村里的老人怎么认证", {"451026102216", "451223201210"}),
        ("龙门那边的低保", {"450722109", "451424201"}),
        ("平马这里有没有民政所", {"450181106", "451022100"}),
        ("镇上叫罗秀", {"450881106", "451322105"}),
    ],
)
def test_a_shared_town_or_village_in_words_for_places_is_asked_back(gazetteer: Gazetteer, text: str, asked: set[str]):
    found = read_places(text, gazetteer)

    assert sure(found) is None
    assert asked <= candidates(found)


@pytest.mark.parametrize(
    ("text", "near", "code"),
    [
        ("桥圩这边低保怎么办", None, "450803100"),
        ("木梓那里办高龄津贴", None, "450803102"),
        ("我们镇叫东津", None, "450803104"),
        ("六良村的五保户", None, "450921103205"),
        ("镇上叫龙门", "450722", "450722109"),
        ("我们这里叫罗秀", "451322", "451322105"),
        ("我们弄怀村的", "451223", "451223201210"),
    ],
)
def test_a_town_or_village_that_fits_alone_is_found_in_words_for_places(
    gazetteer: Gazetteer, text: str, near: str | None, code: str
):
    assert sure(read_places(text, gazetteer, near=near)) == code


@pytest.mark.parametrize("text", ["户口在老家，在南宁能办吗", "户口迁去哪里都行，我在柳州", "户口迁到柳州需要什么"])
def test_a_place_is_no_register_because_one_is_spoken_of(gazetteer: Gazetteer, text: str):
    assert read_places(text, gazetteer).hukou is None


def test_where_the_register_has_left_is_not_sure_to_be_the_place(gazetteer: Gazetteer):
    found = read_places("户口迁出扶绥了", gazetteer)

    assert (sure(found), found.hukou, candidates(found)) == (None, None, {"451421"})


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("我户口天等，老公户口大新", {"451425", "451424"}),
        ("男方是全州的，女方是灌阳的，去哪里登记", {"450324", "450327"}),
        ("我爸户口在马山，我妈户口在上林，我跟谁", {"450124", "450125"}),
        ("女方户口平果，男方户口在田林县", {"451082", "451029"}),
        ("我龙州人，老婆湖南人", {"451423", "43"}),
    ],
)
def test_two_registers_in_a_message_are_asked_about(gazetteer: Gazetteer, text: str, asked: set[str]):
    found = read_places(text, gazetteer)

    assert sure(found) is None
    assert asked <= candidates(found)
    assert found.hukou is not None


@pytest.mark.parametrize(
    "text",
    ["三江源", "三江源头的水", "他有凌云壮志", "葡萄那里卖", "大桥那边堵车", "北海道好玩吗", "福利这边怎么领"],
)
def test_a_name_that_is_a_piece_of_an_everyday_word_is_no_place(gazetteer: Gazetteer, text: str):
    assert read_places(text, gazetteer) == Found()


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
