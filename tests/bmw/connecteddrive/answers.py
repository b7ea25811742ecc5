"""Invented answers of the portal in the shapes that stored answers and clients show."""

from typing import Any, Final

VIN: Final = "WBY00000000000001"
OTHER_VIN: Final = "WBA00000000000002"

I3: Final[dict[str, Any]] = {
    "vin": VIN,
    "brand": "BMWi",
    "series": "I",
    "basicType": "I3 (+ REX)",
    "modelName": "i3 (+ REX)",
    "bodyType": "Hatchback",
    "licensePlate": "M-I 3001E",
    "modelYearNA": None,
    "driveTrain": "BEV_REX",
    "steering": "RIGHT",
    "doorCount": 4,
    "hasNavi": True,
    "hasSunRoof": False,
    "hasRex": "1",
    "dcOnly": False,
    "maxFuel": "8.5",
    "supportedChargingModes": ["AC_LOW", "DC", "SOLAR"],
}

ATTRIBUTES: Final[dict[str, Any]] = {
    "updateTime": "05.05.2020 16:00:00 UTC",
    "updateTime_converted": "05.05.2020 18:00",
    "updateTime_converted_date": "05.05.2020",
    "updateTime_converted_time": "18:00",
    "updateTime_converted_timestamp": "1588694400000",
    "lastUpdateReason": "CHARGINGSTARTED",
    "lsc_trigger": "CHARGINGSTARTED",
    "unitOfLength": "km",
    "unitOfEnergy": "kWh",
    "unitOfElectricConsumption": "kWh/100km",
    "unitOfCombustionConsumption": "l/100km",
    "mileage": "12345",
    "head_unit": "EntryEvo",
    "head_unit_pu_software": "11/19",
    "vehicle_tracking": "1",
    "gps_lat": "48.1",
    "gps_lng": "11.5",
    "heading": "90",
    "DCS_CCH_Activation": None,
    "DCS_CCH_Ongoing ": None,
    "door_driver_front": "CLOSED",
    "door_driver_rear": "INVALID",
    "door_passenger_front": "OPEN",
    "door_passenger_rear": "CLOSED",
    "hood_state": "CLOSED",
    "trunk_state": "INTERMEDIATE",
    "window_driver_front": "OPEN_TILT",
    "window_driver_rear": "CLOSED",
    "window_passenger_front": "INTERMEDIATE",
    "window_passenger_rear": "CLOSED",
    "rear_window": "INVALID",
    "sunroof_state": "OPEN_TILT",
    "shdStatusUnified": "CLOSED",
    "sunroof_position": "3",
    "convertible_roof_state": "CLOSED",
    "door_lock_state": "SELECTIVELOCKED",
    "lights_parking": "LEFT",
    "condition_based_services": "00001,PENDING,11.2020,2000;00003,OK,2021-03,",
    "check_control_messages": "Check the tyres.",
    "remaining_fuel": "4.5",
    "fuelPercent": "53",
    "beRemainingRangeFuel": "50",
    "beRemainingRangeFuelKm": "50",
    "beRemainingRangeFuelMile": "31",
    "kombi_current_remaining_range_fuel": "51",
    "remaining_range": "200",
    "beRemainingRangeElectric": "150",
    "beRemainingRangeElectricKm": "150",
    "beRemainingRangeElectricMile": "93",
    "beMaxRangeElectric": "210",
    "beMaxRangeElectricKm": "210",
    "beMaxRangeElectricMile": "130",
    "chargingLevelHv": "61.0",
    "soc_hv_percent": "58.5",
    "beChargingLevelHv": "61.0",
    "beEnergyLevelHv": "11.0",
    "battery_size_max": "18100",
    "charging_status": "CHARGINGACTIVE",
    "chargingSystemStatus": "CHARGINGACTIVE",
    "chargingHVStatus": "CHARGING",
    "chargingLogicCurrentlyActive": "DIRECT_CHARGING",
    "chargingTimeRemaining": "90.0",
    "connectorStatus": "CONNECTED",
    "charging_connection_type": "CONDUCTIVE",
    "charging_inductive_positioning": "not_positioned",
    "chargeNowAllowed": "NOT_ALLOWED",
    "single_immediate_charging": "isUnused",
    "prognosisWhileChargingStatus": "IS_PERFORMED",
    "lastChargingEndReason": "CHARGING_GOAL_REACHED",
    "lastChargingEndResult": "SUCCESS",
    "overall_energy_consumption": "16.4",
    "Segment_LastTrip_time_segment_end": "05.05.2020 15:40:31 UTC",
    "Segment_LastTrip_time_segment_end_formatted": "05.05.2020 17:40",
    "Segment_LastTrip_time_segment_end_formatted_date": "05.05.2020",
    "Segment_LastTrip_time_segment_end_formatted_time": "17:40",
    "Segment_LastTrip_ratio_electric_driven_distance": "97",
}
MESSAGES: Final[dict[str, Any]] = {
    "ccmMessages": [{"messageType": "CCM", "id": 955, "text": "Tyres"}],
    "cbsMessages": [
        {"messageType": "CBS", "id": 3, "text": "Brake fluid", "description": "", "status": "OK", "date": "2021-03"},
        {
            "messageType": "CBS",
            "id": 1,
            "text": "Oil",
            "description": "Next change",
            "status": "PENDING",
            "date": "11.2020",
            "unitOfLengthRemaining": "2000",
        },
    ],
}
DYNAMIC: Final[dict[str, Any]] = {"attributesMap": ATTRIBUTES, "vehicleMessages": MESSAGES}

