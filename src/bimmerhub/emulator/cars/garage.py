"""The simulated cars of one account, and the log of commands that makes them repeatable."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bimmerhub.domain.ids import Vin
from bimmerhub.emulator.cars.car import SimulatedCar
from bimmerhub.emulator.cars.message import BackendValue, CarInfo, StreamMessage
from bimmerhub.emulator.cars.models import MODELS

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

    garage kept (`command_log`): they are given again at their times; one that is impossible then is left out.
    garage kept (`command_log`): they are given again at their times.
    """

    def __init__(
        self,
        *,
        seed: int,
        start_ms: int,
        models: Sequence[str] = ("bev", "phev", "ice"),
        commands: Sequence[Mapping[str, object]] = (),
    ) -> None:
        unknown = [name for name in models if name not in MODELS]
        if unknown or len(set(models)) != len(models):
            raise ValueError(f"models are {', '.join(MODELS)}, each once; got {', '.join(models)}")
        self.now_ms = start_ms
        self.command_log: list[dict[str, object]] = []
        self._cars = {MODELS[name].vin: SimulatedCar(MODELS[name], seed=seed, start_ms=start_ms) for name in models}
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
        cars = sorted(self._cars.values(), key=lambda car: car.model.vin)
        while cars:
            car = min(cars, key=SimulatedCar.next_event_ms)
            event_ms = car.next_event_ms()
            if event_ms > until_ms:
                break
            self.now_ms = max(self.now_ms, event_ms)
            yield from car.advance(event_ms)
        self.now_ms = max(self.now_ms, until_ms)

    def command(self, vin: Vin, name: str, **arguments: object) -> None:
        """Command a car at `now_ms`; ValueError in words when it is not there, or cannot do that now.

        Commands: drive (minutes or km), stop, plug_in, unplug, charge (target_percent, power_kw, soc_percent),
        stop_charging, lock, unlock, open and close (what).
        """
        self._car(vin).command(name, arguments)
        self.command_log.append({"at_ms": self.now_ms, "vin": vin, "name": name, "arguments": dict(arguments)})

    def telematic(self, vin: Vin) -> Mapping[str, BackendValue]:
        """Return the backend's last state of every key this car knows, those that only REST has included."""
        return self._car(vin).telematic()

    def charging_sessions(self, vin: Vin) -> list[dict[str, object]]:
        """Return finished charging sessions as they really were, newest first."""
        return list(reversed(self._car(vin).sessions))

    def truth(self, vin: Vin) -> dict[str, object]:
        """Return what is really so, and every trip and charge that is over; JSON-able."""
        return self._car(vin).truth()

    def _car(self, vin: Vin) -> SimulatedCar:
        if vin not in self._cars:
            raise ValueError("there is no such car here")
        car = self._cars[vin]
        car.now_ms = max(car.now_ms, self.now_ms)
        return car
