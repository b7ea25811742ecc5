"""What a person means by a descriptor's or a signal's name."""

import difflib

from bimmerhub.cli.context import WrongUsage
from bimmerhub.domain.signals.table import SIGNALS, signal_by_name
from bimmerhub.ids import Descriptor
from bimmerhub.views.cars.history import Quantity


def parse_quantity(text: str) -> Quantity:
    """Return the signal of that name, else the descriptor; WrongUsage with the nearest signal when it is neither."""
    try:
        return signal_by_name(text)
    except KeyError as error:
        if "." in text:
            return Descriptor(text)
        names = [signal.name for signal in SIGNALS]
        near = next(
            (name for name in names if text.lower() in name),
            difflib.get_close_matches(text, names, n=1, cutoff=0.0)[0],
        )
        raise WrongUsage(f"{text!r} is neither a descriptor nor a signal", hint=f"Did you mean {near}?") from error
