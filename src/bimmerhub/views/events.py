"""What happens, as it happens: the kinds of live event and the shape of each."""

from typing import Annotated, Final, Literal, assert_never, get_args

import msgspec

from bimmerhub.domain.events import (
    RECORD_EVENTS,
    AccountLinkChanged,
    CommandChanged,
    Event,
    QuotaChanged,
    ReadingStored,
    RecordChanged,
    SignalChanged,
)
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.ids import Vin
from bimmerhub.times import format_time
from bimmerhub.views.account.links import LinkAnswer, describe_link
from bimmerhub.views.account.quota import QuotaAnswer, describe_quota
from bimmerhub.views.cars.commands import CommandAnswer, describe_command
from bimmerhub.views.cars.history import ReadingAnswer
from bimmerhub.views.cars.state import SignalAnswer, describe_signal
from bimmerhub.views.fields import SOURCE_NAMES, Time
from bimmerhub.views.viewer import Viewer

EventKind = Literal["reading", "signal", "link", "quota", "command", "trip", "charging_session"]
EVENT_KINDS: Final[frozenset[str]] = frozenset(get_args(EventKind))


class ReadingEvent(ReadingAnswer, frozen=True, kw_only=True):
    """`reading`: a reading came in live and is stored."""

    vin: str
    received_at: Annotated[Time, msgspec.Meta(description="when it reached the hub; ISO 8601, UTC")]


class SignalEvent(SignalAnswer, frozen=True, kw_only=True):
    """`signal`: a signal has another value or time; its age is that at the time of the event.

    With the quality `withdrawn` (its value is null) it is not in the state any more: what was said is not believed.
    """

    vin: str
    name: str


class RecordEvent(msgspec.Struct, frozen=True, kw_only=True):
    """`trip` or `charging_session`: it has begun or ended just now; its list has it. Of history nothing is told."""

    vin: str
    name: Annotated[
        str, msgspec.Meta(description="trip_started, trip_ended, charging_started or charging_ended; more may come")
    ]
    at: Annotated[Time, msgspec.Meta(description="when that was, which may be some minutes ago")]


class GapEvent(msgspec.Struct, frozen=True, kw_only=True):
    """`gap`: events were missed; read the state again."""

    dropped: Annotated[int | None, msgspec.Meta(description="how many were missed, of any kind; null: not known")]


EventAnswer = ReadingEvent | SignalEvent | LinkAnswer | QuotaAnswer | CommandAnswer | RecordEvent
EVENT_SHAPES: Final[dict[str, type]] = {
    "reading": ReadingEvent,
    "signal": SignalEvent,
    "link": LinkAnswer,
    "quota": QuotaAnswer,
    "command": CommandAnswer,
    "trip": RecordEvent,
    "charging_session": RecordEvent,
    "gap": GapEvent,
}
"""The shape of an event's data, by what stands behind `event:`. To read one: `msgspec.json.decode(data, type=...)`."""


def kind_of(event: Event) -> EventKind:
    """Return what stands behind `event:`."""
    match event:
        case ReadingStored():
            return "reading"
        case SignalChanged():
            return "signal"
        case AccountLinkChanged():
            return "link"
        case QuotaChanged():
            return "quota"
        case CommandChanged():
            return "command"
        case RecordChanged(name=name):
            return "trip" if RECORD_EVENTS[name] == "trip" else "charging_session"
    assert_never(event)


def vin_of(event: Event) -> Vin | None:
    """Return the vehicle that an event is about; None for what belongs to an account."""
    match event:
        case ReadingStored(reading=reading):
            return reading.vin
        case SignalChanged(vin=vin):
            return vin
        case CommandChanged(command=command):
            return command.vin
        case RecordChanged(vin=vin):
            return vin
        case AccountLinkChanged() | QuotaChanged():
            return None
    assert_never(event)


def text_size(event: Event) -> int:
    """Return how many characters the value of an event has; 0 for what is no text."""
    match event:
        case ReadingStored(reading=reading):
            return len(reading.value) if isinstance(reading.value, str) else 0
        case SignalChanged(signal=signal):
            return len(signal.value) if isinstance(signal.value, str) else 0
    return 0


def may_see_event(viewer: Viewer, event: Event) -> bool:
    """Tell whether the viewer may see an event: of their cars, and the hub's own affairs if they are an owner."""
    vin = vin_of(event)
    return viewer.is_owner if vin is None else viewer.may_see(vin)


def describe_event(event: Event, *, now_ms: int) -> EventAnswer:
    """Return an event in its public shape; ages are those at `now_ms`. Whether a viewer may see it is asked before."""
    match event:
        case ReadingStored(reading=reading):
            return _describe_reading(reading)
        case SignalChanged(vin=vin, signal=signal):
            return _describe_signal_of(vin, signal, now_ms=now_ms)
        case AccountLinkChanged(link=link):
            return describe_link(link)
        case QuotaChanged(quota=quota):
            return describe_quota(quota)
        case CommandChanged(command=command):
            return describe_command(command)
        case RecordChanged(vin=vin, name=name, at_ms=at_ms):
            return RecordEvent(vin=vin, name=name, at=format_time(at_ms))
    assert_never(event)


def _describe_reading(reading: Reading) -> ReadingEvent:
    return ReadingEvent(
        vin=reading.vin,
        descriptor=reading.descriptor,
        value=reading.value,
        unit=reading.unit,
        measured_at=format_time(reading.measured_at_ms),
        received_at=format_time(reading.received_at_ms),
        source=SOURCE_NAMES[reading.source],
    )


def _describe_signal_of(vin: Vin, signal: SignalValue, *, now_ms: int) -> SignalEvent:
    answer = describe_signal(signal, now_ms=now_ms)
    return SignalEvent(vin=vin, name=signal.name, **msgspec.structs.asdict(answer))
