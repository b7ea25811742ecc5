"""All signals: our own vendor-neutral quantities, in the order in which a person would read them.

Cars of different years send the same quantity under different descriptors. Which one can be trusted, and hence the
order of the groups in each module, is observed by clients 2025-2026.
"""

from dataclasses import replace
from functools import cache
from typing import Final

from bimmerhub.domain.signals.battery import BATTERY_SIGNALS
from bimmerhub.domain.signals.body import BODY_SIGNALS
from bimmerhub.domain.signals.charging import CHARGING_SIGNALS
from bimmerhub.domain.signals.climate import CLIMATE_SIGNALS
from bimmerhub.domain.signals.driving import DRIVING_SIGNALS
from bimmerhub.domain.signals.navigation import NAVIGATION_SIGNALS
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.domain.signals.service import SERVICE_SIGNALS
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.domain.signals.trip import TRIP_SIGNALS


def _with_families(signal: Signal) -> Signal:
    """Return the signal with the older families' descriptors as its last group."""
    descriptors = family_descriptors(signal.name)
    return replace(signal, groups=(*signal.groups, descriptors)) if descriptors else signal


SIGNALS: Final[tuple[Signal, ...]] = tuple(
    map(
        _with_families,
        (
            *BATTERY_SIGNALS,
            *CHARGING_SIGNALS,
            *DRIVING_SIGNALS,
            *NAVIGATION_SIGNALS,
            *TRIP_SIGNALS,
            *SERVICE_SIGNALS,
            *BODY_SIGNALS,
            *CLIMATE_SIGNALS,
        ),
    )
)


def signal_by_name(name: str) -> Signal:
    """Return the signal of that name; KeyError when there is none."""
    return _signals_by_name()[name]


@cache
def _signals_by_name() -> dict[str, Signal]:
    return {signal.name: signal for signal in SIGNALS}
