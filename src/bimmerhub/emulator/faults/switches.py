"""Misbehaviours of BMW's cloud that can be switched on: which there are, and which are on now.

Every one has been seen in the field unless its `seen` says otherwise. A switch is on from a time to a time of the
emulator's clock, or for a number of uses.
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Protocol

NEVER_MS = 2**62


class Area(StrEnum):
    """Which part of BMW's cloud misbehaves."""

    SIGN_IN = "sign-in"
    REST = "rest"
    STREAM = "stream"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One misbehaviour. `value` is its strength when none is given (the summary says of what), None: it has none."""

    name: str
    area: Area
    summary: str
    seen: str
    value: float | None = None

    def to_json(self) -> dict[str, object]:
        """Return it as the control API and `bimmerhub emulator faults --json` tell it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSwitch:
    """A fault that is on, from `from_ms` up to `until_ms` (None: open end), for `times` more uses (None: any number).

    Times are milliseconds since 1970 UTC of the emulator's clock.
    """

    name: str
    value: float | None = None
    times: int | None = None
    from_ms: int | None = None
    until_ms: int | None = None

    def to_json(self) -> dict[str, object]:
        """Return it as the control API tells it."""
        return asdict(self)

    def is_on(self, now_ms: int) -> bool:
        """Tell whether it is on."""
        begun = self.from_ms is None or self.from_ms <= now_ms
        ended = self.until_ms is not None and self.until_ms <= now_ms
        return begun and not ended and self.times != 0


class Clock(Protocol):
    """The time that switches go by."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970 UTC."""
        ...


