"""What a model of a simulated car is, and how its telematics report."""

from dataclasses import dataclass
from enum import Enum

from bimmerhub.emulator.cars.models.equipment import BodyKind, CarBrand, Equipment, Figures
from bimmerhub.emulator.cars.models.reporting_pace import IN_BURSTS, ReportingPace
from bimmerhub.emulator.cars.states import DOORS_AND_LIDS, WHEELS, WINDOWS
from bimmerhub.emulator.cars.world.roads import LatLon
from bimmerhub.ids import Vin

TWO_DOORS = tuple(name for name in (*DOORS_AND_LIDS, *WINDOWS) if "row2" not in name)

PLAIN = Equipment(
    brand=CarBrand.BMW,
    series="",
    chassis="",
    body=BodyKind.SALOON,
    colour="",
    paint_code="",
    built=(2020, 1),
    software="",
    head_unit="",
    figures=Figures(
        output_kw=0,
        output_rpm=0,
        torque_nm=0,
        torque_rpm=0,
        top_speed_kmh=0,
        seconds_to_100_kmh=0.0,
        unladen_kg=0,
        most_kg=0,
        front_load_kg=0,
        rear_load_kg=0,
    ),
)


class ReportManner(Enum):
    """When a car reports what (observed by clients 2025-2026).

    CHANGES: what changed, when it changed, on the road in bursts. EVERYTHING: all it can tell, whenever something
    happens (MINI). RARELY: all it can tell, only when a trip ends and when the battery is full (old i3: BMW's support
    calls that LSC 1.0). QUIETLY: what changed, without bursts (motorcycle).
    """

    CHANGES = 0
    EVERYTHING = 1
    RARELY = 2
    QUIETLY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CarModel:
    """What a model can do. Consumption is per 100 km; 0 means that it has none of that energy.

    `drivetrain` is BEV, PHEV, MHEV or ICE. `is_in_miles`: its displays are set to miles. `home` is where exactly it
    stands at night (None: somewhere in Aachen). `battery_kwh` can be used when it is full, `size_kwh` is what the car
    says of its size (None: nothing). `mild_soc_percent` is about the level of a 48 V battery that it tells at the end
    of a trip. `openings` are the names of its doors, lids and windows. `pace` is how often and how late it reports.
    `freezes_soc`: its charge level stands still for long stretches of a charge;
    `silent_after_plug_s`: how long after plug-in it still reports the charge (0: always). `equipment` is put in by
    `car_models.py`.
    """

    vin: Vin
    name: str
    drivetrain: str
    is_motorcycle: bool = False
    is_in_miles: bool = False
    home: LatLon | None = None
    battery_kwh: float = 0.0
    size_kwh: float | None = None
    standby_kw: float = 0.0
    kwh_per_100km: float = 0.0
    ac_kw: float = 0.0
    ac_phases: int = 1
    dc_kw: float = 0.0
    tank_l: float = 0.0
    litres_per_100km: float = 0.0
    mild_soc_percent: float | None = None
    tyre_kpa: int = 250
    wheels: tuple[str, ...] = WHEELS
    openings: tuple[str, ...] = (*DOORS_AND_LIDS, *WINDOWS)
    manner: ReportManner = ReportManner.CHANGES
    pace: ReportingPace = IN_BURSTS
    freezes_soc: bool = False
    silent_after_plug_s: int = 0
    equipment: Equipment = PLAIN
