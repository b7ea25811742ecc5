"""Stories of charges, told as a car tells them: `Night().plug("18:00").charge("18:01", kw=11, soc=40)...`.

Times are `HH:MM` or `HH:MM:SS` of 2026-03-02 UTC; `+1 06:30` is the day after. What is not said is not sent.
"""

from collections.abc import Iterable, Sequence

from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.charging_sessions.session_record import ChargingRecord
from bimmerhub.domain.charging_sessions.session_state import ChargingFoldState
from bimmerhub.domain.folds.fold import FoldEvent, Record, fold_order
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, parse_time

VIN = Vin("WBA00000000000001")
MIDNIGHT_MS = parse_time("2026-03-02T00:00:00Z", name="midnight")
CHARGING = "vehicle.drivetrain.electricEngine.charging"
BATTERY = "vehicle.powertrain.electric.battery"
PORT = "vehicle.body.chargingPort"
KEYS = {
    "port": f"{PORT}.status",
    "text": f"{PORT}.statusClearText",
    "connector": f"{CHARGING}.connectorStatus",
    "combined": f"{PORT}.combinedStatus",
    "is_plugged": "vehicle.powertrain.tractionBattery.charging.port.anyPosition.isPlugged",
    "rear_left": "vehicle.powertrain.tractionBattery.charging.port.rearLeft.isPlugged",
    "front_left": "vehicle.powertrain.tractionBattery.charging.port.frontLeft.isPlugged",
    "dc_port": f"{PORT}.dcStatus",
    "plug_event": f"{PORT}.plugEventId",
    "status": f"{CHARGING}.status",
    "hv_status": f"{CHARGING}.hvStatus",
    "method": f"{CHARGING}.method",
    "phases": f"{CHARGING}.phaseNumber",
    "power": f"{BATTERY}.charging.power",
    "volts": f"{CHARGING}.acVoltage",
    "amps": f"{CHARGING}.acAmpere",
    "minutes": f"{CHARGING}.timeRemaining",
    "target": f"{BATTERY}.stateOfCharge.target",
    "soc": "vehicle.drivetrain.batteryManagement.header",
    "displayed": f"{BATTERY}.stateOfCharge.displayed",
    "level": f"{CHARGING}.level",
    "trip_end": "vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc",
    "missing": f"{CHARGING}.smeEnergyDeltaFullyCharged",
    "capacity": "vehicle.drivetrain.batteryManagement.maxEnergy",
    "size": "vehicle.drivetrain.batteryManagement.batterySizeMax",
    "reason": f"{CHARGING}.lastChargingReason",
    "end_reason": f"{CHARGING}.reasonChargingEnd",
    "moving": "vehicle.isMoving",
    "odometer": "vehicle.vehicle.travelledDistance",
    "hint": "hint.plugged",
    "iremote_soc": "iremote.chargingLevelHv",
    "iremote_plug": "iremote.connectionStatus",
    "iremote_status": "iremote.chargingStatus",
    "app_soc": "mybmw.electricChargingState.chargingLevelPercent",
    "app_plug": "mybmw.electricChargingState.isChargerConnected",
    "app_status": "mybmw.electricChargingState.chargingStatus",
}
UNITS = {"power": "W", "volts": "V", "amps": "A", "minutes": "min", "odometer": "km", "missing": "kWh"}


def at(clock: str) -> int:
    """Return an instant of the story in milliseconds UTC."""
    day, _, time = clock.rpartition(" ")
    hours, minutes, seconds = (*map(int, time.split(":")), 0)[:3]
    return MIDNIGHT_MS + int(day or 0) * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS


class Night:
    """What a car sent, told in order; `said` takes anything, the others what belongs together."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []

    def said(self, clock: str, **values: Value) -> "Night":
        for name, value in values.items():
            at_ms = at(clock)
            self.readings.append(
                Reading(VIN, Descriptor(KEYS[name]), value, UNITS.get(name), at_ms, at_ms + 3_000, at_ms, Source.STREAM)
            )
        return self

    def parked(self, clock: str, *, soc: int = 40, **more: Value) -> "Night":
        return self.said(clock, moving=False, soc=soc, port="DISCONNECTED", **more)

    def plug(self, clock: str, **more: Value) -> "Night":
        return self.said(clock, port="CONNECTED", **more)

    def unplug(self, clock: str, **more: Value) -> "Night":
        return self.said(clock, port="DISCONNECTED", **more)

    def charge(self, clock: str, *, kw: float | None = 11, **more: Value) -> "Night":
        power: dict[str, Value] = {} if kw is None else {"power": round(kw * 1000)}
        return self.said(clock, status="CHARGINGACTIVE", **power, **more)

    def wallbox(self, clock: str, **more: Value) -> "Night":
        """Charge with 16 A on three phases."""
        return self.charge(
            clock, kw=11.04, volts=230, amps=16, phases="3-PHASES", method="AC_TYPE2PLUG", port="CONNECTED", **more
        )

    def end(self, clock: str, *, status: str = "CHARGINGENDED", **more: Value) -> "Night":
        return self.said(clock, status=status, power=0, phases="1-PHASES", method="NOCHARGING", **more)

    def drive(self, clock: str, **more: Value) -> "Night":
        return self.said(clock, moving=True, **more)

    def sessions(self, *, now: str | None = None) -> list[ChargingRecord]:
        """Return the records, as of the last reading or of `now`."""
        return [body for body in (record.body for record in self.records(now=now)) if isinstance(body, ChargingRecord)]

    def session(self, *, now: str | None = None) -> ChargingRecord:
        [only] = self.sessions(now=now)
        return only

    def records(self, *, now: str | None = None) -> list[Record]:
        return fold(self.readings, now_ms=None if now is None else at(now))[0]

    def events(self) -> list[str]:
        return [event.kind for event in fold(self.readings)[1]]

    def due(self) -> int | None:
        state = ChargingFoldState()
        for reading in sorted(self.readings, key=fold_order):
            step = ChargingSessionsFold().step(state, reading)
            state = state if step is None else step.state
        return ChargingSessionsFold().due_ms(state, state.at_ms)


def fold(readings: Iterable[Reading], *, now_ms: int | None = None) -> tuple[list[Record], Sequence[FoldEvent]]:
    """Return what the fold makes of readings in any order, each however often."""
    sessions, state = ChargingSessionsFold(), ChargingFoldState()
    records: list[Record] = []
    events: list[FoldEvent] = []
    for reading in sorted(set(readings), key=fold_order):
        step = sessions.step(state, reading)
        if step is None:
            continue
        state = step.state
        records += step.records
        events += step.events
    now_ms = state.at_ms if now_ms is None else now_ms
    events += sessions.open_events(state, now_ms)
    causes: dict[str, FoldEvent] = {}
    for event in events:
        causes.setdefault(event.cause, event)
    return [*records, *sessions.open_records(state, now_ms)], list(causes.values())
