"""Keep Rasa's logs to warnings: at debug level it prints what citizens wrote, and costs a tenth of the time."""

from __future__ import annotations

import logging
import warnings

from rasa.utils.common import configure_logging_and_warnings
from rasa.utils.log_utils import configure_structlog


def quieten() -> None:
    """Set Rasa's two ways of logging to warnings, whatever the environment says."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.WARNING)
    configure_logging_and_warnings(logging.WARNING, filter_repeated_logs=False)
    configure_structlog(logging.WARNING)
    # Deprecations inside Rasa's pinned libraries: nothing that whoever runs this could act upon.
    warnings.simplefilter("ignore")
    logging.getLogger("jieba").handlers.clear()
    for name in ("matplotlib", "jieba", "apscheduler", "asyncio", "sanic.root", "sanic.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
