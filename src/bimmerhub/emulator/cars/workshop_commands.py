"""The commands that concern warnings, trouble codes and calls to the workshop."""

from collections.abc import Callable

from bimmerhub.emulator.cars.doings.activities import Activities
from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.states import ServiceCallKind, ServiceKind, WarningKind
from bimmerhub.emulator.cars.telematics import Telematics
from bimmerhub.emulator.cars.workshop_readings import notice_events

LONGEST_CODE = 12


class WorkshopCommands:
    """`commands` are by name; each one refuses with a ValueError in words."""

    def __init__(self, body: CarBody, activities: Activities, telematics: Telematics) -> None:
        self._body = body
        self._calling = activities.calling
        self._telematics = telematics
        self.commands: dict[str, Callable[..., None]] = {
            "warn": self._warn,
            "end_warning": self._end_warning,
            "note_trouble_code": self._note_trouble_code,
            "forget_trouble_codes": self._forget_trouble_codes,
            "miss_service": self._miss_service,
            "do_service": self._do_service,
            "call_service": self._call_service,
        }

    def _warn(self, at_ms: int, *, kind: str = "WASHER_FLUID_LOW") -> None:
        """Warn of something, until the warning is ended."""
        self._body.events.warnings.add(_parse_kind(kind))
        self._report(at_ms)

    def _end_warning(self, at_ms: int, *, kind: str = "WASHER_FLUID_LOW") -> None:
        self._body.events.warnings.discard(_parse_kind(kind))
        self._report(at_ms)

    def _note_trouble_code(self, at_ms: int, *, code: str = "S 0001", address: int = 41) -> None:
        """Note a trouble code of the control unit with an address, until all of them are forgotten."""
        text, number = str(code), int(address)
        is_code = 0 < len(text) <= LONGEST_CODE and text.replace(" ", "").isalnum()
        if not is_code or number not in range(256):
            raise ValueError(f"a code has up to {LONGEST_CODE} letters and digits, an address is 0 to 255")
        self._body.events.trouble_codes.add((number, text))
        self._report(at_ms)

    def _forget_trouble_codes(self, at_ms: int) -> None:
        """Forget the trouble codes that were noted by command."""
        self._body.events.trouble_codes.clear()
        self._report(at_ms)

    def _miss_service(self, at_ms: int, *, kind: str = "BRAKE_FLUID") -> None:
        """Let a service be overdue until it is done."""
        self._body.events.missed_services.add(_parse_service(kind))
        self._report(at_ms)

    def _do_service(self, at_ms: int, *, kind: str = "BRAKE_FLUID") -> None:
        self._body.events.missed_services.discard(_parse_service(kind))
        self._report(at_ms)

    def _call_service(self, at_ms: int, *, kind: str = "manual", succeeds: bool = True) -> None:
        """Call the workshop."""
        if kind not in set(ServiceCallKind):
            raise ValueError(f"a call is {', '.join(ServiceCallKind)}, not {kind!r}")
        self._calling.call(at_ms, ServiceCallKind(kind), succeeds=bool(succeeds))

    def _report(self, at_ms: int) -> None:
        self._telematics.report(at_ms, notice_events(self._body, at_ms))


def _parse_kind(kind: str) -> WarningKind:
    if kind not in WarningKind.__members__:
        raise ValueError(f"there is no warning {kind!r}; known: {', '.join(WarningKind.__members__)}")
    return WarningKind[kind]


def _parse_service(kind: str) -> ServiceKind:
    if kind not in ServiceKind.__members__:
        raise ValueError(f"there is no service {kind!r}; known: {', '.join(ServiceKind.__members__)}")
    return ServiceKind[kind]
