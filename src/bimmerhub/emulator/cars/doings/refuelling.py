"""Refuelling, and the truth about it."""

from bimmerhub.emulator.cardata.voice import wording as values
from bimmerhub.emulator.cardata.voice.voice import Voice
from bimmerhub.emulator.cars.machine.car_body import Body

FULL_SHARE = 0.96


class Tank:
    """The tank of one car. `refuels` are the fillings, oldest first."""

    def __init__(self, body: Body, voice: Voice) -> None:
        self.refuels: list[dict[str, object]] = []
        self._body = body
        self._voice = voice

    def fill(self, at_ms: int) -> None:
        """Fill it up where the car stands."""
        body = self._body
        body.settle(at_ms)
        before_l, body.fuel_l = body.fuel_l, max(body.fuel_l, FULL_SHARE * body.model.tank_l)
        self.refuels.append(
            {
                "at_ms": at_ms,
                "litres": round(body.fuel_l - before_l, 3),
                "fuel_before_l": round(before_l, 3),
                "fuel_after_l": round(body.fuel_l, 3),
                "odometer_km": round(body.odometer_km, 3),
                "place": body.place.name,
                "latitude": body.place.at[0],
                "longitude": body.place.at[1],
            }
        )
        self._voice.tell(at_ms, values.levels(body, at_ms))
