"""How right stock Rasa is on the questions and the knowledge that each part of our search is measured on.

    python benchmarks/stock_rasa.py                                      parts.py, then both stock variants
    python benchmarks/stock_rasa.py --with messages --layers 2 --epochs 6
    python benchmarks/stock_rasa.py --entries 40 --questions 50 --epochs 1 --faq-epochs 1 --response-epochs 1

Stock Rasa is the pipeline of its own tutorials, cut by jieba, with nothing of ours, trained in one of two ways:

- `entries`: every entry is a response of the retrieval intent `faq`, its wordings are the examples. Small talk and the
  wish for a person have no entry; they are intents, shown by their example messages. The topic is the chosen entry's.
- `messages`: the topics are DIET's intents, shown by the wordings of their entries and by their example messages. This
  is what our search knows, too, so compare the topic with this one.

Right and wrong mean what they mean in parts.py. `wrong` counts what is wrong at a confidence of one half or more (of
the response when an entry was chosen, else of the intent); `passed` what is wrong and stock Rasa would say all the
same: its FallbackClassifier lets the intent pass and looks at no response. `stopped` is all that it stops. Our weights
are cross-validated on these questions, stock Rasa has none to fit.

DIET pads every batch to its longest letter, so an epoch of its two transformer layers takes ten minutes and more of one
core in `messages`. By default they are left out, for more epochs in the same time; `--layers 2` has them. Stock Rasa
needs TensorFlow and gets an environment of its own in .tools/stock (2.5 GB, made on first use).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from bot.answers.index import Index

PROJECT = Path(__file__).resolve().parent.parent
STOCK = PROJECT / ".tools/stock"
RASA = "3.6.21"
THREADS = ("OMP_NUM_THREADS", "TF_INTRA_OP_PARALLELISM_THREADS", "TF_INTER_OP_PARALLELISM_THREADS")
_PLAIN = str.maketrans("[]{}", "（）（）")
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Variant:
    """One way of training stock Rasa: epochs and transformer layers of DIET, epochs of the ResponseSelector if any."""

    name: str
    epochs: int
    layers: int
    selector_epochs: int

    def __str__(self) -> str:
        selector = f" + {self.selector_epochs} of selector" if self.selector_epochs else ""
        return f"{self.name} ({self.layers} layers, {self.epochs} epochs{selector})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--with", dest="variant", choices=("entries", "messages", "both"), default="both")
    parser.add_argument("--epochs", type=int, default=12, help="of DIET in the variant `messages`")
    parser.add_argument("--layers", type=int, default=0, help="of DIET's transformer in `messages` (Rasa: 2)")
    parser.add_argument("--faq-epochs", type=int, default=2, help="of DIET in the variant `entries`")
    parser.add_argument("--response-epochs", type=int, default=8, help="of the ResponseSelector")
    parser.add_argument("--entries", type=int, help="train stock Rasa on so many entries and messages only")
    parser.add_argument("--questions", type=int, help="ask so many questions only")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return asyncio.run(_parse_inside(options.inside))
    python = _stock_python()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # A snapshot, so that both sides read the same although people may be writing: also a line half written.
        os.environ["GUIMIN_KNOWLEDGE"] = str(folder / "knowledge")
        broken = _copy_knowledge(folder / "knowledge")
        import parts

        from bot.answers.live import live

        cases = _some(parts.read_cases(PROJECT / "tests/nlu/questions.jsonl"), options.questions)
        index = live().index()
        wordings = sum(len(entry.wordings) for entry in index.entries)
        topics = {f"faq/{entry.id}": entry.topic for entry in index.entries}
        print(
            f"{len(index.entries)} entries with {wordings} wordings, {len(index.examples)} example messages "
            f"({broken} broken lines left out), {len(index.topics)} topics"
        )
        parts.show_parts([case for _, case in cases])
        print(
            f"\n{'stock Rasa ' + RASA:54}{'right':>8}{'wrong':>8}{'passed':>8}{'stopped':>9}{'ms':>7}"
            f"{'train s':>9}{'RSS MB':>8}"
        )
        variants = (
            Variant("entries", options.faq_epochs, 2, options.response_epochs),
            Variant("messages", options.epochs, options.layers, 0),
        )
        for variant in (variant for variant in variants if options.variant in (variant.name, "both")):
            work = folder / variant.name
            seconds, megabytes = _train(python, work, _examples(index, variant.name, options.entries), variant)
            parsed = _parse(python, work, [question.text for question, _ in cases])
            guesses = [topics.get(one["guess"], one["guess"]) for one in parsed]
            right = [guess in asked.right_topics for (asked, _), guess in zip(cases, guesses)]
            print(f"{variant!s:54}{_figures(parsed, right)}{seconds:9.0f}{megabytes:8}", flush=True)


def _stock_python() -> Path:
    python, ready, uv = STOCK / "bin/python", STOCK / ".ready", PROJECT / ".tools/uv/bin/uv"
    if not ready.exists():
        if not uv.exists():
            sys.exit("uv is missing: run `make setup` first.")
        print("installing stock Rasa with TensorFlow into .tools/stock (2.5 GB) ...", file=sys.stderr)
        environment = {"UV_CACHE_DIR": str(PROJECT / ".tools/cache"), **os.environ}
        shutil.rmtree(STOCK, ignore_errors=True)
        # Run elsewhere: inside the project uv would heed its pyproject.toml, which leaves TensorFlow out.
        with tempfile.TemporaryDirectory() as elsewhere:
            run = partial(subprocess.run, cwd=elsewhere, env=environment, check=True)
            run([str(uv), "venv", "-q", "--python", sys.executable, str(STOCK)])
            run([str(uv), "pip", "install", "-q", "--no-progress", "--python", str(python), f"rasa[jieba]=={RASA}"])
        ready.touch()
    return python


def _copy_knowledge(target: Path) -> int:
    """Copy the knowledge without broken lines of messages; return how many those were."""
    shutil.copytree(PROJECT / "knowledge", target)
    broken = 0
    for path in target.glob("messages/*.jsonl"):
        kept = []
        for line in filter(str.strip, path.read_text(encoding="utf-8", errors="replace").splitlines()):
            try:
                item = json.loads(line)
                kept.append(json.dumps({"topic": item["topic"], "text": item["text"]}, ensure_ascii=False) + "\n")
            except (ValueError, KeyError, TypeError):
                broken += 1
        path.write_text("".join(kept), encoding="utf-8")
    return broken


def _examples(index: Index, variant: str, limit: int | None) -> dict[str, list[str]]:
    """Return what stock Rasa is shown: texts by intent."""
    examples: dict[str, list[str]] = defaultdict(list)
    for entry in _some(index.entries, limit):
        examples[f"faq/{entry.id}" if variant == "entries" else entry.topic] += entry.wordings
    answered = {entry.topic for entry in index.entries}
    for example in _some(index.examples, limit):
        if variant == "messages" or example.topic not in answered:
            examples[example.topic].append(example.text)
    # Rasa reads [word](entity) as a label and a line as an example.
    return {intent: [" ".join(text.translate(_PLAIN).split()) for text in texts] for intent, texts in examples.items()}


def _some(things: Sequence[Thing], limit: int | None) -> Sequence[Thing]:
    """Return `limit` things spread over all, or all."""
    return things[:: max(1, len(things) // limit)][:limit] if limit else things


def _train(python: Path, work: Path, examples: dict[str, list[str]], variant: Variant) -> tuple[float, int]:
    """Train in `work`; return seconds and peak resident megabytes."""
    neural = {"constrain_similarities": True, "random_seed": 7}
    pipeline: list[dict[str, Any]] = [
        {"name": "JiebaTokenizer"},
        {"name": "RegexFeaturizer", "use_word_boundaries": False},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": variant.epochs, "number_of_transformer_layers": variant.layers, **neural},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.05},
    ]
    if variant.selector_epochs:
        selector = {"name": "ResponseSelector", "epochs": variant.selector_epochs, "retrieval_intent": "faq"}
        pipeline.insert(-1, {**selector, **neural})
    nlu = [{"intent": name, "examples": "".join(f"- {text}\n" for text in texts)} for name, texts in examples.items()]
    responses = {f"utter_{name}": [{"text": name}] for name in examples if name.startswith("faq/")}
    files: dict[str, dict[str, Any]] = {
        "config.yml": {"recipe": "default.v1", "assistant_id": "stock", "language": "zh", "pipeline": pipeline},
        "domain.yml": {"version": "3.1", "intents": sorted({name.split("/")[0] for name in examples})},
        "data/nlu.yml": {"version": "3.1", "nlu": nlu} | ({"responses": responses} if responses else {}),
    }
    (work / "data").mkdir(parents=True)
    for name, content in files.items():
        # JSON is YAML, but Rasa takes a whole file of it for another tool's.
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in content.items()]
        (work / name).write_text("".join(lines), encoding="utf-8")
    return _run([str(python), "-m", "rasa", "train", "nlu", "--nlu", "data", "--domain", "domain.yml"], work)


def _parse(python: Path, work: Path, texts: list[str]) -> list[dict[str, Any]]:
    (work / "questions.json").write_text(json.dumps(texts), encoding="utf-8")
    _run([str(python), str(Path(__file__).resolve()), "--inside", str(work)], work)
    return list(json.loads((work / "parsed.json").read_text(encoding="utf-8")))


def _run(command: list[str], work: Path) -> tuple[float, int]:
    """Run stock Rasa; return seconds and peak resident megabytes, or end with the last lines of what it said."""
    print(f"{work.name}: {' '.join(command[1:4])} ...", file=sys.stderr, flush=True)
    settings = {**dict.fromkeys(THREADS, "1"), "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "2"}
    started = time.monotonic()
    with (work / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=work, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    # Rasa also ends well when it has made no model.
    if process.returncode or not any(work.glob("models/*.tar.gz")):
        sys.exit((work / "log").read_text(encoding="utf-8", errors="replace")[-3000:])
    return time.monotonic() - started, usage.ru_maxrss // 1024


async def _parse_inside(work: Path) -> None:
    """In the environment of stock Rasa: parse the questions one after the other."""
    from rasa.core.agent import Agent

    agent = Agent.load(str(next((work / "models").glob("*.tar.gz"))))
    texts = json.loads((work / "questions.json").read_text(encoding="utf-8"))
    await agent.parse_message(texts[0])
    parsed = []
    for text in texts:
        started = time.monotonic()
        result = await agent.parse_message(text)
        seconds = time.monotonic() - started
        stopped = result["intent"]["name"] == "nlu_fallback"
        best = next(intent for intent in result["intent_ranking"] if intent["name"] != "nlu_fallback")
        if best["name"] == "faq":
            best = result["response_selector"]["faq"]["ranking"][0]
        guess = best.get("intent_response_key") or best["name"]
        parsed.append({"guess": guess, "confidence": best["confidence"], "stopped": stopped, "seconds": seconds})
    (work / "parsed.json").write_text(json.dumps(parsed, ensure_ascii=False, default=float), encoding="utf-8")


def _figures(parsed: list[dict[str, Any]], right: list[bool]) -> str:
    wrong = [one for one, ok in zip(parsed, right) if not ok]
    sure = sum(one["confidence"] >= 0.5 for one in wrong) / len(parsed)
    passed = sum(not one["stopped"] for one in wrong) / len(parsed)
    stopped = sum(one["stopped"] for one in parsed) / len(parsed)
    milliseconds = statistics.median(one["seconds"] for one in parsed) * 1000
    return f"{sum(right) / len(right):8.1%}{sure:8.1%}{passed:8.1%}{stopped:9.1%}{milliseconds:7.1f}"


if __name__ == "__main__":
    main()
