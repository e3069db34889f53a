"""How long it takes to find the places of a message: the map's own names in sentences, and the questions people ask.

    python benchmarks/places.py

Prints the time to build the gazetteer, the memory it takes, and p50, p95 and p99 of a look-up in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

FORMS = (
    "{full}",
    "我在{full}，低保怎么申请",
    "我户口在{name}，人在{other}打工，残疾人补贴去哪里办",
    "{name}那边的民政办电话多少",
    "请问一下老家{full}的老人高龄津贴一个月有多少钱",
    "我是{name}人",
    "{wrong}",
    "我住在{wrong}，想问临时救助",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=4000)
    options = parser.parse_args()

    from bot.knowledge.regions import read_regions
    from bot.places.finding import read_places
    from bot.places.names import gazetteer_of

    regions = read_regions(PROJECT / "knowledge")
    read_places("南宁", gazetteer_of(type(regions)({"4501": "南宁市"}, {}, frozenset())))  # loads the dictionaries
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    gazetteer = gazetteer_of(regions)
    built = time.perf_counter() - begun
    begun = time.perf_counter()
    read_places("我在恒州市", gazetteer)
    first = time.perf_counter() - begun
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{len(gazetteer.readings)} names: built in {built:.2f} s, {memory:.0f} MB")
    print(f"first misspelling: {first * 1000:.0f} ms")

    questions = [
        str(json.loads(line)["text"])
        for line in (PROJECT / "tests/nlu/questions.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for name, texts in (("sentences with places", sentences(regions, options.sentences)), ("questions", questions)):
        times = []
        for text in texts:
            begun = time.perf_counter()
            read_places(text, gazetteer)
            times.append((time.perf_counter() - begun) * 1000)
        times.sort()
        marks = " ".join(f"p{share * 100:.0f} {times[int(len(times) * share)]:.2f}" for share in (0.5, 0.95, 0.99))
        print(f"{name} ({len(times)}): {marks} max {times[-1]:.2f} ms")


def sentences(regions, most: int) -> list[str]:
    """Return the same sentences on every run: right names, shared names, and names with a character changed."""
    chance = random.Random(5)
    codes = [*regions.names, *regions.villages]
    made = []
    for _ in range(most):
        name = regions.name_of(chance.choice(codes))
        full = regions.full_name(chance.choice(codes))
        at = chance.randrange(len(full))
        wrong = full[:at] + chance.choice("恒教新大山江州林") + full[at + 1 :]
        other = regions.name_of(chance.choice(codes))
        made.append(chance.choice(FORMS).format(name=name, full=full, wrong=wrong, other=other))
    return made


if __name__ == "__main__":
    main()
