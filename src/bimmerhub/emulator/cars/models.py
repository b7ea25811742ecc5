"""The three models that can be simulated, by name: "bev", "phev" and "ice". VINs are fictitious."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bimmerhub.domain.ids import Vin
from bimmerhub.emulator.cars.keys import EVERY_CAR, WITH_PLUG, WITH_TANK, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a model can do. Consumption is per 100 km; 0 means that it has none of that energy.

    `sends_everything` is how MINIs behave: at each event all keys, not just what changed, and door words in lower case.
    `freezes_soc` is how PHEVs behave: the charge level stands still for long stretches of a charge (both observed).
    """

    vin: Vin
    name: str
    drivetrain: str
    battery_kwh: float = 0.0
    kwh_per_100km: float = 0.0
    ac_kw: float = 0.0
    ac_phases: int = 1
    dc_kw: float = 0.0
    tank_l: float = 0.0
    litres_per_100km: float = 0.0
    tyre_kpa: int = 250
    report_every_s: tuple[int, int] = (20, 55)
    sends_everything: bool = False
    freezes_soc: bool = False
    basic_data: Mapping[str, object] = field(default_factory=dict)

    @property
    def keys(self) -> dict[str, Key]:
        """Every key that this model knows."""
        return EVERY_CAR | (WITH_PLUG if self.battery_kwh else {}) | (WITH_TANK if self.tank_l else {})


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


MODELS: dict[str, Model] = {
    "bev": Model(
        vin=Vin("WBY00000000E00001"),
        name="i5 eDrive40",
        drivetrain="BEV",
        battery_kwh=81.2,
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
    ),
    "phev": Model(
        vin=Vin("WBX00000000H00002"),
        name="X1 xDrive25e",
        drivetrain="PHEV",
        battery_kwh=14.2,
        kwh_per_100km=19.0,
        ac_kw=3.7,
        tank_l=47.0,
        litres_per_100km=6.8,
        tyre_kpa=250,
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
    ),
    "ice": Model(
        vin=Vin("WMW00000000F00003"),
        name="Cooper C",
        drivetrain="ICE",
        tank_l=44.0,
        litres_per_100km=6.1,
        tyre_kpa=230,
        report_every_s=(240, 420),
        sends_everything=True,
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
    ),
}
