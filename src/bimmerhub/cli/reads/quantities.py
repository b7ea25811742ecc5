"""What a person means by a descriptor's or a signal's name."""

from collections.abc import Collection

from bimmerhub.cli.arguments.nearest import did_you_mean
from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.printing.output import local_time
from bimmerhub.cli.reads import public
from bimmerhub.cli.reads.port import Reads
from bimmerhub.domain.catalogue.search import CatalogueFilter
from bimmerhub.domain.signals.composites import COMPOSITES, composite_by_name
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.domain.signals.table import SIGNALS, signal_by_name
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.views.cars.history import Quantity

_WHERE_TO_LOOK = "bimmerhub status lists a car's signals, bimmerhub catalogue finds descriptors by a word"


def parse_quantity(text: str) -> Quantity:
    """Return the signal of that name, else the descriptor; WrongUsage with what to ask for when it is neither."""
    try:
        return signal_by_name(text)
    except KeyError as error:
        if "." in text:
            return Descriptor(text)
        composite = composite_by_name(text)
        if composite is not None:
            raise WrongUsage(
                f"{text} follows from other signals and has no readings of its own",
                hint=f"Ask for one of them: {', '.join(composite.parts)}",
            ) from error
        names = [*(signal.name for signal in SIGNALS), *(composite.name for composite in COMPOSITES)]
        raise WrongUsage(
            f"{text!r} is neither a descriptor nor a signal", hint=did_you_mean(text, names, otherwise=_WHERE_TO_LOOK)
        ) from error


async def why_empty(reads: Reads, vin: Vin, quantity: Quantity) -> str:
    """Return in a sentence what is stored of a quantity that has no readings in some stretch of time.

    WrongUsage for a descriptor of which nothing is stored, and which BMW's catalogue does not list: a slip.
    """
    stored = (await reads.read(public.descriptors(vin))).items
    wanted = set(quantity.descriptors()) if isinstance(quantity, Signal) else {quantity}
    own = [series for series in stored if series.descriptor in wanted]
    if own:
        first = local_time(min(series.first_measured_at for series in own))
        last = local_time(max(series.last_measured_at for series in own))
        return f"Nothing is stored for that time. The first reading is of {first}, the last of {last}."
    if not isinstance(quantity, Signal):
        catalogue = (await reads.read(public.catalogue("", CatalogueFilter(), "en"))).items
        _check_key(quantity, [entry.descriptor for entry in catalogue], [series.descriptor for series in stored])
    return "This car has not sent it yet: nothing is stored of it, for that time or any other."


def _check_key(key: str, listed: Collection[str], stored: Collection[str]) -> None:
    if key not in listed:
        hint = did_you_mean(key, [*listed, *stored], otherwise=_WHERE_TO_LOOK)
        raise WrongUsage(f"{key!r} is not in BMW's catalogue, and this car has not sent it", hint=hint)
