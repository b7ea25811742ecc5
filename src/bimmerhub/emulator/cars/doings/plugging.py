"""Charging from plug-in to plug-out, and what the car reports of it.

The state goes STARTING, CHARGING, FULL or ENDED, and NOT_CHARGING on plugging out; in between it may be PAUSED or
INTERRUPTED, or end as DISRUPTED or FAILED. The phases are told up to ten seconds before the state and are one again at
the end; the port is told again at each start and end (all observed by clients 2025-2026). A moment that finds another
charge under way than the one it belongs to does nothing.
"""

from collections.abc import Callable

from bimmerhub.emulator.cars import instruments
from bimmerhub.emulator.cars.doings.charging_sessions import ChargingSessionLog
from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.machine.charge_curve import ChargeCurve, work_out_charge
from bimmerhub.emulator.cars.records import ChargingSessionTruth, RunningChargeTruth
from bimmerhub.emulator.cars.states import ChargeEnd, ChargingState
from bimmerhub.emulator.cars.telematics import Occasion, Telematics
from bimmerhub.emulator.cars.truth import PredictedLevel, Quantity
from bimmerhub.emulator.cars.world.agenda import Agenda, Fate, whole_second
from bimmerhub.times import MINUTE_MS, SECOND_MS

STEADY_MINUTES, DC_MINUTES = (10.0, 30.0), (1.0, 2.0)
"""How often a charge is reported: stable AC charging is silent for 10 to 30 minutes (observed by clients 2025-2026)."""
FROZEN_MINUTES = (10, 100)
"""From when to when in a charge a PHEV's level stands still (one to two hours observed)."""
PREDICTED_TOO_MUCH = 1.06
"""How much more the predicted level says meanwhile (that it overshoots was observed, not by how much)."""
GOAL_MARGIN_KWH = 0.2
FULL_PERCENT = 99.9


