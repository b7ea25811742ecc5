"""How the messages of CarData's stream can be told to misbehave, on their way from the cars to the broker."""

from bimmerhub.emulator.faults.fault import AMOUNT, PACE, SHARE, Area, Fault, FaultValues


def _message(name: str, summary: str, seen: str, value: float | None = None, *, values: FaultValues = SHARE) -> Fault:
    return Fault(name=name, area=Area.MESSAGES, summary=summary, seen=seen, value=value, values=values)


_WAY_FAULTS = (
    _message("late", "this share of messages comes up to 4,331 s late", "measured 2025", 0.05),
    _message("repeated", "this share of messages comes twice", "measured 2025", 0.05),
    _message("reordered", "this share of messages changes places with a later one", "inferred", 0.05),
    _message("lost", "this share of messages never comes (QoS 0)", "inferred", 0.05),
    _message("silent", "no message comes, whatever the cars do", "kvanbiesen/bmw-cardata-ha#395"),
    _message(
        "unticked",
        "this share of descriptors has lost its tick in the portal",
        "kvanbiesen/bmw-cardata-ha#395",
        1.0,
    ),
    _message("several-keys", "messages of one moment come as one with several keys", "BMW guide; not seen"),
    _message("malformed", "this share of messages is followed by one that is no CarData", "inferred", 0.02),
    _message(
        "held-back",
        "messages wait up to so many minutes, then come together with their old times",
        "measured 2025: 4,331 s at most",
        60.0,
        values=AMOUNT,
    ),
    _message("foreign-topic", "this share of messages is followed by one of another account's topic", "inferred", 0.05),
    _message(
        "other-vin-inside", "this share of messages is followed by one whose VIN is not its topic's", "inferred", 0.05
    ),
    _message(
        "unknown-vin",
        "this share of messages is followed by one of a car of this account that no mapping lists",
        "users 2025-2026",
        0.05,
    ),
    _message("secondary-streams", "messages go to accounts that have the car as SECONDARY, too", "users 2025-2026"),
)
"""What happens to whole messages."""

_VALUE_FAULTS = (
    _message("no-unit", "messages lack their unit", "clients 2025-2026"),
    _message("miles", "distances come in miles, and say so", "kvanbiesen/bmw-cardata-ha#429"),
    _message(
        "odometer-in-miles",
        "the odometer's number is in miles, its unit says km",
        "kvanbiesen/bmw-cardata-ha#405",
    ),
    _message("nulls", "this share of messages has no value", "kvanbiesen/bmw-cardata-ha#408", 0.05),
    _message("no-value-words", "this share of messages says -NA-, INVALID or UNKNOWN", "clients 2025-2026", 0.05),
    _message("boolean-words", "booleans come as words: ASN_isTrue, OPEN, true", "BMW catalogue; clients 2025-2026"),
    _message("power-in-kw", "the charging power comes in kW, and says so", "clients 2025-2026"),
    _message("future", "this share of messages is stamped an hour ahead", "inferred", 0.02),
    _message("charge-end-untold", "the end of a charge is never told", "clients 2025-2026"),
    _message("soc-frozen", "the charge level is not told while charging", "evcc-io/evcc#24828"),
    _message("target-flips", "the charge target is told as 100 %", "JustChr/BavarianData#52"),
    _message("volts-amps-stale", "voltage and current are told every five hours at most", "clients 2025-2026"),
    _message(
        "charging-words-new",
        "pauses and failures of a charge are told as interrupted and disrupted",
        "BMW catalogue of 2026-09",
    ),
    _message(
        "null-beside-good",
        "of keys that tell one thing the first is null: header, dashboard range, port, lock, climate, unit",
        "evcc-io/evcc#29709, #30938",
    ),
    _message(
        "no-value-texts",
        "this share of messages says null, -, n/a or NaN, as text",
        "BMW archive of 2019; inferred",
        0.05,
    ),
    _message(
        "unknown-words",
        "this share of words is one that no list of BMW's has",
        "BMW catalogue of 2026-09; inferred",
        0.05,
    ),
    _message(
        "door-compound", "the lock is a text with the old state and the new one", "BMW catalogue; BMW archive of 2019"
    ),
    _message(
        "zeros-for-absent",
        "total range, battery size and weekly distance are 0",
        "JjyKsi/bmw-cardata-ha#34, JustChr/BavarianData#53",
    ),
    _message("odd-units", "units are spelt otherwise: WGS84, kpa, m for minutes, cm", "BMW archive of 2019"),
    _message("units-come-and-go", "this share of messages lacks its unit", "kvanbiesen/bmw-cardata-ha#293", 0.5),
    _message("odometer-spike", "this share of odometers is 4,999,999 km", "inferred", 0.02),
    _message("odometer-jump", "the odometer is so many kilometres too high", "inferred", 800.0, values=AMOUNT),
    _message("level-spike", "this share of charge levels is 0 or 100", "inferred", 0.02),
    _message(
        "range-far-off",
        "while charging, the estimated range is a third of the true one",
        "JustChr/BavarianData Supported-Cars",
    ),
)
"""What happens to single values."""

_POSITION_FAULTS = (
    _message("far-position", "this share of positions is from another place, 198 km away", "measured 2025", 0.05),
    _message("null-island", "this share of positions is 0, 0", "kvanbiesen/bmw-cardata-ha@8e74531", 0.05),
    _message(
        "greenwich",
        "this share of positions is 51.4779, 0: on the prime meridian",
        "kvanbiesen/bmw-cardata-ha@8e74531",
        0.05,
    ),
    _message(
        "halves-apart",
        "latitude and longitude come in turns, so many seconds apart",
        "measured 2025",
        10.0,
        values=PACE,
    ),
)
"""What happens to positions."""

MESSAGE_FAULTS = (*_WAY_FAULTS, *_VALUE_FAULTS, *_POSITION_FAULTS)
