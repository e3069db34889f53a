"""The running server: odd input gets a sentence, nothing is lost, nothing personal is kept."""

from __future__ import annotations

import sqlite3

import httpx
import pytest

from tests.conftest import Server

pytestmark = pytest.mark.model


def error_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_question_gets_a_sourced_answer(server: Server):
    content = server.send("低保怎么申请").json()

    assert content["record"]["decision"] == "answer"
    assert content["record"]["topics"] == ["dibao.apply"]
    assert "到户籍所在地的乡镇（街道）窗口申请。" in content["messages"][0]["text"]
    assert content["record"]["sources"] == ["《示例办法》第1条"]
    following = "什么样的家庭可以申请低保？"
    assert content["messages"][0]["buttons"] == [{"title": following, "payload": following}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (400, "empty")),
        ("  \n\t\u0000", (400, "empty")),
        ("低" * 20_000, (413, "too_long")),
        ("低" * 500_000, (413, "too_large")),
        (None, (400, "bad_request")),
        (12345, (400, "bad_request")),
        (["低保"], (400, "bad_request")),
    ],
    ids=["empty", "blank", "20000 characters", "500000 characters", "nothing", "a number", "a list"],
)
def test_what_cannot_be_taken_is_told_in_chinese(server: Server, text: object, expected: tuple[int, str]):
    response = server.send(text)

    assert error_of(response) == expected
    assert "请" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "/ask",
        '/emergency{"region":"南宁"}',
        "/restart",
        "😀😀😀",
        "\u202e低保\u0007怎么申请",
        "？？？",
        "a" * 999,
        "/",
        "{}",
    ],
)
def test_odd_text_gets_a_sentence_and_the_next_question_an_answer(server: Server, text: str):
    sender = server.new_sender()
    odd = server.send(text, sender=sender)
    after = server.send("低保怎么申请", sender=sender)

    assert odd.status_code == 200
    assert odd.json()["messages"][0]["text"]
    assert after.json()["record"]["topics"] == ["dibao.apply"]


def test_a_slash_of_a_citizen_runs_no_intent(server: Server):
    record = server.send('/emergency{"region":"南宁"}').json()["record"]

    assert record["decision"] != "danger"


@pytest.mark.parametrize("sender", ["web-1", "", None, 5, "web-1.AAAA", "default"])
def test_a_forged_sender_is_refused(server: Server, sender: object):
    response = httpx.post(f"{server.url}/api/messages", json={"sender": sender, "text": "低保"})

    assert error_of(response) == (403, "forged_sender")


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"{broken", "application/json", (400, "bad_request")),
        (b"[1, 2]", "application/json", (400, "bad_request")),
        (b"\xff\xfe", "application/json", (400, "bad_request")),
        (b"[" * 50_000, "application/json", (400, "bad_request")),
        (b"", "application/json", (400, "bad_request")),
        (b"text=hello", "application/x-www-form-urlencoded", (415, "wrong_type")),
        (b"{}", "", (415, "wrong_type")),
    ],
    ids=["broken", "list", "not utf-8", "deep", "nothing", "form", "no type"],
)
def test_a_broken_body_is_told(server: Server, body: bytes, content_type: str, expected: tuple[int, str]):
    response = httpx.post(f"{server.url}/api/messages", content=body, headers={"Content-Type": content_type})

    assert error_of(response) == expected


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("PUT", "/api/messages"), ("GET", "/static/..%2f..%2fsettings.py")]
)
def test_a_wrong_address_is_told_as_json(server: Server, method: str, path: str):
    response = httpx.request(method, f"{server.url}{path}")

    assert response.status_code in (404, 405)
    assert response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/model", "/conversations/default/tracker", "/model/train"])
def test_nothing_of_rasas_own_interfaces_is_open(server: Server, path: str):
    assert httpx.post(f"{server.url}{path}", json={}).status_code == 404


NUMBERS = [
    "11010519491231002X",
    "１１０１０５１９４９１２３１００２Ｘ",
    "110105 19491231 002X",
    "一一零一零五一九四九一二三一零零二X",
    "4111111111111111",
    "4111 1111 1111 1111",
    "４１１１１１１１１１１１１１１１",
    "13812345678",
    "138-1234-5678",
    "１３８１２３４５６７８",
    "一三八一二三四五六七八",
]


def test_personal_numbers_reach_no_store_and_no_log(server: Server):
    sender = server.new_sender()
    for number in NUMBERS:
        answer = server.send(f"我的号码是{number}，低保怎么申请", sender=sender)
        assert number not in answer.text

    database = server.settings.database
    events = sqlite3.connect(database).execute("SELECT data FROM events").fetchall()
    assert any("我的号码是" in row[0].encode().decode("unicode_escape") or "我的号码是" in row[0] for row in events)
    files = [path for path in server.settings.state.rglob("*") if path.is_file() and path.suffix != ".gz"]
    assert database in files and server.log in files
    for path in files:
        content = path.read_bytes()
        for number in NUMBERS:
            for spelling in {number, number.encode("unicode_escape").decode()}:
                assert spelling.encode() not in content, (path, number)


def test_the_page_and_its_parts_are_served(server: Server):
    page = httpx.get(server.url)

    assert page.status_code == 200
    assert 'lang="zh-CN"' in page.text
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    for part in ("/static/chat.css", "/static/chat.js"):
        assert httpx.get(f"{server.url}{part}").status_code == 200
