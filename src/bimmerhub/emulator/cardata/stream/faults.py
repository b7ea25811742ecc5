"""How CarData's stream can be told to misbehave: the broker, and the messages that pass through it."""

from bimmerhub.emulator.faults.fault import Area, Fault


def _stream(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.STREAM, summary=summary, seen=seen, value=value)


def _message(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.MESSAGES, summary=summary, seen=seen, value=value)


STREAM_FAULTS = (
    _stream("logins-refused", "every login is refused as not authorised, though the token is good", "users 2026"),
    _stream(
        "night-refusals",
        "logins are refused as not authorised from 03:26 to 04:39 UTC",
        "kvanbiesen/bmw-cardata-ha#443",
    ),
    _stream("bad-credentials", "every login is refused for user or password", "clients 2025-2026"),
    _stream("too-many-connects", "every login is refused by quota exceeded (151)", "clients 2025-2026"),
    _stream("broker-unavailable", "every login is refused: server unavailable", "clients 2025-2026"),
    _stream("client-id-refused", "every login is refused for its client id", "clients 2025-2026"),
    _stream("unspecified-error", "every login is refused for no reason (128)", "clients 2025-2026"),
    _stream("no-stream-configured", "every SUBSCRIBE is refused by 128", "clients 2025-2026"),
    _stream("qos-0-only", "SUBSCRIBE is granted QoS 0 whatever was asked", "clients 2025-2026"),
    _stream("refuse-new", "a second login of an account is refused, the first stays", "clients 2025-2026"),
    _stream("evict-old", "a second login of an account ends the first", "clients 2025-2026"),
    _stream("rival", "another program takes the stream every so many seconds", "evcc-io/evcc#25699", 2.0),
    _stream("idle-cut", "a connection without a message for so many seconds is cut", "users 2026", 75.0),
    _stream(
        "keep-alive-rule",
        "a keep-alive longer than this many seconds counts as this; a miss is 141",
        "users 2025-2026",
        50.0,
    ),
    _stream("connections-cut", "every connection is cut without a word after so many seconds", "users", 60.0),
    _stream(
        "hasty-logins-refused",
        "a login within so many seconds of the account's last session is refused as not authorised",
        "clients 2025-2026",
        10.0,
    ),
    _stream(
        "quota-cut", "every session is ended by quota exceeded (151) after so many seconds", "clients 2025-2026", 60.0
    ),
    _stream(
        "half-open", "connections only seem to live: neither messages nor answers to PINGREQ come", "clients 2025-2026"
    ),
    _stream("mute", "connections are taken and never answered", "inferred", None),
)


MESSAGE_FAULTS = (
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
    _message("malformed", "this share of messages is followed by one that is no CarData", "inferred", 0.02),
    _message("future", "this share of messages is stamped an hour ahead", "inferred", 0.02),
    _message("far-position", "this share of positions is from another place, 198 km away", "measured 2025", 0.05),
    _message("charge-end-untold", "the end of a charge is never told", "clients 2025-2026"),
    _message("soc-frozen", "the charge level is not told while charging", "evcc-io/evcc#24828"),
    _message("target-flips", "the charge target is told as 100 %", "JustChr/BavarianData#52"),
    _message("volts-amps-stale", "voltage and current are told every five hours at most", "clients 2025-2026"),
)
