"""What a garage holds: the cars that an owner has, and the one that is on its way.

Production numbers follow from VIN or account. An order walks through the stages of a factory by the emulator's clock, a
few days each, and begins anew when it has arrived: so there is always one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.ids import Gcid
from bimmerhub.times import DAY_MS

ARRIVED = 196
VIN_FROM = 150
"""The VIN is known from this status on."""
_STAGE_DAYS = 4
_STAGES: Mapping[int, str] = {
    87: "The week of production is assigned",
    97: "The order was sent to the factory",
    111: "The order is accepted",
    112: "Production is scheduled",
    150: "Production has started",
    151: "The body is being built",
    152: "The car is being painted",
    153: "The car is being assembled",
    155: "Production is completed",
    160: "The car is released",
    180: "The car waits for its dispatch",
    182: "The car is with the carrier",
    190: "The car is on its way to the port",
    193: "The car is at the port",
    195: "The car is shipped",
    ARRIVED: "The car has arrived",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GarageCar:
    """One car of a garage. `vin` is None before it is known; `owned` None: it is an order.

    `paint_code` and `upholstery_code` have BMW's prefixes. `built` is (year, month).
    """

    production_number: str
    vin: str | None
    owned: AccountVehicle | None
    status: int
    model_year: int
    model_name: str
    model_code: str
    brand: str
    paint: str
    paint_code: str
    upholstery: str
    upholstery_code: str
    built: tuple[int, int]

    @property
    def status_words(self) -> str:
        """What an owner is told of the status."""
        return _STAGES.get(self.status, "")

    @property
    def profile_id(self) -> str:
        """The name of the car in the addresses of 2026."""
        return f"{self.production_number}-{self.vin or 'null'}"


class OrderBook:
    """Lists the cars of garages."""

    def __init__(self, *, clock: EmulatorClock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults

    def order_of(self, gcid: Gcid) -> GarageCar:
        """Return the car that an owner has ordered."""
        number = int(_digits(f"order {gcid}"))
        status = self._status_of(number)
        return GarageCar(
            production_number=f"{number:07}",
            vin=f"WBA00000000T{number % 100_000:05}" if status >= VIN_FROM else None,
            owned=None,
            status=status,
            model_year=2027,
            model_name="X3 30 xDrive",
            model_code="27XA",
            brand="BMW",
            paint="Dune Grey Metallic",
            paint_code="P0C6A",
            upholstery="Black Veganza",
            upholstery_code="FKUSW",
            built=(2026, 10),
        )

    def _status_of(self, number: int) -> int:
        fixed = self._faults.value("order-status")
        if fixed is not None:
            return int(fixed)
        stages = tuple(_STAGES)
        return stages[(self._clock.now_ms() // DAY_MS // _STAGE_DAYS + number) % len(stages)]

    def in_garage(self, vehicle: AccountVehicle) -> GarageCar:
        """Return a car that an owner has."""
        equipment, vin = vehicle.truth.equipment, vehicle.car.vin
        return GarageCar(
            production_number=_digits(vin),
            vin=vin,
            owned=vehicle,
            status=ARRIVED,
            model_year=equipment.built[0] + 1,
            model_name=vehicle.car.model_name,
            model_code=f"{equipment.built[0] % 100}{equipment.chassis[-2:]}",
            brand="MINI" if equipment.brand == "MINI" else "BMW",
            paint=equipment.colour,
            paint_code=f"P{equipment.paint_code}",
            upholstery="Black Veganza",
            upholstery_code="FKUSW",
            built=equipment.built,
        )


def _digits(text: str) -> str:
    return f"{int.from_bytes(sha256(text.encode()).digest()[:4]) % 10_000_000:07}"
