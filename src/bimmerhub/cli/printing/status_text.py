"""A car's state as a few lines of text, by a template, for whatever sends messages. Pure.

The words and figures are those of a program that told an i3's state to a social network in 2015: miles by 0.621371 of
a km, efficiency in miles/kWh. Its table had no word for three reasons to report (charging done, charging started in
its newer spelling, disconnected); they have one here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bimmerhub.cli.context import WrongUsage

if TYPE_CHECKING:
    from bimmerhub.views.cars.state import SignalAnswer
    from bimmerhub.views.documents.bmw_trips import BmwTripAnswer

TEMPLATE: Final = """\
\N{AUTOMOBILE} {trip_miles} miles in {trip_minutes} minutes
Efficiency {miles_per_kwh} miles/kWh
\N{BATTERY} {soc}% ({range_miles} miles)
\N{ELECTRIC PLUG} {plug}
\N{WARNING SIGN} {update}
{odometer_miles} miles"""
MILES_PER_KM: Final = 0.621371
KWH_PER_100_KM_AND_MILE: Final = 0.01609344
NOTHING: Final = "-"
NO_PLUG_WORD: Final = "Unknown"
NO_VALUES: Final = frozenset({NOTHING, NO_PLUG_WORD})

PLUG_WORDS: Final[Mapping[str, str]] = {
    "CHARGING": "Charging",
    "ERROR": "Error",
    "FINISHED_FULLY_CHARGED": "Finished (Full)",
    "FINISHED_NOT_FULL": "Finished (Partial)",
    "INVALID": "Invalid",
    "NOT_CHARGING": "Not charging",
    "WAITING_FOR_CHARGING": "Waiting for charge",
}
UPDATE_WORDS: Final[Mapping[str, str]] = {
    "CHARGING_DONE": "Charging done",
    "CHARGING_INTERRUPED": "Charging Interrupted",
    "CHARGING_INTERRUPTED": "Charging Interrupted",
    "CHARGING_PAUSED": "Charging Paused",
    "CHARGIN_STARTED": "Charging started",
    "CHARGING_STARTED": "Charging started",
    "CYCLIC_RECHARGING": "Cyclic Recharging",
    "DISCONNECTED": "Disconnected",
    "DOOR_STATE_CHANGED": "Doors changed",
    "NO_CYCLIC_RECHARGING": "No Cyclic Recharging",
    "NO_LSC_TRIGGER": "No LSC Trigger",
    "ON_DEMAND": "Charging On Demand",
    "PREDICTION_UPDATE": "Prediction Update",
    "TEMPORARY_POWER_SUPPLY_FAILURE": "Temporary Power Supply Failure",
    "VEHICLE_MOVING": "On the move",
    "VEHICLE_SECURED": "Locked",
    "VEHICLE_SHUTDOWN": "Shutdown",
    "VEHICLE_SHUTDOWN_SECURED": "Shutdown Secured",
    "VEHICLE_UNSECURED": "Unlocked",
}
"""What the car reported for, by i Remote's words; `update_word` reads the portal's spelling of them too."""
UNKNOWN_UPDATE: Final = "???"
_FIELD: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFacts:
    """What the text is made of: the car's signals, BMW's last trip, and why the car reported, in BMW's word."""

    signals: "Mapping[str, SignalAnswer]"
    trip: "BmwTripAnswer | None"
    update_reason: str | None


def write_text(template: str | None, facts: StatusFacts) -> str:
    """Return the template with its fields (`{soc}`) filled in, `-` for what was not reported.

    None is TEMPLATE without the lines that have no value, such as the battery's of a car without one. WrongUsage names
    the fields when the template has one that there is not.
    """
    values = template_fields(facts)
    if template is None:
        lines = TEMPLATE.split("\n")
        template = "\n".join([line for line in lines if _has_value(line, values)] or lines)
    if unknown := [name for name in _FIELD.findall(template) if name not in values]:
        raise WrongUsage(f"there is no field {{{unknown[0][:40]}}}", hint=f"Known: {', '.join(sorted(values))}.")
    return _FIELD.sub(lambda field: values[field.group(1)], template)


def _has_value(line: str, values: Mapping[str, str]) -> bool:
    return any(values[name] not in NO_VALUES for name in _FIELD.findall(line))


def template_fields(facts: StatusFacts) -> dict[str, str]:
    """Return what a template may name."""
    trip, signals = facts.trip, facts.signals
    trip_km = None if trip is None else trip.distance_km
    consumption = None if trip is None else trip.electric_consumption_kwh_per_100km
    range_km, odometer_km = _number(signals, "electric_range_km"), _number(signals, "odometer_km")
    efficiency = 1 / (KWH_PER_100_KM_AND_MILE * consumption) if consumption else None
    return {
        "soc": _rounded(_number(signals, "soc_percent")),
        "plug": plug_word(signals),
        "update": update_word(facts.update_reason),
        "trip_km": _rounded(trip_km),
        "trip_miles": _miles(trip_km),
        "trip_minutes": _rounded(None if trip is None else trip.duration_min),
        "miles_per_kwh": NOTHING if efficiency is None else f"{efficiency:.2f}",
        "kwh_per_100km": NOTHING if consumption is None else f"{consumption:.1f}",
        "range_km": _rounded(range_km),
        "range_miles": _miles(range_km),
        "odometer_km": _rounded(odometer_km),
        "odometer_miles": _miles(odometer_km),
    }


def update_word(reason: str | None) -> str:
    """Return why the car reported: `-` when that was not told, `???` for a word that is not known.

    CarData tells no reason.

    The portal writes i Remote's words without their underscores, and VEHC for VEHICLE: VEHCSHUTDOWN_SECURED. Source:
    its stored answers; those of locks and of charges but for their start by the same pattern (inferred).
    """
    return NOTHING if reason is None else _UPDATE_WORDS.get(_squeezed(reason), UNKNOWN_UPDATE)


def _squeezed(reason: str) -> str:
    return re.sub(r"^VEHC", "VEHICLE", reason).replace("_", "")


_UPDATE_WORDS: Final = {_squeezed(reason): word for reason, word in UPDATE_WORDS.items()}


def plug_word(signals: "Mapping[str, SignalAnswer]") -> str:
    """Return what the plug does: by the charger's word of the older families, else by whether it charges."""
    if _value(signals, "is_plugged_in") is False:
        return "Unplugged"
    word = PLUG_WORDS.get(str(_value(signals, "charging_status")))
    if word is not None:
        return word
    is_charging = _value(signals, "is_charging")
    return "Charging" if is_charging is True else "Not charging" if is_charging is False else NO_PLUG_WORD


def _value(signals: "Mapping[str, SignalAnswer]", name: str) -> object:
    return None if name not in signals else signals[name].value


def _number(signals: "Mapping[str, SignalAnswer]", name: str) -> float | None:
    value = _value(signals, name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _miles(km: float | None) -> str:
    return _rounded(None if km is None else km * MILES_PER_KM)


def _rounded(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.0f}"
