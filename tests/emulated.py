"""What tests use of the emulator: its settings by plain names, and cars heard through CarData."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from tools.emulator_keys import keys_dir

from bimmerhub.emulator.cardata.voice.message import BackendValue, StreamMessage
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.cars import CarIdentity, Garage
from bimmerhub.emulator.control.truth_json import session_to_json, truth_to_json
from bimmerhub.emulator.settings import EmulatorSettings
from bimmerhub.ids import Vin

STRICT_BUT_FOR_KEEP_ALIVE = {"is_lenient": False, "keeps_alive_rule": False}
"""As strict as BMW for a clock that jumps: a jump would miss every keep-alive."""
PARTS = ("host", "lives", "sign_in", "portal", "cardata", "stream")


def emulator_settings(**changes: Any) -> EmulatorSettings:
    """Return lenient settings with each named one changed, whichever part declares it: `http_port=0`.

    Lenient, for clocks of tests jump and run; `is_lenient=False` is as strict as BMW. All emulators of a process have
    the same certificates and keys, unless `keys_dir` is named.
    """
    changes = {"keys_dir": keys_dir(), **changes}
    own = {field.name for field in fields(EmulatorSettings)}
    settings = replace(
        EmulatorSettings(is_lenient=True), **{name: value for name, value in changes.items() if name in own}
    )
    for name, value in changes.items():
        if name not in own:
            [part] = [part for part in PARTS if name in {field.name for field in fields(getattr(settings, part))}]
            changed = {part: replace(getattr(settings, part), **{name: value})}
            settings = replace(settings, **changed)
    return settings


class HeardCars:
    """The cars of one garage: what CarData hears of them, and the truth as the control API tells it."""

    def __init__(
        self,
        *,
        seed: int,
        start_ms: int,
        models: Sequence[str] = ("bev", "phev", "ice"),
        commands: Sequence[Mapping[str, object]] = (),
        report_every_s: float | None = None,
    ) -> None:
        self.garage = Garage(
            seed=seed, start_ms=start_ms, models=models, commands=commands, report_every_s=report_every_s
        )
        self.voice = CarDataVoice(self.garage)
        self._rows: set[tuple[object, ...]] = set()

    @property
    def now_ms(self) -> int:
        return self.garage.now_ms

    @property
    def cars(self) -> tuple[CarIdentity, ...]:
        return self.garage.cars

    @property
    def command_log(self) -> list[dict[str, object]]:
        return self.garage.command_log

    def advance(self, until_ms: int) -> Iterator[StreamMessage]:
        """Yield each thing told once; `advance_with_repeats` yields all that is sent."""
        for message in self.advance_with_repeats(until_ms):
            row = (message.vin, message.descriptor, message.measured_at_ms, message.value)
            if row not in self._rows:
                self._rows.add(row)
                yield message

    def advance_with_repeats(self, until_ms: int) -> Iterator[StreamMessage]:
        return self.voice.advance(until_ms)

    def command(self, vin: Vin, name: str, **arguments: object) -> None:
        self.garage.command(vin, name, **arguments)

    def known_of(self, vin: Vin) -> Mapping[str, BackendValue]:
        return self.voice.known_of(vin)

    def truth(self, vin: Vin) -> dict[str, Any]:
        return truth_to_json(self.garage.truth(vin))

    def charging_sessions(self, vin: Vin) -> list[dict[str, Any]]:
        """Return the sessions that are over, newest first."""
        return [session_to_json(session) for session in reversed(self.garage.truth(vin).charging_sessions)]
