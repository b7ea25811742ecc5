"""The live state of a vehicle: the newest value of each signal that it has reported."""

from typing import Annotated

import msgspec

from bimmerhub.domain.reading import Value
from bimmerhub.domain.signals.freshness import Freshness
from bimmerhub.domain.signals.value import How, SignalValue
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin
from bimmerhub.times import format_time
from bimmerhub.views.cars.vehicles import Notice
from bimmerhub.views.fields import SOURCE_NAMES, Time
from bimmerhub.views.ports.cars import VehicleStates
from bimmerhub.views.viewer import Viewer, no_such_vehicle


class SignalAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The newest value of one signal. `value` is null when the car said that it has none."""

    value: Value
    unit: str | None
    measured_at: Time
    age_s: Annotated[int, msgspec.Meta(description="seconds from measured_at to this answer", ge=0)]
    descriptor: Annotated[str, msgspec.Meta(description="the descriptor that the value came from")]
    source: str
    quality: str
    freshness: Annotated[
        Freshness,
        msgspec.Meta(
            description="how far an activity may be told as present: fresh, ageing (the car is silent for longer than "
            "usual) or stale (it was so); levels and positions are always fresh, look at age_s"
        ),
    ]
    not_understood: Annotated[
        str | None, msgspec.Meta(description="a word of the car, newer than the value, whose meaning is not known")
    ]
    how: Annotated[How | None, msgspec.Meta(description="how it was made; null: the car measured it")]
    band: Annotated[float | None, msgspec.Meta(description="plus-minus of an estimate, null when not known")]


class StateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The live state of one vehicle: only signals that it has reported are in it."""

    vin: str
    key: Annotated[str | None, msgspec.Meta(description="names it where its VIN is not to be shown; always the same")]
    notice: Notice
    signals: dict[str, SignalAnswer]


async def view_state(viewer: Viewer, vehicles: VehicleStates, vin: Vin, *, now_ms: int) -> StateAnswer:
    """Return the newest value of every signal, with its age at `now_ms`; NotFound for an unknown vehicle."""
    viewer.require_vehicle(vin)
    signals = vehicles.state(vin)
    if signals is None:
        raise no_such_vehicle(vin)
    vehicle = next((vehicle for vehicle in vehicles.vehicles() if vehicle.vin == vin), Vehicle(vin=vin))
    return StateAnswer(
        vin=vin,
        key=vehicle.key,
        notice=vehicle.notice,
        signals={name: describe_signal(signal, now_ms=now_ms) for name, signal in signals.items()},
    )


def describe_signal(signal: SignalValue, *, now_ms: int) -> SignalAnswer:
    """Return a signal in its public shape. Its age at `now_ms` is never negative, also when clocks differ."""
    return SignalAnswer(
        value=signal.value,
        unit=signal.unit,
        measured_at=format_time(signal.measured_at_ms),
        age_s=max(0, now_ms - signal.measured_at_ms) // 1000,
        descriptor=signal.descriptor,
        source=SOURCE_NAMES[signal.source],
        quality=signal.quality,
        freshness=signal.freshness(now_ms),
        not_understood=signal.not_understood,
        how=signal.how,
        band=signal.band,
    )
