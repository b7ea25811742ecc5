"""Changes to charging profile, settings, sessions and fuel, and what the MyBMW app's SDK must read because of each.

As in `truth`: of all answers, exactly the named fields change. Fields of older answers that are as a newer one's are
not written twice: `app_truth` adds them.
"""

from bimmerhub.emulator.cars.owner_wishes import ChargingLoudness, PlannerKind
from tools.families.truth import touch

PLAN_TOUCHES = (
    touch(
        "charging_settings.ac_limit_a",
        value=10,
        reads={
            "state.chargingProfile.chargingSettings.acCurrentLimit": 10,
            "state.chargingProfile.chargingSettings.isAcCurrentLimitActive": True,
            "vehicles-v1.status.chargingProfile.chargingSettings.isAcCurrentLimitActive": True,
            "charging-settings.chargeAndClimateSettings.chargingSettings.acCurrentLimitLabel": "10A",
            "charging-settings.chargingSettingsDetail.acLimit.current.value": 10,
        },
        also=("charging-settings.chargeAndClimateSettings.chargingSettings.acCurrentLimitLabelSemantics",),
    ),
    touch(
        "charging_settings.unlocks_cable",
        value=True,
        reads={"charging-settings.chargingSettingsDetail.isUnlockCableActive": True},
        also=("charging-settings.chargeAndClimateSettings.chargingSettings.unlockCableAutomaticallyLabel",),
    ),
    touch(
        "charging_settings.loudness",
        value=ChargingLoudness.QUIET,
        reads={
            "state.chargingProfile.chargingSettings.idcc": "NO_ACTION",
            "charging-settings.chargeAndClimateSettings.chargingSettings.dcLoudnessLabel": "Limited",
            "charging-settings.chargingSettingsDetail.dcLoudness": "NO_ACTION",
        },
    ),
    touch(
        "profile.is_climate_on",
        value=True,
        reads={
            "state.chargingProfile.climatisationOn": True,
            "vehicles-v1.status.chargingProfile.climatisationOn": True,
            "charging-settings.chargeAndClimateTimerDetail.isPreconditionForDepartureActive": True,
        },
        also=("charging-settings.chargeAndClimateSettings.chargeAndClimateTimer.preconditionForDeparture",),
    ),
    touch(
        "profile.is_delayed",
        value=True,
        reads={
            "state.chargingProfile.chargingMode": "DELAYED_CHARGING",
            "vehicles-v1.status.chargingProfile.chargingMode": "delayedCharging",
            "charging-settings.chargeAndClimateTimerDetail.chargingMode.type": "TIME_SLOT",
        },
        also=(
            "charging-settings.chargeAndClimateSettings.chargeAndClimateTimer.chargingMode",
            "charging-settings.chargeAndClimateSettings.chargeAndClimateTimer.chargingModeSemantics",
        ),
    ),
    touch(
        "profile.prefers_window",
        value=True,
        reads={
            "state.chargingProfile.chargingPreference": "CHARGING_WINDOW",
            "vehicles-v1.status.chargingProfile.chargingPreference": "chargingWindow",
            "charging-settings.chargeAndClimateTimerDetail.chargingMode.chargingPreference": "CHARGING_WINDOW",
        },
    ),
    touch(
        "profile.kind",
        value=PlannerKind.TWO_TIMES,
        reads={
            "state.chargingProfile.chargingControlType": "TWO_TIMES_TIMER",
            "vehicles-v1.status.chargingProfile.chargingControlType": "twoWeeksTimer",
            "charging-settings.chargeAndClimateTimerDetail.departureTimer.type": "TWO_DEPARTURE_TIMER",
        },
    ),
    touch(
        "profile.timers.0.departure_minute",
        value=5,
        reads={},
        also=(
            "state.chargingProfile.departureTimes[].timeStamp.hour",
            "state.chargingProfile.departureTimes[].timeStamp.minute",
            "state.climateTimers[].departureTime.hour",
            "state.climateTimers[].departureTime.minute",
            "vehicles-v1.status.chargingProfile.departureTimes[].timeStamp.hour",
            "vehicles-v1.status.chargingProfile.departureTimes[].timeStamp.minute",
            "charging-settings.chargeAndClimateTimerDetail.departureTimer.weeklyTimers[].time",
        ),
    ),
    touch(
        "profile.timers.0.is_on",
        value=False,
        reads={"charging-settings.chargeAndClimateSettings.chargeAndClimateTimer.showDepartureTimers": False},
        also=(
            "state.chargingProfile.departureTimes[].action",
            "state.climateTimers[].timerAction",
            "vehicles-v1.status.chargingProfile.departureTimes[].action",
            "charging-settings.chargeAndClimateSettings.chargeAndClimateTimer.departureTimer",
            "charging-settings.chargeAndClimateTimerDetail.departureTimer.weeklyTimers[].timerAction",
        ),
    ),
    touch(
        "profile.timers.0.weekdays",
        value=frozenset({2}),
        reads={},
        also=(
            "state.chargingProfile.departureTimes[].timerWeekDays",
            "state.climateTimers[].timerWeekDays",
            "vehicles-v1.status.chargingProfile.departureTimes[].timerWeekDays",
            "charging-settings.chargeAndClimateTimerDetail.departureTimer.weeklyTimers[].daysOfTheWeek",
        ),
    ),
    touch(
        "profile.override.departure_minute",
        value=66,
        reads={},
        also=(
            "state.chargingProfile.departureTimes[].timeStamp.hour",
            "state.chargingProfile.departureTimes[].timeStamp.minute",
            "state.climateTimers[].departureTime.hour",
            "state.climateTimers[].departureTime.minute",
            "vehicles-v1.status.chargingProfile.departureTimes[].timeStamp.hour",
            "vehicles-v1.status.chargingProfile.departureTimes[].timeStamp.minute",
            "charging-settings.chargeAndClimateTimerDetail.departureTimer.weeklyTimers[].time",
        ),
    ),
    touch(
        "profile.override.is_on",
        value=True,
        reads={},
        also=(
            "state.chargingProfile.departureTimes[].action",
            "state.climateTimers[].timerAction",
            "vehicles-v1.status.chargingProfile.departureTimes[].action",
            "charging-settings.chargeAndClimateTimerDetail.departureTimer.weeklyTimers[].timerAction",
        ),
    ),
    touch(
        "profile.override.weekdays",
        value=frozenset({2}),
        reads={},
        also=(
            "state.chargingProfile.departureTimes[].timerWeekDays",
            "state.climateTimers[].timerWeekDays",
            "vehicles-v1.status.chargingProfile.departureTimes[].timerWeekDays",
            "charging-settings.chargeAndClimateTimerDetail.departureTimer.weeklyTimers[].daysOfTheWeek",
        ),
    ),
    touch(
        "profile.window.start_minute",
        value=67,
        reads={
            "state.chargingProfile.reductionOfChargeCurrent.start.hour": 1,
            "state.chargingProfile.reductionOfChargeCurrent.start.minute": 7,
            "vehicles-v1.status.chargingProfile.reductionOfChargeCurrent.start.hour": 1,
            "vehicles-v1.status.chargingProfile.reductionOfChargeCurrent.start.minute": 7,
            "charging-settings.chargeAndClimateTimerDetail.chargingMode.startTimeSlot": "0001-01-01T01:07:00",
        },
    ),
    touch(
        "profile.window.end_minute",
        value=68,
        reads={
            "state.chargingProfile.reductionOfChargeCurrent.end.hour": 1,
            "state.chargingProfile.reductionOfChargeCurrent.end.minute": 8,
            "vehicles-v1.status.chargingProfile.reductionOfChargeCurrent.end.hour": 1,
            "vehicles-v1.status.chargingProfile.reductionOfChargeCurrent.end.minute": 8,
            "charging-settings.chargeAndClimateTimerDetail.chargingMode.endTimeSlot": "0001-01-01T01:08:00",
        },
    ),
)
APP_PHEV_TOUCHES = (
    touch(
        "levels.fuel_l",
        value=9.5,
        reads={"state.combustionFuelLevel.remainingFuelLiters": 10, "vehicles-v1.properties.fuelLevel.value": 10},
    ),
    touch(
        "levels.fuel_percent",
        value=12.5,
        reads={"state.combustionFuelLevel.remainingFuelPercent": 12, "vehicles-v1.properties.fuelPercentage.value": 12},
        also=("vehicles-v1.status.fuelIndicators[].levelValue", "vehicles-v1.status.fuelIndicators[].mainBarValue"),
    ),
    touch(
        "levels.fuel_range_km",
        value=99.0,
        reads={
            "state.range": 121,
            "state.combustionFuelLevel.range": 121,
            "vehicles-v1.properties.combustionRange.distance.value": 99,
            "vehicles-v1.properties.combinedRange.distance.value": 121,
        },
        also=("vehicles-v1.status.fuelIndicators[].rangeValue",),
    ),
    touch(
        "levels.electric_range_km",
        value=11.0,
        reads={
            "state.range": 531,
            "state.combustionFuelLevel.range": 531,
            "state.electricChargingState.range": 11,
            "vehicles-v1.properties.electricRange.distance.value": 11,
            "vehicles-v1.properties.combinedRange.distance.value": 531,
            "vehicles-v1.properties.electricRangeAndStatus.distance.value": 11,
        },
        also=("vehicles-v1.status.fuelIndicators[].rangeValue",),
    ),
    touch(
        "equipment.engine",
        value=None,
        reads={},
        also=(
            "state.checkControlMessages[].type",
            "state.checkControlMessages[].severity",
            "state.checkControlMessages[].longDescription",
            "vehicles-v1.status.checkControlMessages[].id",
            "vehicles-v1.status.checkControlMessages[].title",
            "vehicles-v1.status.checkControlMessages[].subtitle",
            "vehicles-v1.status.checkControlMessages[].longDescription",
            "vehicles-v1.status.checkControlMessages[].state",
            "vehicles-v1.status.checkControlMessages[].criticalness",
            "vehicles-v1.status.checkControlMessages[].iconId",
        ),
    ),
    touch(
        "charging_sessions.0.grid_kwh",
        value=77.0,
        reads={
            "charging-statistics.statistics.totalEnergyCharged": 77,
            "charging-sessions.chargingSessions.total": "~ 77 kWh",
            "charging-sessions.chargingSessions.totalValue": 77,
        },
        also=(
            "charging-statistics.statistics.totalEnergyChargedSemantics",
            "charging-sessions.chargingSessions.costsGroupedByCurrency",
            "charging-sessions.chargingSessions.costsGroupedByCurrencyValue",
            "charging-sessions.chargingSessions.sessions[].subtitle",
            "charging-sessions.chargingSessions.sessions[].energyCharged",
        ),
    ),
    touch(
        "charging_sessions.0.place_name",
        value="Cinema",
        reads={"charging-sessions.chargingSessions.costsGroupedByCurrencyValue": None},
        also=(
            "charging-sessions.chargingSessions.costsGroupedByCurrency",
            "charging-sessions.chargingSessions.sessions[].id",
            "charging-sessions.chargingSessions.sessions[].subtitle",
            "charging-sessions.chargingSessions.sessions[].isPublic",
        ),
    ),
    touch(
        "charging_sessions.0.start_ms",
        value=1785153000000,
        reads={},
        also=(
            "charging-sessions.chargingSessions.sessions[].id",
            "charging-sessions.chargingSessions.sessions[].title",
            "charging-sessions.chargingSessions.sessions[].subtitle",
            "charging-sessions.datePicker.startDate",
        ),
    ),
    touch(
        "charging_sessions.0.end_ms",
        value=1785155400000,
        reads={},
        also=("charging-sessions.chargingSessions.sessions[].subtitle",),
    ),
    touch(
        "charging_sessions",
        value=(),
        reads={
            "charging-statistics.optStateType": "OPT_IN_WITHOUT_SESSIONS",
            "charging-statistics.statistics.totalEnergyCharged": 0,
            "charging-statistics.statistics.numberOfChargingSessions": 0,
            "charging-statistics.statistics.numberOfChargingSessionsSemantics": "0 charging sessions",
            "charging-sessions.chargingSessions.total": "~ 0 kWh",
            "charging-sessions.chargingSessions.totalValue": 0,
            "charging-sessions.chargingSessions.numberOfSessions": 0,
            "charging-sessions.chargingSessions.chargingListState": "CHARGE_AND_TRACK",
            "charging-sessions.chargingSessions.costsGroupedByCurrencyValue": None,
        },
        also=(
            "charging-statistics.statistics.totalEnergyChargedSemantics",
            "charging-sessions.chargingSessions.emptyStateDescription",
            "charging-sessions.chargingSessions.costsGroupedByCurrency",
            "charging-sessions.chargingSessions.sessions[].id",
            "charging-sessions.chargingSessions.sessions[].title",
            "charging-sessions.chargingSessions.sessions[].subtitle",
            "charging-sessions.chargingSessions.sessions[].energyCharged",
            "charging-sessions.chargingSessions.sessions[].sessionStatus",
            "charging-sessions.chargingSessions.sessions[].isPublic",
            "charging-sessions.datePicker.startDate",
        ),
    ),
)
