"""How many questions a pre-check asks, against asking in file order, and how long a decision takes.

    python benchmarks/prechecks.py                     1,000 households a benefit
    python benchmarks/prechecks.py --households 100 --only dibao tekun

A household is drawn by what is likely: a fact's usual answer for most, any other for the rest, ages, people and sums
from wide distributions, one in twenty answers unclear. Both orders ask the same household: ours always the question
after which the fewest are left, file order the first open one as the benefit's file names them. Both stop when the
outcome is settled.
"""

from __future__ import annotations

import argparse
import datetime
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from bot.eligibility.asking import conclude, next_fact  # noqa: E402
from bot.eligibility.benefits import Benefit  # noqa: E402
from bot.eligibility.catalogue import Catalogue, read_catalogue  # noqa: E402
from bot.eligibility.decide import decide, used_facts  # noqa: E402
from bot.eligibility.facts import Fact  # noqa: E402
from bot.eligibility.situation import Situation  # noqa: E402
from bot.eligibility.values import UNCLEAR, Value, exactly  # noqa: E402
from bot.knowledge.library import read_library  # noqa: E402

DAY = datetime.date(2026, 11, 25)
_MOST = 40
_UNCLEAR_SHARE = 0.05
_USUAL_SHARE = 0.85


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--households", type=int, default=1000)
    parser.add_argument("--only", nargs="+", help="ids of benefits")
    options = parser.parse_args()
    folder = PROJECT / "knowledge"
    catalogue = read_catalogue(folder, read_library(folder))
    print(f"{'benefit':<20}{'ours':>8}{'median':>8}{'longest':>9}{'file order':>12}{'fewer':>8}  same outcome")
    ours_all, file_all = 0, 0
    for id in options.only or catalogue.benefits:
        ours, in_file, same = _compare(catalogue.benefits[id], catalogue, options.households)
        ours_all, file_all = ours_all + sum(ours), file_all + sum(in_file)
        fewer = 1 - sum(ours) / max(1, sum(in_file))
        print(
            f"{id:<20}{statistics.mean(ours):>8.2f}{statistics.median(ours):>8.0f}{max(ours):>9}"
            f"{statistics.mean(in_file):>12.2f}{fewer:>8.0%}  {same:.1%}",
            flush=True,
        )
    print(f"{'all':<20}{'':>25}{'':>12}{1 - ours_all / max(1, file_all):>8.0%}")
    _time(catalogue)


def _compare(benefit: Benefit, catalogue: Catalogue, households: int) -> tuple[list[int], list[int], float]:
    """Questions asked of every household in both orders, and the share of equal outcomes."""
    ours, in_file, same = [], [], 0
    order = used_facts(benefit, catalogue.situation({}, day=DAY))

    known: dict[frozenset[tuple[str, Value]], str | None] = {}

    def by_file(situation: Situation) -> str | None:
        missing = decide(benefit, situation).missing
        return next((name for name in order if name in missing), min(missing, default=None))

    def by_us(situation: Situation) -> str | None:
        """Households that have told the same are asked the same."""
        key = frozenset(situation.known.items())
        if key not in known:
            known[key] = next_fact([benefit], situation)
        return known[key]

    for seed in range(households):
        household = _Household(seed, catalogue)
        mine, first = _ask(benefit, household, by_us)
        filed, second = _ask(benefit, household, by_file)
        ours.append(mine)
        in_file.append(filed)
        same += first == second
    return ours, in_file, same / households


def _ask(benefit: Benefit, household: _Household, choose: Callable[[Situation], str | None]) -> tuple[int, str]:
    situation = household.catalogue.situation({}, day=DAY)
    for asked in range(_MOST):
        name = choose(situation)
        if name is None:
            return asked, conclude(benefit, situation).outcome.value
        situation = situation.with_facts({name: household.answer(name)})
    raise RuntimeError(f"{benefit.id}: more than {_MOST} questions")


class _Household:
    """Answers any question, always the same one alike."""

    def __init__(self, seed: int, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._seed = seed
        self._counties = [code for code in catalogue.library.regions.names if len(code) == 6]

    def answer(self, name: str) -> Value:
        chance = random.Random(f"{self._seed} {name}")
        if chance.random() < _UNCLEAR_SHARE:
            return UNCLEAR
        return self._draw(self.catalogue.facts[name], chance)

    def _draw(self, fact: Fact, chance: random.Random) -> Value:
        if fact.kind in ("choice", "choices"):
            usual = fact.usual if fact.usual and chance.random() < _USUAL_SHARE else chance.choice(fact.choices)
            return usual if fact.kind == "choice" else frozenset([usual])
        if fact.kind == "region":
            return chance.choice(self._counties)
        if fact.kind == "date":
            recent = fact.name in ("receipt_date",)
            return DAY - datetime.timedelta(days=chance.randint(0, 90 if recent else 36_000))
        if fact.kind == "money":
            number = min(fact.most, round(chance.lognormvariate(7.3, 0.9), -1))
        elif fact.kind == "years":
            number = chance.randint(int(fact.least), int(min(fact.most, 100)))
        else:
            number = chance.randint(int(fact.least), int(min(fact.most, fact.least + 9)))
        return exactly(number)


def _time(catalogue: Catalogue) -> None:
    """Median milliseconds of one decision, of all decisions of a screening, and of choosing a question."""
    households = [_Household(seed, catalogue) for seed in range(30)]
    told = []
    for household in households:
        names = [name for name, fact in catalogue.facts.items() if fact.ask]
        told.append({name: household.answer(name) for name in random.Random(1).sample(names, len(names) // 2)})

    def fresh(known: dict[str, Value]) -> Situation:
        return catalogue.situation(known, day=DAY)

    one = [_milliseconds(lambda b=b, k=k: decide(b, fresh(k))) for k in told for b in catalogue.benefits.values()]
    every = [_milliseconds(lambda k=k: _screen(fresh(k), catalogue)) for k in told]
    question = [_milliseconds(lambda b=b: next_fact([b], fresh({}))) for b in catalogue.benefits.values()]
    asked = [_milliseconds(lambda k=k: next_fact(catalogue.screened, fresh(k), screening=True)) for k in told]
    print(f"one decision: {statistics.median(one):.2f} ms (p95 {_p95(one):.2f})")
    size = len(catalogue.screened)
    print(f"a screening over {size} benefits: {statistics.median(every):.1f} ms (p95 {_p95(every):.1f})")
    print(f"the next question, one benefit: {statistics.median(question):.1f} ms (longest {max(question):.1f})")
    print(f"the next question, screening: {statistics.median(asked):.1f} ms (longest {max(asked):.1f})")


def _screen(situation: Situation, catalogue: Catalogue) -> None:
    for benefit in catalogue.screened:
        decide(benefit, situation, screening=True)


def _milliseconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return (time.perf_counter() - started) * 1000


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


if __name__ == "__main__":
    main()
