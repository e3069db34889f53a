"""How long from a question to its reply, and how soon an edit is answered, as the knowledge grows.

    python benchmarks/scale.py                       500, 10,000 and 100,000 entries
    python benchmarks/scale.py --sizes 500 10000 --questions 200

For every size a knowledge folder is made from the real one: its entries, then copies of them under new numbers with
the question and two ways of asking, which carry the name of a township, so that no two texts are alike. A process of
its own then reads it, asks development questions one after the other (search, decision and the reply's words, without
Rasa's own 10 ms or so), and edits a way of asking in one file, as the running server's watcher would find it.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 10_000, 100_000])
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _measure(options.one, options.questions)
        return
    print(
        f"{'entries':>8}{'wordings':>10}{'read s':>8}{'index s':>9}{'p50 ms':>8}{'p95 ms':>8}{'edit s':>8}{'RSS MB':>8}"
    )
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            _generate(Path(folder) / "knowledge", size)
            command = [sys.executable, __file__, "--one", folder, "--questions", str(options.questions)]
            subprocess.run(command, check=True)


def _generate(folder: Path, size: int) -> None:
    real = PROJECT / "knowledge"
    shutil.copytree(real, folder, ignore=shutil.ignore_patterns("faq"))
    with (real / "regions.csv").open(encoding="utf-8", newline="") as file:
        places = [row["name"] for row in csv.DictReader(file) if len(row["code"]) == 9]
    paths = sorted(real.glob("faq/*/*.md"))
    # A stride that shares no factor with the number of places: neighbours get different ones.
    for number, path in zip(range(size), itertools.cycle(paths)):
        text, again = path.read_text(encoding="utf-8"), number // len(paths)
        target = folder / path.relative_to(real)
        if again:
            place = f"{places[(number * 7) % len(places)]}{again}组"
            text = re.sub(r"(?m)^id: (.*)$", rf"id: \1-{again}", text, count=1)
            text = re.sub(r"(?m)((?:^  - .*\n){2})(?:^  - .*\n)+", r"\1", text, count=1)
            text = re.sub(r"(?m)^(question: |  - )", rf"\g<1>{place}", text)
            text = re.sub(r"(?m)^next_steps: .*$", "next_steps: []", text)
            target = target.with_name(f"{path.stem}-{again}.md")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _measure(folder: Path, questions: int) -> None:
    from dataclasses import replace

    from bot.answers.cite import tell
    from bot.answers.context import Context
    from bot.answers.decide import Understood, answer_message
    from bot.answers.find import load_calibration
    from bot.answers.live import Live
    from bot.settings import load_settings

    live = Live(replace(load_settings(), knowledge=folder / "knowledge", state=folder / "state"))
    began = time.perf_counter()
    library = live.library()
    read = time.perf_counter() - began
    began = time.perf_counter()
    index = live.index()
    built = time.perf_counter() - began
    lines = (PROJECT / "tests/nlu/questions.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines][:: max(1, len(lines) // questions)]
    calibration, times = load_calibration(), []
    for text in texts:
        began = time.perf_counter()
        decision = answer_message(
            index, text, understood=Understood("ask", 0.9), context=Context(), calibration=calibration
        )
        for pick in decision.picks:
            told = tell(library.entries[pick.id], library, region=None, day=live.day)
            assert told.body is not None
        times.append((time.perf_counter() - began) * 1000)
    edit = _edit(live, folder / "knowledge")
    times.sort()
    wordings = int(index.spans[-1, 1])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    row = (len(library.entries), wordings, read, built, p50, p95, edit, memory)
    print("{:8d}{:10d}{:8.1f}{:9.1f}{:8.1f}{:8.1f}{:8.2f}{:8.0f}".format(*row), flush=True)


def _edit(live, folder: Path) -> float:
    """Seconds from saving a file to the new answer standing in the live index (without the watcher's pause)."""
    path = next(folder.glob("faq/dibao/dibao-apply.md"), None) or next(folder.glob("faq/*/*.md"))
    times = []
    for turn in range(3):
        text = path.read_text(encoding="utf-8").replace("also_asked:", f"also_asked:\n  - 第{turn}种新的问法", 1)
        path.write_text(text, encoding="utf-8")
        began = time.perf_counter()
        assert live.refresh()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main()
