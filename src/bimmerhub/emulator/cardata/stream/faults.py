"""How CarData's stream can be told to misbehave: the broker. Those of its messages are in `message_faults.py`."""

from bimmerhub.emulator.faults.fault import AMOUNT, COUNT, PACE, Area, Fault, FaultValues


def _stream(name: str, summary: str, seen: str, value: float | None = None, *, values: FaultValues = AMOUNT) -> Fault:
    return Fault(name=name, area=Area.STREAM, summary=summary, seen=seen, value=value, values=values)


STREAM_FAULTS = (
    _stream("logins-refused", "every login is refused as not authorised, though the token is good", "users 2026"),
    _stream(
        "night-refusals",
        "logins are refused as not authorised from 03:26 to 04:39 UTC",
        "kvanbiesen/bmw-cardata-ha#443",
    ),
    _stream("bad-credentials", "every login is refused for user or password", "clients 2025-2026"),
    _stream("too-many-connects", "every login is refused by quota exceeded (151)", "clients 2025-2026"),
    _stream(
        "connect-window",
        "more logins of one address in a minute are refused by 151, until it is silent for a minute",
        "BMW guide v1.5; the number is not known",
        10.0,
        values=COUNT,
    ),
    _stream("broker-unavailable", "every login is refused: server unavailable", "clients 2025-2026"),
    _stream("client-id-refused", "every login is refused for its client id", "clients 2025-2026"),
    _stream("mqtt-5-cut", "connections of MQTT 5 are cut at CONNECT without a word", "inferred"),
    _stream("unspecified-error", "every login is refused for no reason (128)", "clients 2025-2026"),
    _stream("no-stream-configured", "every SUBSCRIBE is refused by 128", "clients 2025-2026"),
    _stream("qos-1-granted", "SUBSCRIBE is granted QoS 1 when it asks for it", "clients, October 2025"),
    _stream("refuse-new", "a second login of an account is refused, the first stays", "clients 2025-2026"),
    _stream("evict-old", "a second login of an account ends the first", "clients 2025-2026"),
    _stream("rival", "another program takes the stream every so many seconds", "evcc-io/evcc#25699", 2.0, values=PACE),
    _stream("idle-cut", "a connection without a message for so many seconds is cut", "users 2026", 75.0, values=PACE),
    _stream(
        "keep-alive-rule",
        "a keep-alive longer than this many seconds counts as this; a miss is 141",
        "users 2025-2026",
        50.0,
        values=PACE,
    ),
    _stream(
        "connections-cut", "every connection is cut without a word after so many seconds", "users", 60.0, values=PACE
    ),
    _stream(
        "hasty-logins-refused",
        "a login within so many seconds of the account's last session is refused as not authorised",
        "clients 2025-2026",
        10.0,
    ),
    _stream(
        "quota-cut",
        "every session is ended by quota exceeded (151) after so many seconds",
        "clients 2025-2026",
        60.0,
        values=PACE,
    ),
    _stream(
        "half-open", "connections only seem to live: neither messages nor answers to PINGREQ come", "clients 2025-2026"
    ),
    _stream("mute", "connections are taken and never answered", "inferred", None),
)
