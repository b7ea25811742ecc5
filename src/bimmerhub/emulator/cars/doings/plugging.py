"""Charging from plug-in to plug-out, told the way such a car tells it.

The status goes INITIALIZATION, CHARGINGACTIVE, CHARGINGENDED, and NOCHARGING on plugging out; in between it may be
CHARGINGPAUSED, or end as CHARGINGERROR. The phases are told up to ten seconds before the status and are one again at
the end; the port is told again at each start and end (all observed by clients 2025-2026). A moment that finds another
charge under way than the one it belongs to does nothing.
"""

from collections.abc import Callable

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice import wording as values
from bimmerhub.emulator.cardata.voice.voice import Occasion, Told, Voice
from bimmerhub.emulator.cars.doings.charging_sessions import Session
from bimmerhub.emulator.cars.machine.car_body import Body
from bimmerhub.emulator.cars.machine.charge_curve import Charge, work_out_charge
from bimmerhub.emulator.cars.world.agenda import MINUTE_MS, SECOND_MS, Agenda, Fate, whole_second

STEADY_MINUTES, DC_MINUTES = (10.0, 30.0), (1.0, 2.0)
"""How often a charge is told of: stable AC charging is silent for 10 to 30 minutes (observed by clients 2025-2026)."""
FROZEN_MINUTES = (10, 100)
"""From when to when in a charge a PHEV's level stands still (one to two hours observed)."""
PREDICTED_TOO_MUCH = 1.06
"""How much more the predicted level says meanwhile (that it overshoots was observed, not by how much)."""
GOAL_MARGIN_KWH = 0.2
FULL_PERCENT = 99.9
PAUSED = "CHARGINGPAUSED"


