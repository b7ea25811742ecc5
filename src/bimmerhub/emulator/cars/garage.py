"""The simulated cars of one account, and the log of commands that makes them repeatable."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bimmerhub.emulator.cardata.voice.message import BackendValue, CarInfo, StreamMessage
from bimmerhub.emulator.cars.car import SimulatedCar
from bimmerhub.emulator.cars.car_models import MODELS, Model
from bimmerhub.ids import Vin

OWNED_FOR_MS = 300 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    at_ms: int
    vin: Vin
    name: str
    arguments: Mapping[str, object]

    @classmethod
    def from_log(cls, entry: Mapping[str, object]) -> "_Command":
        at_ms, arguments = entry["at_ms"], entry["arguments"]
        if not isinstance(at_ms, int) or not isinstance(arguments, Mapping):
            raise ValueError("this is no command log")  # noqa: TRY004 - wrong content of a file
        return cls(at_ms=at_ms, vin=Vin(str(entry["vin"])), name=str(entry["name"]), arguments=arguments)


class Garage:
    """The simulated cars of one account; the same seed, start, models and commands give the same messages.

    `models` names them (`MODELS`). `commands` are those that an earlier garage kept (`command_log`): they are given
    again at their times; one that is impossible then is left out. `report_every_s` is how often cars report on the
    road instead of as often as their model does, about; those that speak rarely or not at all stay as they are.
    """

    def __init__(
        self,
        *,
        seed: int,
        start_ms: int,
        models: Sequence[str] = ("bev", "phev", "ice"),
        commands: Sequence[Mapping[str, object]] = (),
        report_every_s: float | None = None,
    ) -> None:
        unknown = [name for name in models if name not in MODELS]
        if unknown or len(set(models)) != len(models):
            raise ValueError(f"models are {', '.join(MODELS)}, each once; got {', '.join(models)}")
        self.now_ms = start_ms
        self.command_log: list[dict[str, object]] = []
        chosen = [_at_pace(MODELS[name], report_every_s) for name in models]
        self._cars = {model.vin: SimulatedCar(model, seed=seed, start_ms=start_ms) for model in chosen}
        self._by_vin = sorted(self._cars.values(), key=lambda car: car.model.vin)
        self.cars = tuple(
            CarInfo(
                vin=car.model.vin,
                model=car.model.name,
                drivetrain=car.model.drivetrain,
                mapping_type="PRIMARY",
                mapped_since_ms=start_ms - OWNED_FOR_MS,
                basic_data=car.model.basic_data,
            )
            for car in self._cars.values()
        )
        self._to_repeat = sorted((_Command.from_log(entry) for entry in commands), key=lambda command: command.at_ms)

    def next_event_ms(self) -> int:
        """Return when advance() would next yield a message or change the state."""
        commanded = [command.at_ms for command in self._to_repeat[:1]]
        return min([car.next_event_ms() for car in self._cars.values()] + commanded, default=self.now_ms + 3_600_000)

    def advance(self, until_ms: int) -> Iterator[StreamMessage]:
        """Yield the messages sent after `now_ms` up to and including `until_ms`, in order of sent_at_ms and VIN.

        Who stops in between has lived up to the last message, and can go on from there.
        """
        while self._to_repeat and self._to_repeat[0].at_ms <= until_ms:
            command = self._to_repeat[0]
            yield from self._live_until(command.at_ms)
            self._to_repeat.pop(0)
            with suppress(ValueError):  # impossible by now: another version's cars lived otherwise
                self.command(command.vin, command.name, **command.arguments)
        yield from self._live_until(until_ms)

    def _live_until(self, until_ms: int) -> Iterator[StreamMessage]:
        cars = self._by_vin
        while cars:
            car = min(cars, key=SimulatedCar.next_event_ms) if len(cars) > 1 else cars[0]
            event_ms = car.next_event_ms()
            if event_ms > until_ms:
                break
            self.now_ms = max(self.now_ms, event_ms)
            message = car.step()
            if message is not None:
                yield message
        self.now_ms = max(self.now_ms, until_ms)

    def command(self, vin: Vin, name: str, **arguments: object) -> None:
        """Command a car at `now_ms`; ValueError in words when it is not there, or cannot do that now.

        Commands: drive (minutes or km), stop, plug_in, unplug, charge (target_percent, power_kw, soc_percent),
        stop_charging, pause_charging (minutes), fail_charging (hint), lock, unlock, open and close (what),
        precondition (minutes), stop_preconditioning, refuel, puncture (wheel, kpa_per_day), inflate.
        """
        self._car(vin).command(name, arguments)
        self.command_log.append({"at_ms": self.now_ms, "vin": vin, "name": name, "arguments": dict(arguments)})

    def telematic(self, vin: Vin) -> Mapping[str, BackendValue]:
        """Return the backend's last state of every key this car knows, those that only REST has included."""
        return self._car(vin).telematic()

    def charging_sessions(self, vin: Vin) -> list[dict[str, object]]:
        """Return the charging sessions whose charging is over as they really were, newest first.

        Each has start_ms, end_ms, plugged_in_ms, unplugged_ms (None while the plug is still in), start_soc_percent,
        end_soc_percent, grid_kwh, battery_kwh, odometer_km, is_dc, is_preconditioned, paused_s, place, latitude,
        longitude, blocks (start_ms, end_ms, average_kw), errors and error (words, None without any).
        """
        return self._car(vin).charging_sessions()[::-1]

    def truth(self, vin: Vin) -> dict[str, object]:
        """Return what is really so, and every trip and charge that is over; JSON-able."""
        return self._car(vin).truth()

    def _car(self, vin: Vin) -> SimulatedCar:
        if vin not in self._cars:
            raise ValueError("there is no such car here")
        car = self._cars[vin]
        car.now_ms = max(car.now_ms, self.now_ms)
        return car


def _at_pace(model: Model, report_every_s: float | None) -> Model:
    if report_every_s is None:
        return model
    if not report_every_s >= 1:
        raise ValueError("report_every_s is 1 or more")
    return replace(model, report_every_s=(0.6 * report_every_s, 1.4 * report_every_s))
