"""The page in a real browser, by keyboard; its screenshots are what a newcomer sees in the README."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT, Server, environment

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.model,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the page was not looked at"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield running
        running.close()


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    yield from open_page(browser, server)


@pytest.fixture
def real_page(browser: Any, real: Server) -> Iterator[Any]:
    yield from open_page(browser, real)


def open_page(browser: Any, server: Server) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    errors: list[str] = []

    def watch(opened: Any) -> None:
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    context.on("page", watch)
    opened = context.new_page()
    opened.goto(server.url)
    opened.wait_for_selector("#talk li")
    opened.errors = errors
    yield opened
    context.close()


def replies(page: Any) -> list[str]:
    texts: list[str] = page.locator("#talk li.his").all_inner_texts()
    return texts


def test_a_question_typed_and_sent_by_keyboard_is_answered_with_its_source(page: Any):
    page.keyboard.type("低保怎么申请")
    page.keyboard.press("Enter")
    page.wait_for_selector(".source")

    assert "到户籍所在地的乡镇（街道）窗口申请。" in replies(page)[-1]
    assert "依据：《示例办法》第1条" in replies(page)[-1]
    assert page.locator("#text:focus").count() == 1
    assert page.errors == []


def test_a_next_step_button_asks_the_next_question(page: Any):
    page.keyboard.type("低保怎么申请")
    page.keyboard.press("Enter")
    page.locator(".next button").first.focus()
    page.keyboard.press("Enter")
    page.locator("#talk li.his").nth(2).wait_for()

    assert "家庭人均收入低于当地低保标准" in replies(page)[-1]


def test_what_a_citizen_types_is_shown_as_text_never_run(page: Any):
    page.keyboard.type("<img src=x onerror=alert(1)><b>低保</b>")
    page.keyboard.press("Enter")
    page.locator("#talk li.his").nth(1).wait_for()

    assert page.locator("#talk img").count() == 0
    assert page.locator("#talk li.mine").inner_text() == "<img src=x onerror=alert(1)><b>低保</b>"


def test_a_message_that_is_refused_stays_in_the_box(page: Any):
    page.locator("#text").fill("低" * 1500)
    page.keyboard.press("Enter")
    page.wait_for_selector("#hint.bad")

    assert "1500个字" in page.locator("#hint").inner_text()
    assert page.locator("#text").input_value() == "低" * 1500


def test_the_page_fits_a_small_phone(page: Any):
    page.set_viewport_size({"width": 320, "height": 568})

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_danger_is_shown_at_once_and_stands_out(page: Any):
    page.keyboard.type("我不想活了")
    page.keyboard.press("Enter")
    page.wait_for_selector("li.danger")

    assert "120" in page.locator("li.danger").inner_text()


def answer(page: Any, *texts: str, typed: bool = False) -> None:
    """Tap the buttons of the last question (or type), and wait for the next reply."""
    mine, theirs = page.locator("#talk li.mine").count(), page.locator("#talk li.his").count()
    if typed:
        page.locator("#text").fill(texts[0])
        page.keyboard.press("Enter")
    for text in () if typed else texts:
        page.locator("#talk li.his").last.get_by_role("button", name=text, exact=True).click()
    page.locator("#talk li.mine").nth(mine).wait_for()
    page.locator("#talk li.his").nth(theirs).wait_for()
    page.locator("#send:not([disabled])").wait_for()


def test_a_precheck_is_answered_by_tapping_and_ends_with_a_slip_to_print(real_page: Any):
    page = real_page
    answers = {
        "户口在哪个县": "南宁市青秀区",
        "现在已经是": "都不是",
        "一个月的收入": "一千到两千",
        "一共几口": "4",
        "城镇还是在农村": "农村",
        "成年子女": "没有",
    }
    answer(page, "预审低保", typed=True)
    for _ in range(12):
        if page.locator("a.slip").count():
            break
        last = page.locator("#talk li.his").last
        question, buttons = last.inner_text(), last.get_by_role("button")
        assert "1. " not in question
        assert all(box["height"] >= 44 for box in (b.bounding_box() for b in buttons.all()))
        if "家里有没有下面这些" in question:
            assert last.get_by_role("button", name="确定").is_disabled()
            answer(page, "存款较多", "开公司", "确定")
            assert page.locator("#talk li.mine").last.inner_text() == "存款较多、开公司"
        else:
            text = next(text for part, text in answers.items() if part in question)
            answer(page, text, typed=last.get_by_role("button", name=text, exact=True).count() == 0)
    card = page.locator("#talk li.his").last

    assert "最低生活保障（低保）——要由窗口核实" in card.inner_text()
    assert card.locator(".check.met").count() >= 3
    assert "✗" in card.locator(".check.not_met").inner_text()
    assert not card.get_by_text("家里人的身份证、户口簿").is_visible()
    card.get_by_text("带什么").click()
    assert card.get_by_text("家里人的身份证、户口簿").is_visible()
    assert page.locator(".asks").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.context.expect_page() as opened:
        card.get_by_role("link", name="打开办事单（可以打印）").click()
    slip = opened.value
    slip.get_by_role("button", name="打印这张单子").wait_for()

    assert "存款、房、车、公司：存款较多、开公司" in slip.inner_text("main")
    assert slip.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.errors == []


def run_case(server: Server, *arguments: str) -> None:
    """What an operator types."""
    command = [sys.executable, "-m", "bot", "case", *arguments, "--as", "韦某"]
    done = subprocess.run(command, cwd=PROJECT, env=environment(server.settings), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_operator_speaks_in_the_page_and_the_bot_is_silent_meanwhile(real_page: Any, real: Server):
    page = real_page
    answer(page, "转人工", typed=True)
    conversation = page.evaluate("sessionStorage.getItem('guimin-sender')").rpartition(".")[0]

    run_case(real, "take", conversation)
    run_case(real, "reply", conversation, "您好，我是民政的工作人员，请说。")
    page.wait_for_selector("li.person", timeout=15_000)
    theirs = page.locator("#talk li.his").count()
    page.locator("#text").fill("低保怎么申请")
    page.keyboard.press("Enter")
    page.get_by_text("已发给工作人员").wait_for()

    assert "工作人员来了" in page.locator("li.note").first.inner_text()
    assert "您好，我是民政的工作人员，请说。" in page.locator("li.person").inner_text()
    assert page.locator("#talk li.his").count() == theirs
    page.screenshot(path=str(screenshot("operator")))

    run_case(real, "give-back", conversation)
    page.locator("li.note").nth(1).wait_for(timeout=15_000)
    answer(page, "低保怎么申请", typed=True)
    assert "申请" in replies(page)[-1]
    assert page.errors == []


def test_a_case_is_opened_with_a_number_and_a_telephone_is_left_in_its_own_field(real_page: Any):
    page = real_page
    answer(page, "我要投诉", typed=True)
    answer(page, "村里低保名单没有公示，去问也不给看", typed=True)
    answer(page, "三江县八江镇", typed=True)
    field = page.locator("form.telephone")
    field.locator("input").fill("1380")
    field.get_by_role("button").click()
    field.get_by_text("电话没有记下").wait_for()
    field.locator("input").fill("13812345678")
    field.get_by_role("button").click()
    field.get_by_text("电话记下了").wait_for()

    assert re.search(r"办件号：GM\d{6}-\d{5}\n查询码：\d{4}-\d{4}", replies(page)[-1])
    assert "13812345678" not in page.inner_text("body")
    assert [error for error in page.errors if "400" not in error] == []
    page.screenshot(path=str(screenshot("case")))


def screenshot(name: str) -> Path:
    target = PROJECT / "var" / "screenshots" / f"{name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def test_screenshot_of_the_page(page: Any):
    page.keyboard.type("低保怎么申请")
    page.keyboard.press("Enter")
    page.wait_for_selector(".source")
    target = screenshot("page")
    page.screenshot(path=str(target))

    assert target.stat().st_size > 10_000