class Plugging:
    """The charging of one car. `ended` is told of each charge that is over and not paused."""

    def __init__(self, body: Body, voice: Voice, agenda: Agenda, *, fate: Fate, ended: Callable[[int], None]) -> None:
        self._body = body
        self._voice = voice
        self._agenda = agenda
        self._fate = fate
        self._ended = ended
        self._session: Session | None = None
        self._over: list[dict[str, object]] = []

    def sessions(self) -> list[dict[str, object]]:
        """Return the sessions that are over, and the one whose plug is still in when its charging is over."""
        now = self._session
        is_over = now is not None and now.charges and self._body.charge is None and self._body.socket.status != PAUSED
        return [*self._over, now.truth()] if now is not None and is_over else list(self._over)

    def wants(self, goal_percent: float) -> bool:
        """Return whether there is anything to charge up to a goal."""
        return self._body.stored_kwh < self._body.model.battery_kwh * goal_percent / 100 - GOAL_MARGIN_KWH

    def plug_in(self, at_ms: int, *, is_dc: bool = False) -> None:
        """Put the plug in."""
        body, socket = self._body, self._body.socket
        body.settle(at_ms)
        socket.is_plugged, socket.is_dc = True, is_dc
        socket.plug_events += 1
        self._session = Session(
            plugged_in_ms=at_ms,
            place=body.place,
            odometer_km=body.odometer_km,
            capacity_kwh=body.model.battery_kwh,
            is_dc=is_dc,
            is_preconditioned=body.cabin.climate != "standby",
        )
        self._tell(at_ms, values.port(body))

    def begin(self, at_ms: int, *, goal_percent: int, power_kw: float, is_dc: bool) -> Charge | None:
        """Charge to a goal, plugged in already; None when the battery has it."""
        body, socket = self._body, self._body.socket
        body.settle(at_ms)
        if not self.wants(goal_percent):
            return None
        socket.goal_percent, socket.is_dc = goal_percent, is_dc
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
        self._during(charge, charge.start_ms - 9 * SECOND_MS, self._tell_phases)
        self._during(charge, charge.start_ms, lambda now: self._active(now, charge))
        self._during(charge, charge.end_ms, self.end)
        return charge

    def end(self, at_ms: int, *, reason: str = "CHARGING_GOAL_REACHED") -> None:
        """End the charge under way or paused; the plug stays in."""
        self._finish(at_ms)
        is_full = self._body.soc_percent(at_ms) > FULL_PERCENT
        hv_status = "FINISHED_FULLY_CHARGED" if is_full else "FINISHED_NOT_FULL"
        self._stand(at_ms, "CHARGINGENDED", hv_status, reason=reason, occasion=_full(is_full=is_full))
        self._ended(at_ms)

    def fail(self, at_ms: int, *, hint: str) -> None:
        """Let the charge under way fail."""
        self._finish(at_ms)
        if self._session is not None:
            self._session.errors.append(hint)
        self._body.socket.result = "FAILED"
        self._stand(at_ms, "CHARGINGERROR", "ERROR", reason="CHARGING_STATION_FAILURE")
        self._ended(at_ms)

    def pause(self, at_ms: int, *, minutes: float) -> None:
        """Pause the charge under way: a load manager or a tariff wants that."""
        charge = self._body.charge
        if charge is None:
            return
        self._finish(at_ms)
        self._stand(at_ms, PAUSED, "WAITING_FOR_CHARGING", reason=None)
        events, power_kw = self._body.socket.plug_events, max(charge.power_kw)

        def resume(now: int) -> None:
            socket = self._body.socket
            if socket.status != PAUSED or (socket.plug_events, self._body.charge) != (events, None):
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
            socket.end_reason = "CONNECTOR_REMOVED"
        body.settle(at_ms)
        socket.is_plugged = False
        if self._session is not None and self._session.charges:
            self._session.unplugged_ms = at_ms
            self._over.append(self._session.truth())
        self._session = None
        self._stand(at_ms, "NOCHARGING", "NOT_CHARGING", reason=None)

    def note_preconditioning(self) -> None:
        """Remember that the cabin was heated or cooled while the plug was in."""
        if self._session is not None:
            self._session.is_preconditioned = True

    def _during(self, charge: Charge, at_ms: int, moment: Callable[[int], None]) -> None:
        self._agenda.at(at_ms, lambda now: moment(now) if self._body.charge is charge else None)

    def _initialise(self, at_ms: int) -> None:
        socket = self._body.socket
        socket.status, socket.hv_status, socket.result = "INITIALIZATION", "WAITING_FOR_CHARGING", "SUCCESS"
        self._tell(at_ms, values.charging(self._body, at_ms))

    def _tell_phases(self, at_ms: int) -> None:
        socket = self._body.socket
        socket.phases = "INVALID" if socket.is_dc else f"{self._body.model.ac_phases}-PHASES"
        self._tell(at_ms, values.charging(self._body, at_ms))

    def _active(self, at_ms: int, charge: Charge) -> None:
        socket = self._body.socket
        socket.status, socket.hv_status = "CHARGINGACTIVE", "CHARGING"
        told = values.charging(self._body, at_ms) | values.port(self._body) | values.levels(self._body, at_ms)
        self._tell(at_ms, told, Occasion.STEP)
        self._report_later(at_ms, charge)

    def _report_later(self, at_ms: int, charge: Charge) -> None:
        least, most = DC_MINUTES if charge.is_dc else STEADY_MINUTES
        minutes = self._fate.of("charge", at_ms).uniform(least, most)
        next_ms = at_ms + round(minutes * 60) * SECOND_MS
        if next_ms < charge.end_ms:
            self._during(charge, next_ms, lambda now: self._report(now, charge))

    def _report(self, at_ms: int, charge: Charge) -> None:
        told = values.flow(self._body, at_ms)
        begin, end = (minutes * MINUTE_MS for minutes in FROZEN_MINUTES)
        if self._body.model.freezes_soc and begin < at_ms - charge.start_ms < end:
            told[keys.SOC_PREDICTED] = float(min(100, round(self._body.soc_percent(at_ms) * PREDICTED_TOO_MUCH)))
        else:
            told |= values.levels(self._body, at_ms)
        self._tell(at_ms, told, Occasion.STEP)
        self._report_later(at_ms, charge)

    def _finish(self, at_ms: int) -> None:
        """Take the plug's energy so far for good; a charge that had not begun leaves no trace."""
        body, charge = self._body, self._body.charge
        body.settle(at_ms)
        body.charge = None
        if self._session is not None and charge is not None and at_ms > charge.start_ms:
            self._session.charges.append((charge, at_ms))

    def _stand(
        self, at_ms: int, status: str, hv_status: str, *, reason: str | None, occasion: Occasion = Occasion.CHANGE
    ) -> None:
        """Tell that no energy flows, and why."""
        body, socket = self._body, self._body.socket
        socket.status, socket.hv_status, socket.phases = status, hv_status, "1-PHASES"
        socket.end_reason = reason or socket.end_reason
        self._tell(at_ms, values.charging(body, at_ms) | values.port(body) | values.levels(body, at_ms), occasion)

    def _tell(self, at_ms: int, told: Told, occasion: Occasion = Occasion.CHANGE) -> None:
        """Tell of the charge; an i4 falls silent some minutes after plug-in (reported by users 2025-2026)."""
        silent_s, session = self._body.model.silent_after_plug_s, self._session
        if silent_s and session is not None and at_ms - session.plugged_in_ms > silent_s * SECOND_MS:
            return
        self._voice.tell(at_ms, told, occasion)


def _full(*, is_full: bool) -> Occasion:
    return Occasion.FULL if is_full else Occasion.CHANGE