class Plugging:
    """The charging of one car. `ended` is called after each charge that is over and not paused."""

    def __init__(
        self, body: CarBody, telematics: Telematics, agenda: Agenda, *, fate: Fate, ended: Callable[[int], None]
    ) -> None:
        self._body = body
        self._telematics = telematics
        self._agenda = agenda
        self._fate = fate
        self._ended = ended
        self._session: ChargingSessionLog | None = None
        self._over: list[ChargingSessionTruth] = []

    def sessions(self) -> tuple[ChargingSessionTruth, ...]:
        """Return the sessions that are over, oldest first, and the last one also while its plug is still in."""
        session = self._session
        is_energy_due = self._body.charge is not None or self._body.socket.state.goes_on
        if session is None or not session.charges or is_energy_due:
            return tuple(self._over)
        return (*self._over, session.sum_up())

    def running_charge(self, at_ms: int) -> RunningChargeTruth | None:
        """Return the session whose energy flows or is to go on flowing, None when there is none."""
        session, charge = self._session, self._body.charge
        is_begun = session is not None and (bool(session.charges) or (charge is not None and at_ms >= charge.start_ms))
        is_energy_due = charge is not None or self._body.socket.state.goes_on
        if session is None or not (is_begun and is_energy_due):
            return None
        return session.so_far(charge)

    def wants(self, goal_percent: float) -> bool:
        """Return whether there is anything to charge up to a goal."""
        return self._body.stored_kwh < self._body.model.battery_kwh * goal_percent / 100 - GOAL_MARGIN_KWH

    def plug_in(self, at_ms: int, *, is_dc: bool = False) -> None:
        """Put the plug in."""
        body, socket = self._body, self._body.socket
        body.settle(at_ms)
        socket.is_plugged, socket.is_dc = True, is_dc
        socket.plug_ins += 1
        self._session = ChargingSessionLog(
            plugged_in_ms=at_ms,
            place=body.place,
            odometer_km=body.odometer_km,
            capacity_kwh=body.model.battery_kwh,
            is_dc=is_dc,
            is_preconditioned=body.cabin.is_conditioned,
        )
        self._report(at_ms, instruments.read_plug(body))

    def begin(self, at_ms: int, *, goal_percent: int, power_kw: float, is_dc: bool) -> ChargeCurve | None:
        """Charge to a goal; the plug is in already. None when the battery is at the goal."""
        body, socket = self._body, self._body.socket
        body.settle(at_ms)
        if not self.wants(goal_percent):
            return None
        socket.goal_percent, socket.is_dc, socket.waits_until_ms = goal_percent, is_dc, None
        if not is_dc:
            power_kw = min(power_kw, instruments.ac_limit_kw(body))
        if self._session is not None:
            self._session.is_dc = is_dc
        charge = work_out_charge(
            start_ms=whole_second(at_ms) + 35 * SECOND_MS,
            stored_kwh=body.stored_kwh,
            capacity_kwh=body.model.battery_kwh,
            goal_kwh=body.model.battery_kwh * goal_percent / 100,
            power_kw=power_kw,
            is_dc=is_dc,
        )
        body.charge = charge
        self._during(charge, charge.start_ms - 17 * SECOND_MS, self._initialise)
        self._during(charge, charge.start_ms - 9 * SECOND_MS, self._report_phases)
        self._during(charge, charge.start_ms, lambda now: self._active(now, charge))
        self._during(charge, charge.end_ms, self.end)
        return charge

    def wait(self, at_ms: int, until_ms: int, begin: Callable[[int], None]) -> None:
        """Wait for the window of the charging profile, then begin; not if the plug is out or a charge began before."""
        socket = self._body.socket
        plug_ins, socket.waits_until_ms = socket.plug_ins, until_ms
        self._report(at_ms, instruments.read_charging(self._body, at_ms))

        def begin_if_waiting(now: int) -> None:
            if socket.plug_ins == plug_ins and socket.waits_until_ms == until_ms:
                begin(now)

        self._agenda.at(until_ms, begin_if_waiting)

    def end(self, at_ms: int, *, reason: ChargeEnd = ChargeEnd.GOAL_REACHED) -> None:
        """End the charge under way or paused; the plug stays in."""
        self._finish(at_ms)
        is_full = self._body.soc_percent(at_ms) > FULL_PERCENT
        state, occasion = (ChargingState.FULL, Occasion.FULL) if is_full else (ChargingState.ENDED, Occasion.CHANGE)
        self._stand(at_ms, state, reason=reason, occasion=occasion)
        self._ended(at_ms)

    def change(self, at_ms: int, *, goal_percent: int) -> None:
        """Take another goal; a charge under way begins anew, with the limits of now, or ends if it is there."""
        body, charge = self._body, self._body.charge
        body.socket.goal_percent = goal_percent
        if charge is not None:
            self._finish(at_ms)
            power_kw = body.model.dc_kw if charge.is_dc else body.model.ac_kw
            if self.begin(at_ms, goal_percent=goal_percent, power_kw=power_kw, is_dc=charge.is_dc) is None:
                self.end(at_ms)

    def fail(self, at_ms: int, *, hint: str, state: ChargingState = ChargingState.FAILED) -> None:
        """Let the charge under way fail, or be disrupted."""
        self._finish(at_ms)
        if self._session is not None:
            self._session.errors.append(hint)
        self._body.socket.has_last_failed = True
        self._stand(at_ms, state, reason=ChargeEnd.STATION_FAILED)
        self._ended(at_ms)

    def pause(self, at_ms: int, *, minutes: float, state: ChargingState = ChargingState.PAUSED) -> None:
        """Pause the charge under way, because a load manager or a tariff wants that, or interrupt it."""
        charge = self._body.charge
        if charge is None:
            return
        self._finish(at_ms)
        self._stand(at_ms, state, reason=None)
        plug_ins, power_kw = self._body.socket.plug_ins, max(charge.power_kw)

        def resume(now: int) -> None:
            socket = self._body.socket
            if socket.state is not state or (socket.plug_ins, self._body.charge) != (plug_ins, None):
                return
            if self.begin(now, goal_percent=socket.goal_percent, power_kw=power_kw, is_dc=charge.is_dc) is None:
                self.end(now)

        self._agenda.at(at_ms + round(minutes * MINUTE_MS), resume)

    def unplug(self, at_ms: int) -> None:
        """Take the plug out if there is one in; a charge under way ends with it."""
        body, socket = self._body, self._body.socket
        if not socket.is_plugged:
            return
        if body.charge is not None:
            self._finish(at_ms)
            socket.last_end = ChargeEnd.UNPLUGGED
        body.settle(at_ms)
        socket.is_plugged, socket.waits_until_ms = False, None
        if self._session is not None and self._session.charges:
            self._session.unplugged_ms = at_ms
            self._over.append(self._session.sum_up())
        self._session = None
        self._stand(at_ms, ChargingState.NOT_CHARGING, reason=None)

    def note_preconditioning(self) -> None:
        """Remember that the cabin was heated or cooled while the plug was in."""
        if self._session is not None:
            self._session.is_preconditioned = True

    def _during(self, charge: ChargeCurve, at_ms: int, moment: Callable[[int], None]) -> None:
        self._agenda.at(at_ms, lambda now: moment(now) if self._body.charge is charge else None)

    def _initialise(self, at_ms: int) -> None:
        socket = self._body.socket
        socket.state, socket.has_last_failed = ChargingState.STARTING, False
        self._report(at_ms, instruments.read_charging(self._body, at_ms))

    def _report_phases(self, at_ms: int) -> None:
        socket = self._body.socket
        socket.phases = None if socket.is_dc else self._body.model.ac_phases
        self._report(at_ms, instruments.read_charging(self._body, at_ms))

    def _active(self, at_ms: int, charge: ChargeCurve) -> None:
        self._body.socket.state = ChargingState.CHARGING
        self._report(at_ms, *self._read_all(at_ms), occasion=Occasion.STEP)
        self._report_later(at_ms, charge)

    def _report_later(self, at_ms: int, charge: ChargeCurve) -> None:
        least, most = DC_MINUTES if charge.is_dc else STEADY_MINUTES
        minutes = self._fate.of("charge", at_ms).uniform(least, most)
        next_ms = at_ms + round(minutes * 60) * SECOND_MS
        if next_ms < charge.end_ms:
            self._during(charge, next_ms, lambda now: self._report_progress(now, charge))

    def _report_progress(self, at_ms: int, charge: ChargeCurve) -> None:
        body = self._body
        begin_ms, end_ms = (minutes * MINUTE_MS for minutes in FROZEN_MINUTES)
        level: Quantity
        if body.model.freezes_soc and begin_ms < at_ms - charge.start_ms < end_ms:
            level = PredictedLevel(soc_percent=body.soc_percent(at_ms) * PREDICTED_TOO_MUCH)
        else:
            level = instruments.read_levels(body, at_ms)
        self._report(at_ms, instruments.read_flow(body, at_ms), level, occasion=Occasion.STEP)
        self._report_later(at_ms, charge)

    def _finish(self, at_ms: int) -> None:
        """Book the energy so far; a charge that had not begun leaves no trace."""
        body, charge = self._body, self._body.charge
        body.settle(at_ms)
        body.charge = None
        if self._session is not None and charge is not None and at_ms > charge.start_ms:
            self._session.charges.append((charge, at_ms))

    def _stand(
        self, at_ms: int, state: ChargingState, *, reason: ChargeEnd | None, occasion: Occasion = Occasion.CHANGE
    ) -> None:
        """Report that no energy flows, and why (`reason` None: as before)."""
        socket = self._body.socket
        socket.state, socket.phases = state, 1
        socket.last_end = reason or socket.last_end
        self._report(at_ms, *self._read_all(at_ms), occasion=occasion)

    def _read_all(self, at_ms: int) -> tuple[Quantity, ...]:
        body = self._body
        return instruments.read_charging(body, at_ms), instruments.read_plug(body), instruments.read_levels(body, at_ms)

    def _report(self, at_ms: int, *quantities: Quantity, occasion: Occasion = Occasion.CHANGE) -> None:
        """Report the charge; an i4 falls silent some minutes after plug-in (reported by users 2025-2026)."""
        silent_s, session = self._body.model.silent_after_plug_s, self._session
        if silent_s and session is not None and at_ms - session.plugged_in_ms > silent_s * SECOND_MS:
            return
        self._telematics.report(at_ms, *quantities, occasion=occasion)
