"""Refuelling: the tank is filled up where the car stands."""

from bimmerhub.emulator.cars.instruments import read_levels
from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.records import RefuelTruth
from bimmerhub.emulator.cars.telematics import Telematics

FULL_SHARE = 0.96


class Refuelling:
    """The refuelling of one car. `refuels` are the fillings, oldest first."""

    def __init__(self, body: CarBody, telematics: Telematics) -> None:
        self.refuels: list[RefuelTruth] = []
        self._body = body
        self._telematics = telematics

    def fill(self, at_ms: int) -> None:
        """Fill the tank up."""
        body = self._body
        body.settle(at_ms)
        before_l, body.fuel_l = body.fuel_l, max(body.fuel_l, FULL_SHARE * body.model.tank_l)
        refuel = RefuelTruth(
            at_ms=at_ms,
            litres=round(body.fuel_l - before_l, 3),
            fuel_before_l=round(before_l, 3),
            fuel_after_l=round(body.fuel_l, 3),
            odometer_km=round(body.odometer_km, 3),
            place_name=body.place.name,
            latitude_deg=body.place.at[0],
            longitude_deg=body.place.at[1],
        )
        self.refuels.append(refuel)
        self._telematics.report(at_ms, read_levels(body, at_ms))
