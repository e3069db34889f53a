"""A room, a setting or a command that the docs do not name is not finished."""

import re

from bot.cli import _parser
from tests.conftest import PROJECT


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def test_every_room_is_in_the_architecture():
    rooms = {path.parent.name for path in (PROJECT / "bot").glob("*/__init__.py")}

    assert {room for room in rooms if f"| `{room}` |" not in read("docs/architecture.md")} == set()


def test_every_setting_is_in_the_readme():
    named = set(re.findall(r"GUIMIN_[A-Z][A-Z_]*", read("bot/settings.py")))

    assert {setting for setting in named if f"`{setting}`" not in read("README.md")} == set()


def test_every_command_is_in_the_architecture():
    commands = re.findall(r"^    ([a-z]+)\s", _parser().format_help(), re.MULTILINE)

    assert commands
    assert [
        command for command in commands if not re.search(rf"`(guimin )?{command}\b", read("docs/architecture.md"))
    ] == []
