"""Start the processes, restart what dies, stop cleanly, and say in plain words what is wrong."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.errors import SetupError
from bot.settings import Settings

_NEEDED_BYTES = 300_000_000
_START_SECONDS = 180
_PR_SET_PDEATHSIG = 1


@dataclass
class _Process:
    name: str
    command: list[str]
    environment: dict[str, str]
    started: float = 0.0
    handle: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        self.started = time.monotonic()
        self.handle = subprocess.Popen(self.command, env=os.environ | self.environment, preexec_fn=_die_with_parent)


def _die_with_parent() -> None:
    """A supervisor that is killed outright leaves nobody on its ports (Linux: PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def check_machine(settings: Settings) -> None:
    """Raise SetupError for a taken port or a full disk, before anything else costs time."""
    settings.state.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.state).free
    if free < _NEEDED_BYTES:
        raise SetupError(f"磁盘快满了：{settings.state} 只剩 {free // 1_000_000} MB，至少要 300 MB。请先清理磁盘。")
    ports = [(settings.host, settings.port, "GUIMIN_PORT")]
    if settings.action_server:
        ports.append(("127.0.0.1", settings.actions_port, "GUIMIN_ACTIONS_PORT"))
    for host, port, name in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise SetupError(
                    f"端口 {port} 被占用了（或者无权使用）。请关掉占用它的程序，或换一个端口：{name}=端口号 make run"
                ) from error


def supervise(settings: Settings, *, say: Callable[[str], None]) -> int:
    """Run all processes until SIGINT or SIGTERM; returns the exit status."""
    processes = [_Process("bot", [sys.executable, "-m", "bot", "serve"], {"OMP_NUM_THREADS": "1"})]
    if settings.action_server:
        command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(settings.actions_port)]
        processes.append(_Process("actions", command, {"SANIC_HOST": "127.0.0.1"}))
    stopping = False

    def stop(signum: int, frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    for process in processes:
        process.start()
    announced = False
    quick_deaths = 0
    try:
        while not stopping:
            time.sleep(0.3)
            if not announced and _is_healthy(settings):
                say(f"桂小民已经启动：http://{settings.host}:{settings.port}/ （按 Ctrl+C 停止）")
                announced = True
            if not announced and time.monotonic() - processes[0].started > _START_SECONDS:
                raise SetupError(f"等了 {_START_SECONDS} 秒还没有启动好。请看上面的日志。")
            for process in processes:
                if process.handle is None or process.handle.poll() is None:
                    continue
                quick_deaths = quick_deaths + 1 if time.monotonic() - process.started < 30 else 0
                if quick_deaths >= 3:
                    raise SetupError(f"{process.name} 进程一启动就退出，已经试了 3 次。请看上面的日志。")
                say(f"{process.name} 进程退出了（状态 {process.handle.returncode}），正在重新启动……")
                announced = announced and process.name != "bot"
                process.start()
    finally:
        _stop_all(processes)
    return 0


def _is_healthy(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"http://{settings.host}:{settings.port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _stop_all(processes: list[_Process]) -> None:
    for process in processes:
        if process.handle and process.handle.poll() is None:
            process.handle.terminate()
    for process in processes:
        if process.handle:
            try:
                process.handle.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.handle.kill()
