"""The models with a traction battery alone. VINs are fictitious."""

from dataclasses import replace

from bimmerhub.emulator.cars.models.car_model import TWO_DOORS, CarModel, ReportManner
from bimmerhub.emulator.cars.models.reporting_pace import AT_TRIP_END, IDRIVE_8
from bimmerhub.ids import Vin

I5 = CarModel(
    vin=Vin("WBY00000000E00001"),
    name="i5 eDrive40",
    pace=IDRIVE_8,
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
I4 = CarModel(
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
IX3 = CarModel(
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
I3 = CarModel(
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
    pace=AT_TRIP_END,
)
I3_REX = replace(
    I3,
    vin=Vin("WBY00000000A00018"),
    name="i3 94 Ah (+ REX)",
    battery_kwh=27.2,
    size_kwh=27.2,
    kwh_per_100km=16.5,
    ac_kw=7.4,
    ac_phases=1,
    tank_l=8.5,
    litres_per_100km=7.6,
)
"""With a little engine that makes power when the battery is low."""
I4_EDRIVE35 = replace(
    I4, vin=Vin("WBY00000000G00015"), name="i4 eDrive35", battery_kwh=66.0, size_kwh=70.2, dc_kw=180.0
)
SPECTRE = CarModel(
    vin=Vin("SCA00000000R00017"),
    name="Spectre",
    pace=IDRIVE_8,
    drivetrain="BEV",
    battery_kwh=102.0,
    size_kwh=102.0,
    standby_kw=0.008,
    kwh_per_100km=23.5,
    ac_kw=22.0,
    ac_phases=3,
    dc_kw=195.0,
    tyre_kpa=280,
    openings=TWO_DOORS,
)