class Faults:
    """The switches of one emulator; at most one a fault is on at a time, the one switched on last.

    Each question is about a time of the emulator's clock, now when none is given: after a jump, what a car sent an
    hour ago still meets the faults of then.
    """

    def __init__(self, clock: Clock, switches: Iterable[FaultSwitch] = ()) -> None:
        self._clock = clock
        self._switches: list[FaultSwitch] = []
        self._span = _NO_SPAN
        for switch in switches:
            self.switch_on(switch)

    def on(self, *, at_ms: int | None = None) -> frozenset[str]:
        """Return the names of all faults that are on."""
        now_ms = self._clock.now_ms() if at_ms is None else at_ms
        if not self._span.begin_ms <= now_ms < self._span.end_ms:
            self._span = _span_around(now_ms, self._switches)
        return self._span.names

    def is_on(self, name: str, *, at_ms: int | None = None) -> bool:
        """Tell whether a fault is on."""
        return self._find(name, at_ms) is not None

    def take(self, name: str, *, at_ms: int | None = None) -> bool:
        """Tell whether a fault is on, and use it once when it is."""
        found = self._find(name, at_ms)
        if found is None:
            return False
        if found.times is not None:
            self._switches[self._switches.index(found)] = replace(found, times=found.times - 1)
            self._span = _NO_SPAN
        return True

    def value(self, name: str, *, at_ms: int | None = None) -> float | None:
        """Return the strength of a fault that is on, None when it is off."""
        found = self._find(name, at_ms)
        if found is None:
            return None
        return FAULTS[name].value if found.value is None else found.value

    def switch_on(self, switch: FaultSwitch) -> None:
        """Add a switch; ValueError for a name that is no fault's, which tells the nearest."""
        check_fault_name(switch.name)
        self._switches.append(switch)
        self._span = _NO_SPAN

    def switch_off(self, name: str | None = None) -> None:
        """Remove every switch of a fault, also those of later; None: of all faults. ValueError as `switch_on`."""
        if name is not None:
            check_fault_name(name)
        self._switches = [each for each in self._switches if name is not None and each.name != name]
        self._span = _NO_SPAN

    def switches(self) -> tuple[FaultSwitch, ...]:
        """Return the switches that are on or will be."""
        now_ms = self._clock.now_ms()
        return tuple(
            each for each in self._switches if each.times != 0 and (each.until_ms is None or each.until_ms > now_ms)
        )

    def next_change_ms(self, after_ms: int) -> int:
        """Return when the first fault after a time begins or ends by the clock, NEVER_MS when none does."""
        edges = (edge for each in self._switches for edge in (each.from_ms, each.until_ms))
        return min((edge for edge in edges if edge is not None and edge > after_ms), default=NEVER_MS)

    def _find(self, name: str, at_ms: int | None) -> FaultSwitch | None:
        if name not in FAULTS:
            raise KeyError(name)
        if not self._switches:
            return None
        now_ms = self._clock.now_ms() if at_ms is None else at_ms
        if name not in self.on(at_ms=now_ms):
            return None
        return next((each for each in reversed(self._switches) if each.name == name and each.is_on(now_ms)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """A stretch of time, its end excluded, in which the same faults are on."""

    begin_ms: float
    end_ms: float
    names: frozenset[str]


_NO_SPAN = _Span(begin_ms=0, end_ms=0, names=frozenset())


def _span_around(at_ms: int, switches: Sequence[FaultSwitch]) -> _Span:
    edges = {edge for each in switches for edge in (each.from_ms, each.until_ms) if edge is not None}
    return _Span(
        begin_ms=max((edge for edge in edges if edge <= at_ms), default=float("-inf")),
        end_ms=min((edge for edge in edges if edge > at_ms), default=float("inf")),
        names=frozenset(each.name for each in switches if each.is_on(at_ms)),
    )


def check_fault_name(name: str) -> None:
    """Raise ValueError for a name that is no fault's; it tells the nearest one."""
    if name not in FAULTS:
        [nearest] = difflib.get_close_matches(name, FAULTS, n=1, cutoff=0.0)
        raise ValueError(f"there is no fault named {name!r}; the nearest is {nearest}")


def _by_name(*faults: Fault) -> dict[str, Fault]:
    return {fault.name: fault for fault in faults}


def _sign_in(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.SIGN_IN, summary=summary, seen=seen, value=value)


def _rest(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.REST, summary=summary, seen=seen, value=value)


def _stream(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.STREAM, summary=summary, seen=seen, value=value)


def _message(name: str, summary: str, seen: str, value: float | None = None) -> Fault:
    return Fault(name=name, area=Area.MESSAGES, summary=summary, seen=seen, value=value)


FAULTS: dict[str, Fault] = _by_name(
    _sign_in("device-code-refused", "device codes are refused by 400, naming no reason", "users 2025-2026"),
    _sign_in(
        "unsubscribed-scope-refused",
        "asking for the scope of a service that is not subscribed is refused by 400, not left out",
        "users 2025-2026",
    ),
    _sign_in("no-complete-link", "the answer lacks verification_uri_complete", "users 2025-2026"),
    _sign_in("no-interval", "the answer lacks interval", "BMW swagger: optional"),
    _sign_in(
        "burnt-code",
        "the poll after the approval gets a 500 fault, the next one access_denied",
        "users 2025-2026",
    ),
    _sign_in("denied-though-approved", "the poll after the approval gets access_denied", "users 2025-2026"),
    _sign_in("grant-race", "the poll after the approval gets invalid_grant; the code is used up", "clients 2025-2026"),
    _sign_in("sign-in-500", "the sign-in answers 500 without a body", "BMW swagger"),
    _sign_in("sign-in-not-json", "the gateway before the sign-in answers 502 in HTML", "inferred"),
    _sign_in("account-pending", "tokens are refused by 401 invalid_client", "BMW swagger"),
    _sign_in("api-scope-withheld", "tokens lack the scope for REST", "users 2026"),
    _sign_in("stream-scope-withheld", "tokens lack the scope for the stream", "users 2025-2026"),
    _sign_in(
        "dead-refresh-as-request",
        "a dead refresh token is refused by invalid_request instead of invalid_grant",
        "clients 2025-2026",
    ),
    _rest("rest-500", "every call answers 500 CU-500", "clients 2025-2026"),
    _rest("rest-503", "every call answers 503 CU-503", "BMW guide"),
    _rest("rest-not-json", "the gateway before REST answers 502 in HTML", "inferred"),
    _rest("rest-slow", "every answer takes so many seconds more", "inferred", 5.0),
    _rest("tokens-refused", "every access token is refused by 401 CU-102", "users 2025-2026"),
    _rest(
        "bad-token-as-403",
        "bad tokens are refused by 403 CU-127 invalid_token instead of 401",
        "users 2025-2026",
    ),
    _rest("quota-as-429", "a spent quota is told by status 429 instead of 403", "users 2025-2026"),
    _rest("quota-rolls", "the quota counts the last 24 hours instead of the UTC day", "one client; unproven"),
    _rest("container-limit-as-403", "an eleventh container is refused by 403 instead of 400", "inferred"),
    _rest("deleted-as-inactive", "deleted containers are INACTIVE instead of DELETED", "BMW guide"),
    _rest("long-lists-forbidden", "a container of more keys than this is refused by 403 CU-403", "users 2026", 200.0),
    _rest(
        "history-page-broken",
        "each page of the charging history that holds the session of this number, newest first, is 500 CU-500",
        "clients 2025-2026",
        12.0,
    ),
    _rest("page-token-expired", "every nextToken is refused by 400 CU-125", "BMW guide"),
    _rest("all-null", "telematicData answers null for every key", "kvanbiesen/bmw-cardata-ha#408"),
    _rest("keys-absent", "telematicData leaves out keys without a value instead of null", "clients 2025-2026"),
    _rest("rest-behind", "telematicData is so many hours behind the stream", "users 2025-2026", 3.0),
    _rest("rest-in-miles", "telematicData has the odometer in miles, and says so", "kvanbiesen/bmw-cardata-ha#429"),
    _rest(
        "rest-odometer-in-miles",
        "telematicData has the odometer's number in miles, its unit says km",
        "kvanbiesen/bmw-cardata-ha#405",
    ),
    _rest("rest-no-unit", "telematicData has null for every unit", "clients 2025-2026"),
    _rest("mappings-wrapped", "mappings come inside an object", "clients 2025-2026"),
    _rest("mappings-single", "mappings are one bare object, the first car", "BMW swagger"),
    _rest("secondary-driver", "the account is SECONDARY for every car: data is CU-104", "users 2025-2026"),
    _rest("no-image", "there is no picture of any car: 404 CU-126", "users 2025-2026"),
    _rest("no-charging-settings", "location-based charging settings are 404 CU-127", "BMW guide"),
    _rest("no-tyre-data", "the tyre diagnosis is an empty skeleton", "clients 2025-2026"),
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
