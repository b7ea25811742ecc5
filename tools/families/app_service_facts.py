"""Which fields and words the MyBMW app's answers about charging and commands have.

Written down from stored answers (2022-2025) and, for the history of commands, from clients; not from our code.
Answers of which nobody stored one (charging plan, trips, recalls, one charging session) have no model: they come as
JSON.
"""

from tools.families.endpoint_facts import EndpointFacts, split, words_of

_A_DOCUMENT = "charging settings, a document of their own"
_LABELS = "chargeAndClimateSettings."
_DETAIL = "chargeAndClimateTimerDetail."
_SETTINGS = EndpointFacts(
    family="mybmw",
    name="charging-settings",
    request="GET /eadrax-crccs/v2/vehicles",
    prefix="",
    fields=(
        *(
            f"{_LABELS}chargeAndClimateTimer.{name}"
            for name in split(
                "chargingMode chargingModeSemantics departureTimer departureTimerSemantics preconditionForDeparture",
                "showDepartureTimers",
            )
        ),
        f"{_LABELS}chargingFlap.permanentlyUnlockLabel",
        *(
            f"{_LABELS}chargingSettings.{name}"
            for name in split(
                "acCurrentLimitLabel acCurrentLimitLabelSemantics chargingTargetLabel dcLoudnessLabel",
                "unlockCableAutomaticallyLabel",
            )
        ),
        *(
            f"{_DETAIL}{name}"
            for name in split(
                "chargingMode.type chargingMode.chargingPreference chargingMode.startTimeSlot chargingMode.endTimeSlot",
                "departureTimer.type departureTimer.weeklyTimers[].id departureTimer.weeklyTimers[].daysOfTheWeek",
                "departureTimer.weeklyTimers[].time departureTimer.weeklyTimers[].timerAction",
                "isPreconditionForDepartureActive",
            )
        ),
        "chargingFlapDetail.isPermanentlyUnlock",
        *(
            f"chargingSettingsDetail.{name}"
            for name in split(
                "acLimit.current.unit acLimit.current.value acLimit.isUnlimited acLimit.max acLimit.min acLimit.values",
                "chargingTarget dcLoudness isUnlockCableActive minChargingTargetToWarning",
            )
        ),
        "servicePack",
    ),
    words={
        **words_of(f"{_DETAIL}chargingMode.type", "CHARGING_IMMEDIATELY TIME_SLOT"),
        **words_of(f"{_DETAIL}chargingMode.chargingPreference", "NO_PRESELECTION CHARGING_WINDOW"),
        **words_of(f"{_DETAIL}departureTimer.type", "WEEKLY_DEPARTURE_TIMER TWO_DEPARTURE_TIMER"),
        **words_of(
            f"{_DETAIL}departureTimer.weeklyTimers[].daysOfTheWeek",
            "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY",
        ),
        **words_of(f"{_DETAIL}departureTimer.weeklyTimers[].timerAction", "ACTIVATE DEACTIVATE"),
        **words_of("chargingSettingsDetail.acLimit.current.unit", "A"),
        **words_of("chargingSettingsDetail.dcLoudness", "UNLIMITED_LOUD"),
        **words_of("servicePack", "TCB1 ATM2 WAVE_01"),
    },
    no_reading=_A_DOCUMENT,
)
_HISTORY = "the charging history, documents of its own"
_STATISTICS = EndpointFacts(
    family="mybmw",
    name="charging-statistics",
    request="GET /eadrax-chs/v2/charging-statistics",
    prefix="",
    fields=split(
        "description optStateType statistics.totalEnergyCharged statistics.totalEnergyChargedSemantics",
        "statistics.symbol statistics.numberOfChargingSessions statistics.numberOfChargingSessionsSemantics",
    ),
    words={
        **words_of("optStateType", "OPT_IN_WITH_SESSIONS OPT_IN_WITHOUT_SESSIONS OPT_OUT"),
        **words_of("statistics.symbol", "~"),
    },
    no_reading=_HISTORY,
)
_LIST = "chargingSessions."
_SESSIONS = EndpointFacts(
    family="mybmw",
    name="charging-sessions",
    request="GET /eadrax-chs/v2/charging-sessions",
    prefix="",
    fields=(
        "paginationInfo.nextToken",
        *(
            f"{_LIST}{name}"
            for name in split(
                "total totalValue numberOfSessions chargingListState emptyStateDescription costsGroupedByCurrency",
                "costsGroupedByCurrencyValue sessions[].id sessions[].title sessions[].subtitle",
                "sessions[].energyCharged sessions[].sessionStatus sessions[].isPublic",
            )
        ),
        *split("datePicker.startDate datePicker.selectedDate datePicker.endDate"),
    ),
    words={
        **words_of(f"{_LIST}chargingListState", "HAS_SESSIONS CHARGE_AND_TRACK"),
        **words_of(f"{_LIST}sessions[].sessionStatus", "FINISHED"),
    },
    no_reading=_HISTORY,
)


