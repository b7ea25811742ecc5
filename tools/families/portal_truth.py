"""Changes to the truth of a simulated car, one value at a time, and what the portal's SDK must read because of each.

As `truth`, for the answers of the ConnectedDrive portal.
"""

from bimmerhub.emulator.cars.models.equipment import BodyKind, CarBrand
from bimmerhub.emulator.cars.states import (
    ChargeEnd,
    ChargingState,
    LockState,
    ParkingLight,
    ServiceKind,
    WarningKind,
    WindowState,
)
from tools.families.truth import touch

PORTAL_BEV_TOUCHES = (
    touch("odometer_km", value=45678.0, reads={"dynamic.mileage": 45678}),
    touch("latitude_deg", value=50.0, reads={"dynamic.gps_lat": 50.0}),
    touch("longitude_deg", value=6.5, reads={"dynamic.gps_lng": 6.5}),
    touch("heading_deg", value=77, reads={"dynamic.heading": 77}),
    touch(
        "levels.soc_percent",
        value=42.0,
        reads={"dynamic.chargingLevelHv": 42.0, "dynamic.soc_hv_percent": 37.8, "dynamic.beChargingLevelHv": 42.0},
        also=("dynamic.beEnergyLevelHv",),
    ),
    touch(
        "levels.electric_range_km",
        value=111.0,
        reads={
            "dynamic.beRemainingRangeElectric": "111",
            "dynamic.beRemainingRangeElectricKm": 111,
            "dynamic.beRemainingRangeElectricMile": 69,
        },
        also=("dynamic.remaining_range",),
    ),
    touch(
        "levels.full_electric_range_km",
        value=222.0,
        reads={
            "dynamic.beMaxRangeElectric": "222",
            "dynamic.beMaxRangeElectricKm": 222,
            "dynamic.beMaxRangeElectricMile": 138,
        },
    ),
    touch("motion.are_lights_on", value=True, reads={"dynamic.lights_parking": "ON"}),
    touch("lock", value=LockState.LOCKED, reads={"dynamic.door_lock_state": "LOCKED"}),
    touch("parking_light", value=ParkingLight.RIGHT, reads={"dynamic.lights_parking": "RIGHT"}),
    touch(
        "openings.windows",
        value={"sunroof": WindowState.AJAR},
        reads={
            "dynamic.sunroof_state": "INTERMEDIATE",
            "dynamic.shdStatusUnified": "INTERMEDIATE",
            "dynamic.sunroof_position": 50,
        },
    ),
    touch("equipment.has_convertible_roof", value=True, reads={"dynamic.convertible_roof_state": "CLOSED"}),
    touch("openings.open_names", value=frozenset({"row1.driver"}), reads={"dynamic.door_driver_front": "OPEN"}),
    touch("openings.open_names", value=frozenset({"row2.driver"}), reads={"dynamic.door_driver_rear": "OPEN"}),
    touch("openings.open_names", value=frozenset({"row1.passenger"}), reads={"dynamic.door_passenger_front": "OPEN"}),
    touch("openings.open_names", value=frozenset({"row2.passenger"}), reads={"dynamic.door_passenger_rear": "OPEN"}),
    touch("openings.open_names", value=frozenset({"hood"}), reads={"dynamic.hood_state": "OPEN"}),
    touch("openings.open_names", value=frozenset({"trunk"}), reads={"dynamic.trunk_state": "OPEN"}),
    touch(
        "openings.windows",
        value={"window.row1.driver": WindowState.OPEN},
        reads={"dynamic.window_driver_front": "OPEN"},
    ),
    touch(
        "openings.windows",
        value={"window.row1.passenger": WindowState.OPEN},
        reads={"dynamic.window_passenger_front": "OPEN"},
    ),
    touch(
        "openings.windows", value={"window.row2.driver": WindowState.OPEN}, reads={"dynamic.window_driver_rear": "OPEN"}
    ),
    touch(
        "openings.windows",
        value={"window.row2.passenger": WindowState.OPEN},
        reads={"dynamic.window_passenger_rear": "OPEN"},
    ),
    touch(
        "equipment.has_sunroof",
        value=False,
        reads={
            "cars.hasSunRoof": False,
            "dynamic.sunroof_state": None,
            "dynamic.shdStatusUnified": None,
            "dynamic.sunroof_position": None,
        },
    ),
    touch(
        "plug.is_plugged",
        value=False,
        reads={
            "dynamic.charging_status": "NOCHARGING",
            "dynamic.chargingSystemStatus": "NOCHARGING",
            "dynamic.chargingHVStatus": None,
            "dynamic.chargingLogicCurrentlyActive": "NOT_CHARGING",
            "dynamic.chargingTimeRemaining": None,
            "dynamic.connectorStatus": "DISCONNECTED",
            "dynamic.prognosisWhileChargingStatus": "NOT_NEEDED",
        },
    ),
    touch(
        "charging.state",
        value=ChargingState.FULL,
        reads={
            "dynamic.charging_status": "CHARGINGENDED",
            "dynamic.chargingSystemStatus": "CHARGINGENDED",
            "dynamic.chargingHVStatus": "FINISHED_FULLY_CHARGED",
            "dynamic.chargingLogicCurrentlyActive": "NOT_CHARGING",
            "dynamic.chargingTimeRemaining": None,
            "dynamic.chargeNowAllowed": "ALLOWED",
            "dynamic.prognosisWhileChargingStatus": "NOT_NEEDED",
        },
    ),
    touch("charging.flow.minutes_left", value=17, reads={"dynamic.chargingTimeRemaining": 17.0}),
    touch("charging.last_end", value=ChargeEnd.STATION_FAILED, reads={"dynamic.lastChargingEndReason": None}),
    touch("charging.has_last_failed", value=True, reads={"dynamic.lastChargingEndResult": "FAILED"}),
    touch("charging.waits_until_ms", value=1, reads={"dynamic.chargingHVStatus": "WAITING_FOR_CHARGING"}),
    touch("charges_at_once", value=True, reads={"dynamic.single_immediate_charging": "isUsed"}),
    touch("equipment.is_right_hand_drive", value=True, reads={"cars.steering": "RIGHT"}),
    touch(
        "equipment.is_tracking_allowed",
        value=False,
        reads={
            "dynamic.vehicle_tracking": False,
            "dynamic.gps_lat": None,
            "dynamic.gps_lng": None,
            "dynamic.heading": None,
        },
    ),
    touch(
        "service.warnings.0.kind", value=WarningKind.STARTER_WEAK, reads={}, also=("dynamic.check_control_messages",)
    ),
    touch(
        "service.due.0.kind",
        value=ServiceKind.OIL,
        reads={
            "cbsMessages.id": 1,
            "cbsMessages.text": "Motoröl",
            "cbsMessages.description": "Nächster Wechsel spätestens zum angegebenen Termin.",
        },
        also=("dynamic.condition_based_services",),
    ),
    touch(
        "service.due.0.is_near",
        value=True,
        reads={"cbsMessages.status": "PENDING"},
        also=("dynamic.condition_based_services",),
    ),
    touch(
        "service.due.0.due_month",
        value=(2031, 5),
        reads={"cbsMessages.date": "2031-05"},
        also=("dynamic.condition_based_services",),
    ),
    touch("service.due.1.remaining_km", value=1234, reads={}, also=("dynamic.condition_based_services",)),
    touch(
        "service.due.0.remaining_km",
        value=1234,
        reads={"cbsMessages.unitOfLengthRemaining": 1234},
        also=("dynamic.condition_based_services",),
    ),
    touch(
        "last_trip.manner.electric_percent",
        value=55.0,
        reads={"dynamic.Segment_LastTrip_ratio_electric_driven_distance": 55},
    ),
    touch("last_trip.manner.consumption_kwh_per_100km", value=21.5, reads={"dynamic.overall_energy_consumption": 21.5}),
    touch(
        "last_trip.end_ms",
        value=1785276000000,
        reads={
            "dynamic.Segment_LastTrip_time_segment_end_formatted": "28.07.2026 22:00",
            "dynamic.Segment_LastTrip_time_segment_end_formatted_date": "28.07.2026",
            "dynamic.Segment_LastTrip_time_segment_end_formatted_time": "22:00",
        },
        also=("dynamic.Segment_LastTrip_time_segment_end",),
    ),
    touch(
        "service.battery.usable_kwh",
        value=70.0,
        reads={"dynamic.battery_size_max": 70000},
        also=("dynamic.beEnergyLevelHv",),
    ),
    touch("equipment.head_unit", value="NBT", reads={"dynamic.head_unit": "NBT"}),
    touch("equipment.charges_by_induction", value=True, reads={"dynamic.charging_connection_type": "INDUCTIVE"}),
    touch("equipment.software", value="0115", reads={"dynamic.head_unit_pu_software": "01/15"}),
    touch("equipment.has_navigation", value=False, reads={"cars.hasNavi": False}),
    touch("equipment.dealer.name", value="Elsewhere", reads={"servicepartner.name": "Elsewhere"}),
    touch("equipment.dealer.street", value="Elsewhere", reads={"servicepartner.street": "Elsewhere"}),
    touch("equipment.dealer.postal_code", value="Elsewhere", reads={"servicepartner.postalCode": "Elsewhere"}),
    touch("equipment.dealer.town", value="Elsewhere", reads={"servicepartner.city": "Elsewhere"}),
    touch("equipment.dealer.country", value="Elsewhere", reads={"servicepartner.country": "Elsewhere"}),
    touch("equipment.dealer.phone", value="Elsewhere", reads={"servicepartner.phone": "Elsewhere"}),
    touch("equipment.brand", value=CarBrand.MINI, reads={"cars.brand": "MINI"}),
    touch("equipment.licence_plate", value="AC XX 1", reads={"cars.licensePlate": "AC XX 1"}),
    touch("equipment.charging_modes", value=("DC",), reads={"cars.supportedChargingModes": ("DC",)}),
    touch(
        "equipment.abilities.unlock",
        value=False,
        reads={},
        also=("services.services[].name", "services.services[].status", "services.services[].portfolioId"),
    ),
    touch(
        "equipment.abilities.lights",
        value=False,
        reads={},
        also=("services.services[].name", "services.services[].status", "services.services[].portfolioId"),
    ),
    touch(
        "equipment.abilities.horn",
        value=False,
        reads={},
        also=("services.services[].name", "services.services[].status", "services.services[].portfolioId"),
    ),
    touch(
        "equipment.abilities.climate",
        value=False,
        reads={},
        also=("services.services[].name", "services.services[].status", "services.services[].portfolioId"),
    ),
    touch(
        "equipment.figures.unladen_kg",
        value=999,
        reads={"specs.WEIGHT_UNLADEN": 999},
        also=("specs.WEIGHT_PERMITTED_LOAD",),
    ),
    touch("service.due.1.is_near", value=True, reads={}, also=("dynamic.condition_based_services",)),
    touch("equipment.series", value="9", reads={"cars.series": "9"}),
    touch("equipment.doors", value=2, reads={"cars.doorCount": 2}),
    touch("equipment.body", value=BodyKind.COUPE, reads={"cars.bodyType": "Coupe"}),
    touch(
        "equipment.figures.output_kw",
        value=123,
        reads={"specs.ENGINE_OUTPUT_MAX_KW": 123, "specs.ENGINE_OUTPUT_MAX_HP": 167},
    ),
    touch("equipment.figures.output_rpm", value=123, reads={"specs.ENGINE_SPEED_OUTPUT_MAX": 123}),
    touch("equipment.figures.torque_nm", value=123, reads={"specs.ENGINE_TORQUE_MAX": 123}),
    touch("equipment.figures.torque_rpm", value=123, reads={"specs.ENGINE_SPEED_TORQUE_MAX": 123}),
    touch("equipment.figures.top_speed_kmh", value=123, reads={"specs.PERFORMANCE_TOP_SPEED": 123}),
    touch(
        "equipment.figures.most_kg", value=123, reads={"specs.WEIGHT_MAX": 123}, also=("specs.WEIGHT_PERMITTED_LOAD",)
    ),
    touch("equipment.figures.front_load_kg", value=123, reads={"specs.WEIGHT_PERMITTED_LOAD_FRONT": 123}),
    touch("equipment.figures.rear_load_kg", value=123, reads={"specs.WEIGHT_PERMITTED_LOAD_REAR": 123}),
    touch("equipment.figures.seconds_to_100_kmh", value=3.5, reads={"specs.PERFORMANCE_ACCELERATION": 3.5}),
)
PORTAL_PHEV_TOUCHES = (
    touch("levels.fuel_l", value=9.5, reads={"dynamic.remaining_fuel": 10}),
    touch("levels.fuel_percent", value=12.5, reads={"dynamic.fuelPercent": 12}),
    touch(
        "levels.fuel_range_km",
        value=99.0,
        reads={
            "dynamic.beRemainingRangeFuel": "99",
            "dynamic.beRemainingRangeFuelKm": 99,
            "dynamic.beRemainingRangeFuelMile": 62,
            "dynamic.kombi_current_remaining_range_fuel": 99,
        },
        also=("dynamic.remaining_range",),
    ),
    touch(
        "equipment.has_sunroof",
        value=False,
        reads={
            "cars.hasSunRoof": False,
            "dynamic.sunroof_state": None,
            "dynamic.shdStatusUnified": None,
            "dynamic.sunroof_position": None,
        },
    ),
    touch("equipment.tank_l", value=33.0, reads={"cars.maxFuel": 33.0, "specs.TANK_CAPACITY": 33}),
    touch("equipment.engine.cylinders", value=6, reads={"specs.ENGINE_CYLINDERS": 6}),
    touch("equipment.engine.valves", value=3, reads={"specs.ENGINE_VALVES": 3}),
    touch("equipment.engine.stroke_mm", value=77.5, reads={"specs.ENGINE_STROKE": 77.5}),
    touch("equipment.engine.bore_mm", value=77.5, reads={"specs.ENGINE_BORE": 77.5}),
    touch("equipment.engine.compression", value=9.5, reads={"specs.ENGINE_COMPRESSION": 9.5}),
    touch(
        "last_trip.manner.electric_percent",
        value=55.0,
        reads={"dynamic.Segment_LastTrip_ratio_electric_driven_distance": 55},
    ),
    touch(
        "levels.electric_range_km",
        value=11.0,
        reads={
            "dynamic.beRemainingRangeElectric": "11",
            "dynamic.beRemainingRangeElectricKm": 11,
            "dynamic.beRemainingRangeElectricMile": 7,
        },
        also=("dynamic.remaining_range",),
    ),
)
