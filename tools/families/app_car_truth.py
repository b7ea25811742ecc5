"""Changes to the state of an electric car, and what the MyBMW app's SDK must read because of each.

As in `truth`: of all answers, exactly the named fields change. Fields of older answers that are as a newer one's are
not written twice: `app_truth` adds them.
"""

from bimmerhub.emulator.cars.states import (
    ChargingState,
    ClimateActivity,
    LockState,
    ServiceKind,
    WarningKind,
    WindowState,
)
from tools.families.truth import touch

CAR_TOUCHES = (
    touch(
        "odometer_km",
        value=45678.0,
        reads={
            "state.currentMileage": 45678,
            "vehicles-v1.status.currentMileage.mileage": 45678,
            "vehicles-v1.status.currentMileage.formattedMileage": "45678",
        },
    ),
    touch(
        "latitude_deg",
        value=50.0,
        reads={
            "state.location.coordinates.latitude": 50.0,
            "vehicles-v1.properties.vehicleLocation.coordinates.latitude": 50.0,
            "eventPosition.positionData.position.latitude": 50.0,
        },
    ),
    touch(
        "longitude_deg",
        value=6.5,
        reads={
            "state.location.coordinates.longitude": 6.5,
            "vehicles-v1.properties.vehicleLocation.coordinates.longitude": 6.5,
            "eventPosition.positionData.position.longitude": 6.5,
        },
    ),
    touch(
        "heading_deg",
        value=77,
        reads={
            "state.location.heading": 77,
            "vehicles-v1.properties.vehicleLocation.heading": 77,
            "eventPosition.positionData.position.heading": 77,
        },
    ),
    touch(
        "place_name",
        value="Work",
        reads={
            "state.location.address.formatted": "Lindenweg 118, 00797 Neudorf",
            "vehicles-v1.properties.vehicleLocation.address.formatted": "Lindenweg 118, 00797 Neudorf",
            "eventPosition.positionData.position.formattedAddress": "Lindenweg 118, 00797 Neudorf",
        },
    ),
    touch(
        "levels.soc_percent",
        value=42.0,
        reads={
            "state.electricChargingState.chargingLevelPercent": 42,
            "vehicles-v1.properties.electricRangeAndStatus.chargePercentage": 42,
            "vehicles-v1.properties.chargingState.chargePercentage": 42,
        },
        also=("vehicles-v1.status.fuelIndicators[].levelValue", "vehicles-v1.status.fuelIndicators[].mainBarValue"),
    ),
    touch(
        "levels.electric_range_km",
        value=111.0,
        reads={
            "state.range": 111,
            "state.electricChargingState.range": 111,
            "vehicles-v1.properties.electricRange.distance.value": 111,
            "vehicles-v1.properties.combinedRange.distance.value": 111,
            "vehicles-v1.properties.electricRangeAndStatus.distance.value": 111,
        },
        also=("vehicles-v1.status.fuelIndicators[].rangeValue",),
    ),
    touch(
        "lock",
        value=LockState.SECURED,
        reads={"state.doorsState.combinedSecurityState": "SECURED", "state.securityOverviewMode": "ARMED"},
    ),
    touch(
        "lock",
        value=LockState.UNLOCKED,
        reads={
            "state.doorsState.combinedSecurityState": "UNLOCKED",
            "vehicles-v1.properties.areDoorsLocked": False,
            "vehicles-v1.status.doorsGeneralState": "Unlocked",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch("motion.is_moving", value=True, reads={"vehicles-v1.properties.inMotion": True}),
    touch(
        "openings.open_names",
        value=frozenset({"row1.driver"}),
        reads={
            "state.doorsState.leftFront": "OPEN",
            "state.doorsState.combinedState": "OPEN",
            "vehicles-v1.properties.areDoorsClosed": False,
            "vehicles-v1.properties.areDoorsOpen": True,
            "vehicles-v1.properties.doorsAndWindows.doors.driverFront": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "openings.open_names",
        value=frozenset({"row2.driver"}),
        reads={
            "state.doorsState.leftRear": "OPEN",
            "state.doorsState.combinedState": "OPEN",
            "vehicles-v1.properties.areDoorsClosed": False,
            "vehicles-v1.properties.areDoorsOpen": True,
            "vehicles-v1.properties.doorsAndWindows.doors.driverRear": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "openings.open_names",
        value=frozenset({"row1.passenger"}),
        reads={
            "state.doorsState.rightFront": "OPEN",
            "state.doorsState.combinedState": "OPEN",
            "vehicles-v1.properties.areDoorsClosed": False,
            "vehicles-v1.properties.areDoorsOpen": True,
            "vehicles-v1.properties.doorsAndWindows.doors.passengerFront": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "openings.open_names",
        value=frozenset({"row2.passenger"}),
        reads={
            "state.doorsState.rightRear": "OPEN",
            "state.doorsState.combinedState": "OPEN",
            "vehicles-v1.properties.areDoorsClosed": False,
            "vehicles-v1.properties.areDoorsOpen": True,
            "vehicles-v1.properties.doorsAndWindows.doors.passengerRear": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "openings.open_names",
        value=frozenset({"hood"}),
        reads={
            "state.doorsState.hood": "OPEN",
            "state.doorsState.combinedState": "OPEN",
            "vehicles-v1.properties.areDoorsClosed": False,
            "vehicles-v1.properties.areDoorsOpen": True,
            "vehicles-v1.properties.doorsAndWindows.hood": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "openings.open_names",
        value=frozenset({"trunk"}),
        reads={
            "state.doorsState.trunk": "OPEN",
            "state.doorsState.combinedState": "OPEN",
            "vehicles-v1.properties.areDoorsClosed": False,
            "vehicles-v1.properties.areDoorsOpen": True,
            "vehicles-v1.properties.doorsAndWindows.trunk": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "openings.windows",
        value={"window.row1.driver": WindowState.OPEN},
        reads={
            "state.windowsState.leftFront": "OPEN",
            "state.windowsState.combinedState": "OPEN",
            "vehicles-v1.properties.areWindowsClosed": False,
            "vehicles-v1.properties.doorsAndWindows.windows.driverFront": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "openings.windows",
        value={"window.row2.driver": WindowState.OPEN},
        reads={
            "state.windowsState.leftRear": "OPEN",
            "state.windowsState.combinedState": "OPEN",
            "vehicles-v1.properties.areWindowsClosed": False,
            "vehicles-v1.properties.doorsAndWindows.windows.driverRear": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "openings.windows",
        value={"window.row1.passenger": WindowState.OPEN},
        reads={
            "state.windowsState.rightFront": "OPEN",
            "state.windowsState.combinedState": "OPEN",
            "vehicles-v1.properties.areWindowsClosed": False,
            "vehicles-v1.properties.doorsAndWindows.windows.passengerFront": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "openings.windows",
        value={"window.row2.passenger": WindowState.OPEN},
        reads={
            "state.windowsState.rightRear": "OPEN",
            "state.windowsState.combinedState": "OPEN",
            "vehicles-v1.properties.areWindowsClosed": False,
            "vehicles-v1.properties.doorsAndWindows.windows.passengerRear": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "openings.windows",
        value={"sunroof": WindowState.OPEN},
        reads={
            "state.roofState.roofState": "OPEN",
            "vehicles-v1.properties.areWindowsClosed": False,
            "vehicles-v1.properties.doorsAndWindows.moonroof": "OPEN",
        },
        also=("vehicles-v1.status.doorsAndWindows[].state", "vehicles-v1.status.doorsAndWindows[].criticalness"),
    ),
    touch(
        "equipment.has_sunroof",
        value=False,
        reads={
            "state.roofState.roofState": None,
            "state.roofState.roofStateType": None,
            "vehicles-v1.properties.doorsAndWindows.moonroof": None,
        },
        also=(
            "vehicles-v1.status.doorsAndWindows[].title",
            "vehicles-v1.status.doorsAndWindows[].state",
            "vehicles-v1.status.doorsAndWindows[].iconId",
            "vehicles-v1.status.doorsAndWindows[].criticalness",
        ),
    ),
    touch("equipment.has_rear_window", value=True, reads={"state.windowsState.rear": "CLOSED"}),
    touch(
        "equipment.has_alarm",
        value=False,
        reads={"state.securityOverviewMode": None, "capabilities.alarmSystem": False},
    ),
    touch("equipment.is_right_hand_drive", value=True, reads={"state.isLeftSteering": False}),
    touch(
        "equipment.is_tracking_allowed",
        value=False,
        reads={
            "state.location.coordinates.latitude": None,
            "state.location.coordinates.longitude": None,
            "state.location.address.formatted": None,
            "state.location.heading": None,
            "state.driverPreferences.lscPrivacyMode": "ON",
            "vehicles-v1.properties.vehicleLocation.coordinates.latitude": None,
            "vehicles-v1.properties.vehicleLocation.coordinates.longitude": None,
            "vehicles-v1.properties.vehicleLocation.address.formatted": None,
            "vehicles-v1.properties.vehicleLocation.heading": None,
            "eventPosition.positionData.status": None,
            "eventPosition.positionData.position.latitude": None,
            "eventPosition.positionData.position.longitude": None,
            "eventPosition.positionData.position.formattedAddress": None,
            "eventPosition.positionData.position.heading": None,
            "eventPosition.errorDetails.title": "Unknown position",
            "eventPosition.errorDetails.description": "The vehicle does not tell where it is.",
        },
    ),
    touch(
        "climate.activity",
        value=ClimateActivity.HEATING,
        reads={
            "state.climateControlState.activity": "HEATING",
            "vehicles-v1.properties.climateControl.activity": "HEATING",
        },
    ),
    touch("climate.remaining_ms", value=90000, reads={"state.climateControlState.remainingSeconds": 90.0}),
    touch("sensors.starter.is_deep_asleep", value=True, reads={"state.isDeepSleepModeActive": True}),
    touch(
        "sensors.tyres.0.pressure_kpa",
        value=199.0,
        reads={
            "state.tireState.frontLeft.status.currentPressure": 199,
            "vehicles-v1.properties.tires.frontLeft.status.currentPressure": 199,
            "vehicles-v1.properties.tires.frontLeft.status.localizedCurrentPressure": "2.0 bar",
        },
    ),
    touch(
        "sensors.tyres.1.pressure_kpa",
        value=199.0,
        reads={
            "state.tireState.frontRight.status.currentPressure": 199,
            "vehicles-v1.properties.tires.frontRight.status.currentPressure": 199,
            "vehicles-v1.properties.tires.frontRight.status.localizedCurrentPressure": "2.0 bar",
        },
    ),
    touch(
        "sensors.tyres.2.pressure_kpa",
        value=199.0,
        reads={
            "state.tireState.rearLeft.status.currentPressure": 199,
            "vehicles-v1.properties.tires.rearLeft.status.currentPressure": 199,
            "vehicles-v1.properties.tires.rearLeft.status.localizedCurrentPressure": "2.0 bar",
        },
    ),
    touch(
        "sensors.tyres.3.pressure_kpa",
        value=199.0,
        reads={
            "state.tireState.rearRight.status.currentPressure": 199,
            "vehicles-v1.properties.tires.rearRight.status.currentPressure": 199,
            "vehicles-v1.properties.tires.rearRight.status.localizedCurrentPressure": "2.0 bar",
        },
    ),
    touch(
        "sensors.tyres.0.target_kpa",
        value=188.0,
        reads={
            "state.tireState.frontLeft.status.targetPressure": 188,
            "vehicles-v1.properties.tires.frontLeft.status.targetPressure": 188,
            "vehicles-v1.properties.tires.frontLeft.status.localizedTargetPressure": "1.9 bar",
        },
    ),
    touch(
        "sensors.tyres.1.target_kpa",
        value=188.0,
        reads={
            "state.tireState.frontRight.status.targetPressure": 188,
            "vehicles-v1.properties.tires.frontRight.status.targetPressure": 188,
            "vehicles-v1.properties.tires.frontRight.status.localizedTargetPressure": "1.9 bar",
        },
    ),
    touch(
        "sensors.tyres.2.target_kpa",
        value=188.0,
        reads={
            "state.tireState.rearLeft.status.targetPressure": 188,
            "vehicles-v1.properties.tires.rearLeft.status.targetPressure": 188,
            "vehicles-v1.properties.tires.rearLeft.status.localizedTargetPressure": "1.9 bar",
        },
    ),
    touch(
        "sensors.tyres.3.target_kpa",
        value=188.0,
        reads={
            "state.tireState.rearRight.status.targetPressure": 188,
            "vehicles-v1.properties.tires.rearRight.status.targetPressure": 188,
            "vehicles-v1.properties.tires.rearRight.status.localizedTargetPressure": "1.9 bar",
        },
    ),
    touch(
        "plug.is_plugged",
        value=False,
        reads={
            "state.electricChargingState.isChargerConnected": False,
            "state.electricChargingState.chargingConnectionType": "UNKNOWN",
            "state.electricChargingState.chargingStatus": "INVALID",
            "state.electricChargingState.remainingChargingMinutes": None,
            "vehicles-v1.properties.chargingState.type": "NOT_AVAILABLE",
            "vehicles-v1.properties.chargingState.isChargerConnected": False,
        },
    ),
    touch(
        "charging.state",
        value=ChargingState.FULL,
        reads={
            "state.electricChargingState.chargingStatus": "FULLY_CHARGED",
            "state.electricChargingState.remainingChargingMinutes": None,
            "vehicles-v1.properties.chargingState.state": "COMPLETE",
        },
        also=(
            "vehicles-v1.status.fuelIndicators[].isInaccurate",
            "vehicles-v1.status.fuelIndicators[].infoLabel",
            "vehicles-v1.status.fuelIndicators[].chargingType",
            "vehicles-v1.status.fuelIndicators[].chargingStatusType",
            "vehicles-v1.status.fuelIndicators[].chargingStatusIndicatorType",
        ),
    ),
    touch(
        "charging.flow.minutes_left",
        value=17,
        reads={"state.electricChargingState.remainingChargingMinutes": 17},
        also=("vehicles-v1.status.fuelIndicators[].infoLabel",),
    ),
    touch(
        "charging.goal_percent",
        value=85,
        reads={
            "state.electricChargingState.chargingTarget": 85,
            "state.chargingProfile.chargingSettings.targetSoc": 85,
            "vehicles-v1.status.chargingProfile.chargingSettings.targetSoc": 85,
            "charging-settings.chargeAndClimateSettings.chargingSettings.chargingTargetLabel": "85%",
            "charging-settings.chargingSettingsDetail.chargingTarget": 85,
        },
        also=("vehicles-v1.status.fuelIndicators[].infoLabel",),
    ),
    touch(
        "service.warnings.0.kind",
        value=WarningKind.STARTER_WEAK,
        reads={},
        also=(
            "state.checkControlMessages[].type",
            "state.checkControlMessages[].severity",
            "state.checkControlMessages[].longDescription",
            "vehicles-v1.status.checkControlMessages[].id",
            "vehicles-v1.status.checkControlMessages[].title",
            "vehicles-v1.status.checkControlMessages[].longDescription",
            "vehicles-v1.status.checkControlMessages[].state",
            "vehicles-v1.status.checkControlMessages[].criticalness",
        ),
    ),
    touch(
        "service.due.0.kind",
        value=ServiceKind.OIL,
        reads={},
        also=(
            "state.requiredServices[].type",
            "state.requiredServices[].description",
            "vehicles-v1.properties.serviceRequired[].type",
            "vehicles-v1.status.requiredServices[].id",
            "vehicles-v1.status.requiredServices[].title",
            "vehicles-v1.status.requiredServices[].longDescription",
        ),
    ),
    touch(
        "service.due.0.is_near",
        value=True,
        reads={"vehicles-v1.properties.isServiceRequired": True},
        also=(
            "state.requiredServices[].status",
            "vehicles-v1.properties.serviceRequired[].status",
            "vehicles-v1.status.requiredServices[].criticalness",
        ),
    ),
    touch(
        "service.due.0.due_month",
        value=(2031, 5),
        reads={},
        also=(
            "state.requiredServices[].dateTime",
            "vehicles-v1.properties.serviceRequired[].dateTime",
            "vehicles-v1.status.requiredServices[].subtitle",
        ),
    ),
    touch(
        "service.due.0.remaining_km",
        value=1234,
        reads={},
        also=(
            "state.requiredServices[].mileage",
            "vehicles-v1.properties.serviceRequired[].distance.value",
            "vehicles-v1.status.requiredServices[].subtitle",
        ),
    ),
)