def _v1(newer: EndpointFacts, *, lacks: tuple[str, ...], like: str) -> EndpointFacts:
    fields = tuple(field for field in newer.fields if field not in lacks)
    return EndpointFacts(
        family="mybmw",
        name=f"{newer.name}-v1",
        request=newer.request.replace("/v2/", "/v1/"),
        prefix="",
        fields=fields,
        words=newer.words,
        no_reading=_HISTORY,
        like=f"as `{newer.name}`{like}",
    )


_STATISTICS_V1 = _v1(_STATISTICS, lacks=(), like="")
_SESSIONS_V1 = _v1(
    _SESSIONS,
    lacks=tuple(_LIST + name for name in split("totalValue costsGroupedByCurrency costsGroupedByCurrencyValue")),
    like=", without the costs and `totalValue`",
)
_COMMAND_STANDS = "how a command stands"
_TAKEN = EndpointFacts(
    family="mybmw",
    name="command",
    request="POST /eadrax-vrccs/v4/presentation/remote-commands/{service}",
    prefix="",
    fields=split("eventId creationTime"),
    no_reading=_COMMAND_STANDS,
)
_ERROR = tuple(
    f"errorDetails.{name}" for name in split("title description presentationType iconId isRetriable errorDetails")
)
_EVENT = EndpointFacts(
    family="mybmw",
    name="eventStatus",
    request="POST /eadrax-vrccs/v3/presentation/remote-commands/eventStatus",
    prefix="",
    fields=("eventStatus", *_ERROR),
    words={
        **words_of(
            "eventStatus",
            "PENDING DELIVERED EXECUTED ERROR INITIATED STARTED RUNNING PROV_RUNNING CANCELLED_WITH_ERROR IGNORED "
            "UNKNOWN",
        ),
        **words_of("errorDetails.presentationType", "PAGE DIALOG"),
        **words_of("errorDetails.errorDetails", "NACK UNKNOWN"),
    },
    no_reading=_COMMAND_STANDS,
)
_EVENT_V4 = EndpointFacts(
    family="mybmw",
    name="eventStatus-v4",
    request="POST /eadrax-vrccs/v4/presentation/remote-commands/eventStatus",
    prefix="",
    fields=("rsEventStatus", *_ERROR),
    words={"rsEventStatus": _EVENT.words["eventStatus"]},
    no_reading=_COMMAND_STANDS,
    like="as `eventStatus`, with `rsEventStatus` instead (inferred from clients)",
)
_POSITION = EndpointFacts(
    family="mybmw",
    name="eventPosition",
    request="POST /eadrax-vrccs/v4/presentation/remote-commands/eventPosition",
    prefix="",
    fields=split(
        "positionData.status positionData.position.latitude positionData.position.longitude",
        "positionData.position.formattedAddress positionData.position.heading errorDetails.title",
        "errorDetails.description",
    ),
    words=words_of("positionData.status", "OK"),
    no_reading="the state has the same position",
)
_PAST = EndpointFacts(
    family="mybmw",
    name="remote-history",
    request="GET /eadrax-vrccs/v3/presentation/remote-history/{vin}",
    prefix="[].",
    fields=split("type status dateTime"),
    words={
        **words_of(
            "type",
            "CLIMATIZE_NOW CLIMATIZE_LATER LOCK UNLOCK LIGHTS HORN VEHICLE_FINDER CHARGE_NOW CHARGING_CONTROL "
            "CHARGING_PROFILE CHARGE_PREFERENCE",
        ),
        **words_of("status", "SUCCESS PENDING IN_PROGRESS INITIATED FAILED ERROR CANCELLED EXECUTED NOT_EXECUTED"),
    },
    no_reading="commands of the past",
)
APP_SERVICES = (
    _SETTINGS,
    _STATISTICS,
    _STATISTICS_V1,
    _SESSIONS,
    _SESSIONS_V1,
    _TAKEN,
    _EVENT,
    _EVENT_V4,
    _POSITION,
    _PAST,
)
"""Charging and commands."""
