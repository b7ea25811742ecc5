"""The log on stderr: one line a record, whatever is in it.

A traceback is on its record's line too, its own lines parted by ` | `: so nothing that BMW or a file says can look like
a record of its own. Secrets and places are masked, wherever a library took them from.
"""

import logging
import sys
from typing import Final

from typing_extensions import override

from bimmerhub.cli.printing.log_rate import RateFilter
from bimmerhub.masking import mask_secrets
from bimmerhub.plain_text import one_line

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class LineFormatter(logging.Formatter):
    """Writes a record as one line."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        text = " | ".join(super().format(record).splitlines())
        return one_line(mask_secrets(text))


def log_to_stderr(*, is_verbose: bool) -> None:
    """Write warnings on stderr, with `is_verbose` what else is said of the work."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(_FORMAT))
    handler.addFilter(RateFilter())
    logging.basicConfig(level=logging.INFO if is_verbose else logging.WARNING, handlers=[handler])
    logging.raiseExceptions = False  # a record that cannot be written would be printed raw, with all its arguments
