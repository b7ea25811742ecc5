"""Calls to the workshop: by the car itself, by its driver, and from the roadside.

A call is pending first and has succeeded or failed some minutes later; the next night it is forgotten. The states are
those of BMW's catalogue; what they follow from and how long each lasts is inferred.
"""

from bimmerhub.emulator.cars import workshop_readings
from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.machine.service_plan import list_services, list_warnings
from bimmerhub.emulator.cars.states import ServiceCallKind, ServiceCallState
from bimmerhub.emulator.cars.telematics import Telematics
from bimmerhub.emulator.cars.world.agenda import Agenda
from bimmerhub.times import MINUTE_MS

ANSWERED_AFTER_MS = 3 * MINUTE_MS


class ServiceCalling:
    """The calls of one car."""

    def __init__(self, body: CarBody, telematics: Telematics, agenda: Agenda) -> None:
        self._body = body
        self._telematics = telematics
        self._agenda = agenda

    def call(self, at_ms: int, kind: ServiceCallKind, *, succeeds: bool = True) -> None:
        """Call now; the answer comes three minutes later."""
        events = self._body.events
        events.called_ms[kind], events.call_state = at_ms, ServiceCallState.PENDING
        self._report(at_ms)

        def answer(now: int) -> None:
            if events.call_state is not ServiceCallState.PENDING:
                return
            events.call_state = ServiceCallState.SUCCESSFUL if succeeds else ServiceCallState.FAILED
            events.report_ms = now if succeeds else events.report_ms
            self._report(now)

        self._agenda.at(at_ms + ANSWERED_AFTER_MS, answer)

    def look_after(self, at_ms: int) -> None:
        """Forget the last call's outcome; call when a service or a warning is there that was not called for yet."""
        events = self._body.events
        if events.call_state in {ServiceCallState.SUCCESSFUL, ServiceCallState.FAILED}:
            events.call_state = ServiceCallState.IDLE
            self._report(at_ms)
        reasons = {f"service {due.kind.name}" for due in list_services(self._body, at_ms) if due.is_near}
        reasons |= {f"warning {warning.kind.name}" for warning in list_warnings(self._body, at_ms)}
        is_new, events.called_for = bool(reasons - events.called_for), frozenset(reasons)
        if is_new:
            self.call(at_ms, ServiceCallKind.AUTOMATIC)

    def _report(self, at_ms: int) -> None:
        self._telematics.report(at_ms, workshop_readings.read_service_calls(self._body))