NAVIGATION: Final[dict[str, Any]] = {
    "latitude": 48.1,
    "longitude": 11.5,
    "isoCountryCode": "DEU",
    "auxPowerRegular": 1.4,
    "soc": 11.0,
    "socMax": 18.3,
    "eco": "1A,1B,1C",
    "vehicleMass": "1390",
    "driveTrain": "bev_rex",
    "vehicleTracking": True,
}
EFFICIENCY: Final[dict[str, Any]] = {
    "modelType": "I3",
    "efficiencyQuotient": 62,
    "communitySwitch": True,
    "lastTripList": [
        {"name": "LASTTRIP_DELTA_KM", "unit": "KM", "lastTrip": "52.0"},
        {"name": "LASTTRIP_DELTA_TIME", "unit": "NONE", "lastTrip": "57"},
        {"name": "LASTTRIP_TIME_SEGMENT_END", "unit": "NONE", "lastTrip": "05.05.2020 15:40:31 UTC"},
        {"name": "LASTTRIP_RATIO_ELECTRIC_DRIVEN_DISTANCE", "unit": "NONE", "lastTrip": "97.0"},
        {"name": "ACTUAL_DISTANCE_WITHOUT_CHARGING", "unit": "KM", "lastTrip": "--"},
        {"name": "AVERAGE_ELECTRIC_CONSUMPTION", "unit": "KWH_PER_100KM", "lastTrip": "16.2"},
        {"name": "AVERAGE_RECUPERATED_ENERGY_PER_100_KM", "unit": "KWH_PER_100KM", "lastTrip": "3.4"},
        {"name": "COMBINED_AVG_CONSUMED_LITERS_OVERALL", "unit": "L_PER_100KM", "lastTrip": "0.2"},
        {"name": "SAVED_LITERS_OVERALL", "unit": "LITER", "lastTrip": "3.1"},
    ],
    "lifeTimeList": [
        {"name": "AVERAGE_ELECTRIC_CONSUMPTION", "unit": "KWH_PER_100KM", "lifeTime": "15.1"},
        {"name": "AVERAGE_RECUPERATED_ENERGY_PER_100_KM", "unit": "KWH_PER_100KM", "lifeTime": "3.2"},
        {"name": "COMBINED_AVG_CONSUMED_LITERS_OVERALL", "unit": "L_PER_100KM", "lifeTime": "0.4"},
        {"name": "CUMULATED_ELECTRIC_DRIVEN_DISTANCE", "unit": "KM", "lifeTime": "12000.0"},
        {"name": "LONGEST_DISTANCE_WITHOUT_CHARGING", "unit": "KM", "lifeTime": "160.0"},
        {"name": "SAVED_LITERS_OVERALL", "unit": "LITER", "lifeTime": "700.0"},
        {"name": "TIMESTAMP_STATISTICS_RESET", "lifeTime": "01.02.2018"},
    ],
    "characteristicList": [
        {"characteristic": "CONSUMPTION", "quantity": 4},
        {"characteristic": "DRIVING_MODE", "quantity": 1},
        {"characteristic": "CHARGING_BEHAVIOUR", "quantity": 3},
        {"characteristic": "ELECTRIC_DRIVING", "quantity": 5},
    ],
    "scoreList": [
        {
            "attrName": "AVERAGE_ELECTRIC_CONSUMPTION",
            "attrUnit": "KWH_PER_100KM",
            "minValue": 10,
            "maxValue": 30,
            "lifeTime": 15.1,
        }
    ],
}
SPECS: Final[list[dict[str, str]]] = [
    {"key": key, "value": value}
    for key, value in {
        "TANK_CAPACITY": "9",
        "PERFORMANCE_TOP_SPEED": "150",
        "PERFORMANCE_ACCELERATION": "7.9",
        "WEIGHT_UNLADEN": "1390",
        "WEIGHT_MAX": "1730",
        "WEIGHT_PERMITTED_LOAD": "415",
        "WEIGHT_PERMITTED_LOAD_FRONT": "800",
        "WEIGHT_PERMITTED_LOAD_REAR": "955",
        "ENGINE_CYLINDERS": "2",
        "ENGINE_VALVES": "4",
        "ENGINE_STROKE": "66",
        "ENGINE_BORE": "79",
        "ENGINE_OUTPUT_MAX_KW": "125",
        "ENGINE_OUTPUT_MAX_HP": "170",
        "ENGINE_SPEED_OUTPUT_MAX": "4800",
        "ENGINE_TORQUE_MAX": "250",
        "ENGINE_SPEED_TORQUE_MAX": "100",
        "ENGINE_COMPRESSION": "10.6",
        "ENGINE_NEW": "text",
    }.items()
]
SERVICES: Final[list[dict[str, Any]]] = [
    {
        "name": "cdpFeatures",
        "services": [
            {"name": code, "status": "ACTIVE", "portfolioId": "RemoteOffer"}
            for code in ("RLF", "RDL", "RDU", "RCN", "RCT")
        ],
    },
    {"name": "others", "services": [{"name": "RTTI", "status": "EXPIRED"}]},
]
PARTNER: Final[dict[str, Any]] = {
    "dealer": {"name": "Dealer", "street": "High Street 1", "postalCode": "AB1 2CD", "city": "Town", "fax": "2"}
}
COUNTRIES: Final[dict[str, Any]] = {
    "countryData": {
        "europe": [
            {
                "countries": [
                    {"name": "Germany", "link": "https://www.bmw-connecteddrive.de/"},
                    {"name": "United Kingdom", "link": "https://www.bmw-connecteddrive.co.uk/"},
                    {"name": "Nowhere", "link": None},
                ]
            }
        ],
        "odd": None,
    }
}
TWO_TIMERS: Final[dict[str, Any]] = {
    "climatizationEnabled": False,
    "chargingMode": "IMMEDIATE_CHARGING",
    "chargingPreferences": "NO_PRESELECTION",
    "timer1": {"departureTime": "06:45", "timerEnabled": False},
    "timer2": {},
    "preferredChargingWindow": {"startTime": "00:00", "endTime": "00:00"},
}
EVENT: Final[dict[str, Any]] = {
    "remoteServiceType": "RLF",
    "remoteServiceStatus": "PENDING",
    "eventId": "EVT-1@bmw.de",
    "created": "2018-02-17T15:56:34.846+01",
    "lastUpdate": "2018-02-17T15:56:35.846+01",
}
