"""The models that can be simulated: what each one is, what it says and what it keeps back. VINs are fictitious."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.keys import EVERY_CAR, WHEELS, WITH_PLUG, WITH_TANK, Key, tyre
from bimmerhub.ids import Vin


class Speech(Enum):
    """When a car says what (observed by clients 2025-2026).

    What changed, when it changed; all it knows, whenever something happens (MINI); all it knows, only when a trip ends
    and when the battery is full (old i3: BMW's support calls that LSC 1.0); nothing, it is there by REST only
    (motorcycle: BMW's guide has no stream for them).
    """

    CHANGES = 0
    EVERYTHING = 1
    RARELY = 2
    REST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a model can do. Consumption is per 100 km; 0 means that it has none of that energy.

    `battery_kwh` can be used when it is full, `size_kwh` is what the car says of its size (None: nothing).
    `report_every_s` is how often it tells on the road. `lacks` are keys it does not know, `knows_only`, when not empty,
    all it knows. `opened` are its words for open and closed doors. `freezes_soc`: its charge level stands still for
    long stretches of a charge; `silent_after_plug_s`: how long after plug-in it still tells of charging (0: always).
    """

    vin: Vin
    name: str
    drivetrain: str
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
    report_every_s: tuple[float, float] = (20, 55)
    speech: Speech = Speech.CHANGES
    lacks: frozenset[str] = frozenset()
    knows_only: frozenset[str] = frozenset()
    wheels: tuple[str, ...] = WHEELS
    opened: tuple[str, str] = ("OPEN", "CLOSED")
    freezes_soc: bool = False
    silent_after_plug_s: int = 0
    basic_data: Mapping[str, object] = field(default_factory=dict)

    @property
    def keys(self) -> dict[str, Key]:
        """Every key that this model knows."""
        known = EVERY_CAR | (WITH_PLUG if self.battery_kwh else {}) | (WITH_TANK if self.tank_l else {})
        return {
            key: told
            for key, told in known.items()
            if key not in self.lacks and (not self.knows_only or key in self.knows_only)
        }


def _basic_data(**fields: object) -> dict[str, object]:
    """Return basicData as delivered: no VIN, and extra fields that the swagger lacks.

    Observed by clients 2025-2026.
    """
    return {
        "brand": "BMW",
        "bodyType": "LIM",
        "numberOfDoors": 4,
        "hasNavi": True,
        "hasSunRoof": True,
        "steering": "LL",
        "countryCode": "DE",
        "colourCodeRaw": "0A90",
        "constructionDate": "2023-10-17T00:00:00.000+0000",
        "fullSAList": "01CE,0248,02VB,0494",
        "simStatus": "ACTIVE",
        **fields,
    }


_AC_FIGURES = frozenset({keys.CHARGING_VOLTAGE, keys.CHARGING_CURRENT})
_PLUG_BY_STREAM = frozenset({keys.PORT_STATUS, keys.PORT_TEXT, keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT})
_PREDICTIONS = frozenset({keys.TIME_TO_FULL, keys.ENERGY_TO_FULL, keys.RANGE_AT_TARGET})
_NEWER = frozenset({keys.SOC_DISPLAYED, keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT, *_PREDICTIONS})
_COMFORTS = frozenset({keys.COMFORT, keys.COMFORT_SECONDS, keys.SEAT_HEATING})
_SPEEDS = frozenset({keys.SPEED_FROM, keys.SPEED_TO})
_CHARGING = frozenset(key for key in WITH_PLUG if ".charging." in key and key != keys.SOC_PREDICTED)
_TWO_DOORS = keys.REAR_DOORS | keys.REAR_WINDOWS
_TWO_WHEELS = ("row1.wheel.left", "row2.wheel.left")

_I5 = Model(
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
    basic_data=_basic_data(
        modelName="i5 eDrive40",
        modelKey="51FJ",
        series="5",
        seriesDevt="G60",
        driveTrain="BEV",
        propulsionType="BE",
        engine="XE2",
        headUnit="HU_MGU",
        colourDescription="Cape York Green",
        chargingModes=["AC_LOW", "AC_HIGH", "DC"],
        reessNominalCapacityGross="210.6",
    ),
)
_I4 = Model(
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
    lacks=_AC_FIGURES | _PREDICTIONS | _SPEEDS | {keys.MAX_ENERGY, keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT},
    silent_after_plug_s=300,
    basic_data=_basic_data(
        modelName="i4 eDrive40",
        modelKey="71AW",
        series="4",
        seriesDevt="G26",
        bodyType="COU",
        driveTrain="BEV",
        propulsionType="BE",
        engine="XE1",
        headUnit="MGU",
        colourDescription="Portimao Blue",
        chargingModes=["AC_LOW", "AC_HIGH", "DC"],
        reessNominalCapacityGross="232.0",
    ),
)
_IX3 = Model(
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
    lacks=_PLUG_BY_STREAM | {keys.SOC_HEADER, keys.SOC_PREDICTED},
    basic_data=_basic_data(
        modelName="iX3 50 xDrive",
        modelKey="15NA",
        series="X3",
        seriesDevt="NA5",
        bodyType="SAV",
        driveTrain="BEV",
        propulsionType="BE",
        engine="XE6",
        headUnit="IDCEVO",
        colourDescription="Ocean Wave Blue",
        chargingModes=["AC_LOW", "AC_HIGH", "DC"],
    ),
)
_X1_HYBRID = Model(
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
    lacks=_SPEEDS | {keys.PORT_DC, keys.PORT_REAR_RIGHT, keys.RANGE_AT_TARGET},
    freezes_soc=True,
    basic_data=_basic_data(
        modelName="X1 xDrive25e",
        modelKey="31EF",
        series="X1",
        seriesDevt="U11",
        bodyType="SAV",
        driveTrain="PHEV",
        propulsionType="PH",
        engine="B38",
        headUnit="MGU_02_A",
        colourDescription="Utah Orange",
        chargingModes=["AC_LOW"],
    ),
)
_X1_PETROL = Model(
    vin=Vin("WBX00000000J00008"),
    name="X1 sDrive18i",
    drivetrain="ICE",
    tank_l=45.0,
    litres_per_100km=6.9,
    tyre_kpa=240,
    report_every_s=(110, 130),  # BMW's support: each two minutes or three kilometres (LSC 2.0)
    lacks=_SPEEDS | _COMFORTS | {keys.SUNROOF, keys.AUXILIARY_POWER, keys.IS_MOVING, keys.IGNITION},
    basic_data=_basic_data(
        modelName="X1 sDrive18i",
        modelKey="11EE",
        series="X1",
        seriesDevt="U11",
        bodyType="SAV",
        hasSunRoof=False,
        driveTrain="CONV",
        propulsionType="BE",
        engine="B38",
        headUnit="MGU_02_A",
        colourDescription="Alpine White",
    ),
)
_MINI = Model(
    vin=Vin("WMW00000000F00003"),
    name="Cooper C",
    drivetrain="ICE",
    tank_l=44.0,
    litres_per_100km=6.1,
    tyre_kpa=230,
    report_every_s=(240, 420),
    speech=Speech.EVERYTHING,
    lacks=_TWO_DOORS | _COMFORTS | _SPEEDS | keys.TYRE_TEMPERATURES | {keys.SUNROOF, keys.ALARM, keys.ALARM_IS_ON},
    opened=("open", "closed"),
    basic_data=_basic_data(
        brand="MINI",
        modelName="Cooper C",
        modelKey="11GD",
        series="MINI",
        seriesDevt="F66",
        bodyType="SH",
        numberOfDoors=2,
        hasSunRoof=False,
        driveTrain="CONV",
        propulsionType="BE",
        engine="B38",
        headUnit="MGU_02_L",
        colourDescription="Chili Red",
    ),
)
_I3 = Model(
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
    speech=Speech.RARELY,
    lacks=_CHARGING | _NEWER | _COMFORTS | _SPEEDS | keys.TYRE_TEMPERATURES | {keys.TOTAL_RANGE, keys.SUNROOF},
    basic_data=_basic_data(
        brand="BMWi",
        modelName="i3 (120 Ah)",
        modelKey="8P21",
        series="I",
        seriesDevt="I01",
        bodyType="SH",
        hasSunRoof=False,
        driveTrain="BEV",
        propulsionType="BE",
        engine="IB1",
        headUnit="NBTEVO",
        colourDescription="Capparis White",
        constructionDate="2020-06-09T00:00:00.000+0000",
        chargingModes=["AC_LOW", "AC_HIGH", "DC"],
        reessNominalCapacityGross="120.0",
    ),
)
_MOTORCYCLE = Model(
    vin=Vin("WB100000000M00007"),
    name="R 1300 GS",
    drivetrain="ICE",
    tank_l=19.0,
    litres_per_100km=4.8,
    tyre_kpa=250,
    wheels=_TWO_WHEELS,
    speech=Speech.REST,
    knows_only=frozenset(
        {keys.ODOMETER, keys.LATITUDE, keys.LONGITUDE, keys.FUEL_LEVEL, keys.FUEL_LITRES, keys.TOTAL_RANGE}
        | {keys.STARTER_VOLTAGE, keys.SERVICES, keys.SERVICE_DISTANCE, keys.INSPECTION_DATE}
        | {tyre(wheel, "pressure") for wheel in _TWO_WHEELS}
    ),
    basic_data=_basic_data(
        brand="BMW Motorrad",
        modelName="R 1300 GS",
        modelKey="0M21",
        series="R",
        seriesDevt="K81",
        bodyType="KR",
        numberOfDoors=0,
        hasNavi=False,
        hasSunRoof=False,
        driveTrain="CONV",
        propulsionType="BE",
        engine="R13",
        headUnit="ICC65",
        colourDescription="Racing Blue",
    ),
)

MODELS: dict[str, Model] = {
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
