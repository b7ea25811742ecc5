"""What a simulated car is and has: brand, body, engine, weights, dealer, and which remote commands it obeys."""

from dataclasses import dataclass, field
from enum import StrEnum

from bimmerhub.emulator.cars.owner_wishes import PlannerKind
from bimmerhub.emulator.cars.states import CONVERTIBLE_ROOF, REAR_WINDOW, SUNROOF


class CarBrand(StrEnum):
    """Whose name is on the car; BMW_I is BMW's brand of electric cars."""

    BMW = "BMW"
    BMW_I = "BMW i"
    MINI = "MINI"
    ROLLS_ROYCE = "Rolls-Royce"
    TOYOTA = "Toyota"
    MOTORRAD = "BMW Motorrad"


class BodyKind(StrEnum):
    """The shape of the body."""

    SALOON = "saloon"
    TOURING = "touring"
    COUPE = "coupe"
    HATCHBACK = "hatchback"
    CONVERTIBLE = "convertible"
    SAV = "sports activity vehicle"
    MOTORCYCLE = "motorcycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A combustion engine; `compression` is to one."""

    is_diesel: bool
    cylinders: int
    valves: int
    stroke_mm: float
    bore_mm: float
    compression: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the data sheet says."""

    output_kw: int
    output_rpm: int
    torque_nm: int
    torque_rpm: int
    top_speed_kmh: int
    seconds_to_100_kmh: float
    unladen_kg: int
    most_kg: int
    front_load_kg: int
    rear_load_kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeDealer:
    """The workshop that looks after the car. `country` is two letters."""

    name: str = "Autohaus Muster"
    street: str = "Ringallee 12"
    postal_code: str = "01234"
    town: str = "Musterstadt"
    country: str = "DE"
    phone: str = "+49 123 456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumptionModel:
    """What the navigation reckons ranges with.

    `auxiliary_kw` is drawn beside driving in the modes comfort, eco and eco plus. A curve is consumption by speed, at
    eleven speeds, in Wh/km: `eco` and `norm` with the engine, `eco_electric` and `norm_electric` without. `factors` are
    kAccReg, kDecReg, kAccEco, kDecEco, kUp and kDown, in percent.
    """

    auxiliary_kw: tuple[float, float, float]
    eco: tuple[int, ...]
    norm: tuple[int, ...]
    eco_electric: tuple[int, ...]
    norm_electric: tuple[int, ...]
    factors: tuple[int, int, int, int, int, int]


_CURVE = (1.55, 1.18, 1.0, 0.92, 0.95, 1.04, 1.16, 1.31, 1.49, 1.7, 1.95)


def reckon_consumption(kwh_per_100km: float) -> ConsumptionModel:
    """Return the model of a car that needs so much; plausible, from no source but its form."""
    norm = tuple(round(kwh_per_100km * 10 * share) for share in _CURVE)
    eco = tuple(round(value * 0.9) for value in norm)
    return ConsumptionModel(
        auxiliary_kw=(1.05, 0.7, 0.4),
        eco=eco,
        norm=norm,
        eco_electric=tuple(round(value * 0.97) for value in eco),
        norm_electric=tuple(round(value * 0.97) for value in norm),
        factors=(62, 71, 55, 76, 88, 64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAbilities:
    """Which remote commands the car obeys. `start_engine`: its climate control does, as some American cars' does."""

    lock: bool = True
    unlock: bool = True
    lights: bool = True
    horn: bool = True
    climate: bool = True
    find: bool = True
    receive: bool = True
    start_engine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """One car as it was built and registered.

    `chassis` is BMW's development code. `built` is (year, month); `software` the month of its software, "MMYY".
    `shares_statistics`: its driver lets BMW keep those of trips. `head_unit` is its navigation system by BMW's name.
    `has_rear_window`: one that opens. `wears_rear_brakes`: it tells when they are to be changed. `has_parking_heater`:
    one that burns fuel. `charging_modes` are AC_LOW, AC_HIGH and DC. `planner` and `consumption` None: it has no plug.
    `engine` and `tank_l` None: it has none that burns fuel.
    """

    brand: CarBrand
    series: str
    chassis: str
    body: BodyKind
    colour: str
    paint_code: str
    built: tuple[int, int]
    software: str
    head_unit: str
    figures: Figures
    engine: Engine | None = None
    tank_l: float | None = None
    doors: int = 4
    has_sunroof: bool = True
    has_convertible_roof: bool = False
    has_rear_window: bool = False
    wears_rear_brakes: bool = False
    has_parking_heater: bool = False
    charges_by_induction: bool = False
    has_navigation: bool = True
    is_right_hand_drive: bool = False
    has_alarm: bool = True
    is_tracking_allowed: bool = True
    shares_statistics: bool = True
    country: str = "DE"
    licence_plate: str = ""
    dealer: HomeDealer = field(default_factory=HomeDealer)
    charging_modes: tuple[str, ...] = ()
    planner: PlannerKind | None = None
    consumption: ConsumptionModel | None = None
    abilities: RemoteAbilities = field(default_factory=RemoteAbilities)

    @property
    def roofs(self) -> tuple[str, ...]:
        """The names of what opens beside doors, lids and side windows."""
        there = {
            SUNROOF: self.has_sunroof,
            CONVERTIBLE_ROOF: self.has_convertible_roof,
            REAR_WINDOW: self.has_rear_window,
        }
        return tuple(name for name, is_there in there.items() if is_there)
