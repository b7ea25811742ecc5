"""The models that can be simulated: what each one is, and how its telematics report. VINs are fictitious."""

from dataclasses import dataclass
from enum import Enum

from bimmerhub.emulator.cars.states import DOORS_AND_LIDS, WHEELS, WINDOWS
from bimmerhub.ids import Vin


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

    `drivetrain` is BEV, PHEV or ICE. `is_in_miles`: its displays are set to miles. `battery_kwh` can be used when it is
    full, `size_kwh` is what the car says of its size (None: nothing). `openings` are the names of its doors, lids and
    windows. `report_every_s` is how often it reports on the road, from and to. `freezes_soc`: its charge level stands
    still for long stretches of a charge; `silent_after_plug_s`: how long after plug-in it still reports the charge (0:
    always).
    """

    vin: Vin
    name: str
    drivetrain: str
    is_motorcycle: bool = False
    is_in_miles: bool = False
    battery_kwh: float = 0.0
    size_kwh: float | None = None
    standby_kw: float = 0.0
    kwh_per_100km: float = 0.0
    ac_kw: float = 0.0
    ac_phases: int = 1
    dc_kw: float = 0.0
    tank_l: float = 0.0
    litres_per_100km: float = 0.0
    tyre_kpa: int = 250
    wheels: tuple[str, ...] = WHEELS
    openings: tuple[str, ...] = (*DOORS_AND_LIDS, *WINDOWS)
    manner: ReportManner = ReportManner.CHANGES
    report_every_s: tuple[float, float] = (20, 55)
    freezes_soc: bool = False
    silent_after_plug_s: int = 0


_TWO_WHEELS = ("row1.wheel.left", "row2.wheel.left")
_TWO_DOORS = tuple(name for name in (*DOORS_AND_LIDS, *WINDOWS) if "row2" not in name)

_I5 = CarModel(
    vin=Vin("WBY00000000E00001"),
    name="i5 eDrive40",
    drivetrain="BEV",
    battery_kwh=81.2,
    size_kwh=81.2,
    standby_kw=0.007,
    kwh_per_100km=18.5,
    ac_kw=11.0,
    ac_phases=3,
    dc_kw=180.0,
    tyre_kpa=270,
)
_I4 = CarModel(
    vin=Vin("WBY00000000G00004"),
    name="i4 eDrive40",
    drivetrain="BEV",
    battery_kwh=80.7,
    size_kwh=0.0,  # as it tells: 0.00 (reported by users 2025-2026)
    standby_kw=0.008,
    kwh_per_100km=18.0,
    ac_kw=11.0,
    ac_phases=3,
    dc_kw=190.0,
    tyre_kpa=260,
    silent_after_plug_s=300,
)
_IX3 = CarModel(
    vin=Vin("WBY00000000K00005"),
    name="iX3 50 xDrive",
    drivetrain="BEV",
    battery_kwh=108.7,
    size_kwh=108.7,
    standby_kw=0.006,
    kwh_per_100km=17.0,
    ac_kw=11.0,
    ac_phases=3,
    dc_kw=400.0,
    tyre_kpa=260,
)
_X1_HYBRID = CarModel(
    vin=Vin("WBX00000000H00002"),
    name="X1 xDrive25e",
    drivetrain="PHEV",
    battery_kwh=14.2,
    size_kwh=14.2,
    standby_kw=0.003,
    kwh_per_100km=19.0,
    ac_kw=3.7,
    tank_l=47.0,
    litres_per_100km=6.8,
    tyre_kpa=250,
    freezes_soc=True,
)
_X1_PETROL = CarModel(
    vin=Vin("WBX00000000J00008"),
    name="X1 sDrive18i",
    drivetrain="ICE",
    tank_l=45.0,
    litres_per_100km=6.9,
    tyre_kpa=240,
    report_every_s=(110, 130),  # BMW's support: each two minutes or three kilometres (LSC 2.0)
)
_MINI = CarModel(
    vin=Vin("WMW00000000F00003"),
    name="Cooper C",
    drivetrain="ICE",
    tank_l=44.0,
    litres_per_100km=6.1,
    tyre_kpa=230,
    report_every_s=(240, 420),
    openings=_TWO_DOORS,
    manner=ReportManner.EVERYTHING,
)
_I3 = CarModel(
    vin=Vin("WBY00000000A00006"),
    name="i3 (120 Ah)",
    drivetrain="BEV",
    battery_kwh=37.9,
    size_kwh=37.9,
    standby_kw=0.009,
    kwh_per_100km=15.5,
    ac_kw=11.0,
    ac_phases=3,
    dc_kw=49.0,
    tyre_kpa=250,
    manner=ReportManner.RARELY,
)
_MOTORCYCLE = CarModel(
    vin=Vin("WB100000000M00007"),
    name="R 1300 GS",
    drivetrain="ICE",
    tank_l=19.0,
    litres_per_100km=4.8,
    tyre_kpa=250,
    wheels=_TWO_WHEELS,
    openings=(),
    is_motorcycle=True,
    manner=ReportManner.QUIETLY,
)

MODELS: dict[str, CarModel] = {
    "bev": _I5,
    "phev": _X1_HYBRID,
    "ice": _MINI,
    "i4": _I4,
    "ix3": _IX3,
    "i3": _I3,
    "x1": _X1_PETROL,
    "motorcycle": _MOTORCYCLE,
}
"""The first three are the cars of an account that does not choose."""
