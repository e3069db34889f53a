"""Load a running bot and print what it does: messages a second, latency percentiles, memory, start to first answer.

    python benchmarks/load.py                        starts a bot of its own on a free port and stops it again
    python benchmarks/load.py --url http://127.0.0.1:5005 --senders 1 8 32 --seconds 10 --runs 3

Every sender keeps one conversation and sends its next message when the last one is answered. Questions come from
tests/nlu/questions.jsonl, in a fixed order. Figures are the medians of the runs; a request that is not answered with
200 and a text counts as failed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

PROJECT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a running bot; without it one is started and stopped")
    parser.add_argument("--senders", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    lines = (PROJECT / "tests/nlu/questions.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    with contextlib.ExitStack() as stack:
        url = options.url or stack.enter_context(_own_bot())
        print(f"{'senders':>8}{'messages/s':>12}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'failed':>8}")
        for senders in options.senders:
            runs = [asyncio.run(_load(url, texts, senders, options.seconds)) for _ in range(options.runs)]
            medians = [statistics.median(values) for values in zip(*runs)]
            print("{:8d}{:12.1f}{:9.0f}{:9.0f}{:9.0f}{:8.0f}".format(senders, *medians))
        _print_memory(url)


async def _load(url: str, texts: list[str], senders: int, seconds: float) -> tuple[float, float, float, float, int]:
    """Return messages a second, p50, p95 and p99 in ms, and the failures."""
    latencies: list[float] = []
    failed = 0
    end = time.perf_counter() + seconds

    async def talk(number: int, client: httpx.AsyncClient) -> None:
        nonlocal failed
        sender = (await client.post(f"{url}/api/session", json={})).json()["sender"]
        turn = number * 37
        while time.perf_counter() < end:
            began = time.perf_counter()
            body = {"sender": sender, "text": texts[turn % len(texts)][:1000]}
            answer = await client.post(f"{url}/api/messages", json=body)
            latencies.append((time.perf_counter() - began) * 1000)
            failed += answer.status_code != 200 or not answer.json()["messages"][0]["text"]
            turn += 1

    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=senders)) as client:
        began = time.perf_counter()
        await asyncio.gather(*(talk(number, client) for number in range(senders)))
        elapsed = time.perf_counter() - began
    ordered = sorted(latencies)
    percentiles = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99)]
    return len(ordered) / elapsed, percentiles[0], percentiles[1], percentiles[2], failed


@contextlib.contextmanager
def _own_bot() -> Iterator[str]:
    """A bot with a state folder of its own; prints how long start to first answer took, trained and untrained."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as state:
        environment = os.environ | {"GUIMIN_PORT": str(port), "GUIMIN_STATE": state, "OMP_NUM_THREADS": "1"}
        url = f"http://127.0.0.1:{port}"
        for name in ("first start (vectors, training)", "second start"):
            began = time.perf_counter()
            process = subprocess.Popen([sys.executable, "-m", "bot", "run"], cwd=PROJECT, env=environment)
            _first_answer(url)
            print(f"{name}: {time.perf_counter() - began:.1f} s to the first answer")
            if name != "second start":
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=30)
        try:
            yield url
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _first_answer(url: str) -> None:
    until = time.perf_counter() + 600
    while time.perf_counter() < until:
        with contextlib.suppress(httpx.HTTPError, KeyError, ValueError):
            sender = httpx.post(f"{url}/api/session", json={}).json()["sender"]
            answer = httpx.post(f"{url}/api/messages", json={"sender": sender, "text": "低保怎么申请"}, timeout=30)
            if answer.status_code == 200:
                return
        time.sleep(0.1)
    raise SystemExit("the bot did not answer within 10 minutes")


def _print_memory(url: str) -> None:
    """Print the resident memory of the process that listens at `url` (Linux)."""
    port = httpx.URL(url).port
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            command = (process / "cmdline").read_bytes().split(b"\0")
            environment = (process / "environ").read_bytes()
            if b"serve" in command and f"GUIMIN_PORT={port}".encode() in environment:
                status = (process / "status").read_text()
                kilobytes = int(status.split("VmRSS:")[1].split()[0])
                print(f"RSS of the bot: {kilobytes / 1024:.0f} MB")


if __name__ == "__main__":
    main()
