"""`python -m bot` is `guimin`."""

import sys

from bot.cli import main

sys.exit(main())
