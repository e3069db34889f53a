"""What whoever runs it may change: environment variables, each with a default that works on a laptop."""

from __future__ import annotations

import datetime
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from bot.errors import SetupError

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """One process's settings; `load_settings` reads them, tests make their own."""

    project: Path
    """Folder with config.yml, domain.yml and data/."""
    knowledge: Path
    """Folder with what is true."""
    state: Path
    """Everything the program writes: model, database, vectors, secret."""
    host: str
    port: int
    action_server: bool
    """False: actions run in the bot's process. True: at rasa_sdk's action server on the loopback."""
    actions_port: int
    max_characters: int
    """Longer messages are asked, kindly, to be shortened: Rasa's time grows with the square of the length."""
    proxies: int = 0
    """How many servers of ours stand before the bot and say who called (X-Forwarded-For)."""
    given_database_url: str = ""
    """PostgreSQL's address; empty: SQLite in the state folder."""
    day: datetime.date | None = None
    """Answer by the rules of this day; None: of today."""

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}/webhook"

    @property
    def models(self) -> Path:
        return self.state / "models"

    @property
    def database(self) -> Path:
        return self.state / "guimin.db"

    @property
    def database_url(self) -> str:
        return self.given_database_url or f"sqlite:///{self.database}"

    def secret(self) -> str:
        """Return the key that signs sender ids, made on first use and readable by its owner only."""
        given = os.environ.get("GUIMIN_SECRET")
        if given:
            return given
        path = self.state / "secret"
        if not path.exists():
            self.state.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
        return path.read_text()


def load_settings() -> Settings:
    """Read GUIMIN_* from the environment.

    Raises SetupError for a number that is none.
    """
    project = Path(os.environ.get("GUIMIN_PROJECT", PROJECT))
    return Settings(
        project=project,
        knowledge=Path(os.environ.get("GUIMIN_KNOWLEDGE", project / "knowledge")),
        state=Path(os.environ.get("GUIMIN_STATE", project / "var")),
        host=os.environ.get("GUIMIN_HOST", "127.0.0.1"),
        port=_number("GUIMIN_PORT", 5005),
        action_server=_choice("GUIMIN_ACTIONS", ("in-process", "server")) == "server",
        actions_port=_number("GUIMIN_ACTIONS_PORT", 5055),
        max_characters=_number("GUIMIN_MAX_CHARACTERS", 1000),
        proxies=_number("GUIMIN_PROXIES", 0),
        given_database_url=os.environ.get("GUIMIN_DATABASE_URL", ""),
        day=_day("GUIMIN_DAY"),
    )


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdigit():
        raise SetupError(f"环境变量 {name} 应当是一个整数，现在是“{value}”。请改正后再启动。")
    return int(value)


def _day(name: str) -> datetime.date | None:
    value = os.environ.get(name)
    try:
        return datetime.date.fromisoformat(value) if value else None
    except ValueError:
        raise SetupError(f"{name} 应当是“2024-06-01”这样的日期，现在是“{value}”。请改正后再试。") from None


def _choice(name: str, choices: tuple[str, ...]) -> str:
    """The first choice is the default."""
    value = os.environ.get(name, choices[0])
    if value not in choices:
        raise SetupError(f"环境变量 {name} 只能是 {'、'.join(choices)} 之一，现在是“{value}”。请改正后再启动。")
    return value
