"""`guimin`: the one command line. Exit status 0 fine, 1 a finding, 2 wrong use or a machine that is not ready."""

from __future__ import annotations

import argparse
import os
import sys
import warnings

from bot.commands import asking, casework, checking, routing, running
from bot.errors import GuiminError
from bot.settings import load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    # Deprecations inside Rasa's pinned libraries: nothing that whoever runs this could act upon.
    warnings.simplefilter("ignore")
    options = _parser().parse_args(arguments)
    try:
        if getattr(options, "day", None):
            os.environ["GUIMIN_DAY"] = options.day
        status: int = options.run(options, load_settings())
        return status
    except GuiminError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="guimin", description="桂小民：广西民政智能问答")
    commands = parser.add_subparsers(required=True, metavar="命令")
    for group in (running, asking, checking, routing, casework):
        group.add(commands)
    return parser
