"""The models with a tank, with a traction battery or without. VINs are fictitious."""

from dataclasses import replace

from bimmerhub.emulator.cars.models.car_model import TWO_DOORS, CarModel, ReportManner
from bimmerhub.emulator.cars.models.reporting_pace import ALL_AT_ONCE, AT_TRIP_END, IDRIVE_8, LSC_2
from bimmerhub.ids import Vin

_TWO_WHEELS = ("row1.wheel.left", "row2.wheel.left")
GREENWICH = (51.4779, 0.0)
"""On the prime meridian: a longitude of 0 is a place (kvanbiesen/bmw-cardata-ha@8e74531)."""

X1_HYBRID = CarModel(
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
X1_PETROL = CarModel(
    vin=Vin("WBX00000000J00008"),
    name="X1 sDrive18i",
    drivetrain="ICE",
    tank_l=45.0,
    litres_per_100km=6.9,
    tyre_kpa=240,
    pace=LSC_2,
)
MINI = CarModel(
    vin=Vin("WMW00000000F00003"),
    name="Cooper C",
    drivetrain="ICE",
    tank_l=44.0,
    litres_per_100km=6.1,
    tyre_kpa=230,
    pace=ALL_AT_ONCE,
    openings=TWO_DOORS,
    manner=ReportManner.EVERYTHING,
)
MOTORCYCLE = CarModel(
    vin=Vin("WB100000000M00007"),
    name="R 1300 GS",
    drivetrain="ICE",
    tank_l=19.0,
    litres_per_100km=4.8,
    tyre_kpa=250,
    wheels=_TWO_WHEELS,
    openings=(),
    is_motorcycle=True,
    pace=LSC_2,
    manner=ReportManner.QUIETLY,
)
X3_HYBRID = CarModel(
    vin=Vin("WBX00000000P00010"),
    name="X3 30e xDrive",
    drivetrain="PHEV",
    battery_kwh=19.7,
    size_kwh=19.7,
    standby_kw=0.003,
    kwh_per_100km=22.0,
    ac_kw=11.0,
    ac_phases=3,
    tank_l=50.0,
    litres_per_100km=7.6,
    tyre_kpa=250,
)
THREE_HYBRID_IN_MILES = CarModel(
    vin=Vin("WBA00000000B00014"),
    name="330e (GB)",
    drivetrain="PHEV",
    is_in_miles=True,
    home=GREENWICH,
    battery_kwh=19.5,
    size_kwh=19.5,
    standby_kw=0.003,
    kwh_per_100km=18.5,
    ac_kw=11.0,
    ac_phases=3,
    tank_l=40.0,
    litres_per_100km=6.4,
    tyre_kpa=240,
)
FIVE_DIESEL = CarModel(
    vin=Vin("WBA00000000D00009"),
    name="530d xDrive",
    drivetrain="ICE",
    tank_l=66.0,
    litres_per_100km=5.9,
    tyre_kpa=240,
    manner=ReportManner.RARELY,
    pace=AT_TRIP_END,
)
X5_DIESEL = CarModel(
    vin=Vin("WBX00000000D00011"),
    name="X5 xDrive30d",
    pace=IDRIVE_8,
    drivetrain="MHEV",
    tank_l=80.0,
    litres_per_100km=7.4,
    tyre_kpa=260,
    mild_soc_percent=39.5,
)
MINI_WITH_LEVEL = replace(MINI, vin=Vin("WMW00000000S00012"), name="Cooper S", mild_soc_percent=81.0)
M2 = CarModel(
    vin=Vin("WBS00000000M00013"),
    name="M2",
    drivetrain="ICE",
    tank_l=52.0,
    litres_per_100km=9.9,
    tyre_kpa=240,
    openings=TWO_DOORS,
    manner=ReportManner.RARELY,
    pace=AT_TRIP_END,
)
SUPRA = CarModel(
    vin=Vin("WZ100000000T00016"),
    name="GR Supra 3.0",
    drivetrain="ICE",
    tank_l=52.0,
    litres_per_100km=8.8,
    tyre_kpa=240,
    openings=TWO_DOORS,
    manner=ReportManner.RARELY,
    pace=AT_TRIP_END,
)
