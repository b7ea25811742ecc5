"""The simulated cars of one account, and the log of commands that makes their lives repeatable."""

from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bimmerhub.emulator.cars.car import OWNED_FOR_MS, SimulatedCar
from bimmerhub.emulator.cars.last_state import LastState
from bimmerhub.emulator.cars.models.car_model import CarModel
from bimmerhub.emulator.cars.models.car_models import MODELS
from bimmerhub.emulator.cars.telematics import OnReport, Report
from bimmerhub.emulator.cars.truth import CarTruth
from bimmerhub.ids import Vin
from bimmerhub.times import HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class CarIdentity:
    """Who a simulated car is.

    `code` is its model's in `MODELS`, `model_name` what it is sold as. `drivetrain` is BEV, PHEV, MHEV or ICE.
    `is_in_miles`: its displays are set to miles. `owned_since_ms` is when the account got it (milliseconds since 1970
    UTC).
    """

    vin: Vin
    code: str
    model_name: str
    drivetrain: str
    is_motorcycle: bool
    is_in_miles: bool
    owned_since_ms: int


OnDone = Callable[[int, ValueError | None], None]
"""Called with the time of a command that was ordered, and why the car refused it (None: it did it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOrder:
    """A command to a car at a time (milliseconds since 1970 UTC); `on_done` is told then what became of it."""

    at_ms: int
    vin: Vin
    name: str
    arguments: Mapping[str, object]
    on_done: OnDone | None = None

    @classmethod
    def from_log(cls, entry: Mapping[str, object]) -> "CommandOrder":
        """Return a command of a `command_log`; ValueError for what is none."""
        at_ms, arguments = entry["at_ms"], entry["arguments"]
        if not isinstance(at_ms, int) or not isinstance(arguments, Mapping):
            raise ValueError("this is no command log")  # noqa: TRY004 - wrong content of a file
        return cls(at_ms=at_ms, vin=Vin(str(entry["vin"])), name=str(entry["name"]), arguments=arguments)


class Garage:
    """The simulated cars of one account; the same seed, start, models and commands give the same lives.

    `models` names them by their codes (`MODELS`). `commands` are those of an earlier garage (`command_log`): they are
    given again at their times; one that is impossible then is left out. `report_every_s` is about how often cars report
    on the road, instead of as often as their model does; those that report rarely stay as they are.
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
        unknown = [code for code in models if code not in MODELS]
        if unknown or len(set(models)) != len(models):
            raise ValueError(f"models are {', '.join(MODELS)}, each once; got {', '.join(models)}")
        self.now_ms = start_ms
        self.command_log: list[dict[str, object]] = []
        chosen = {code: _at_pace(MODELS[code], report_every_s) for code in models}
        self.cars = tuple(_identify(code, model, start_ms=start_ms) for code, model in chosen.items())
        self._cars = {model.vin: SimulatedCar(model, seed=seed, start_ms=start_ms) for model in chosen.values()}
        self._by_vin = sorted(self._cars.values(), key=lambda car: car.model.vin)
        self._to_repeat = sorted(
            (CommandOrder.from_log(entry) for entry in commands), key=lambda command: command.at_ms
        )

    def listen(self, on_report: OnReport) -> tuple[Report, ...]:
        """Call `on_report` with each report of the cars from now on; return what was told before their lives began."""
        for car in self._cars.values():
            car.listen(on_report)
        return tuple(report for car in self._cars.values() for report in car.first_reports)

    def next_event_ms(self) -> int:
        """Return when `advance` would next change something."""
        times_ms = [car.next_event_ms() for car in self._by_vin]
        times_ms += [command.at_ms for command in self._to_repeat[:1]]
        return min(times_ms, default=self.now_ms + HOUR_MS)

    def advance(self, until_ms: int) -> None:
        """Live up to and including `until_ms`; a time before `now_ms` changes nothing."""
        while self._to_repeat and self._to_repeat[0].at_ms <= until_ms:
            command = self._to_repeat.pop(0)
            self._live_until(command.at_ms)
            self._carry_out(command)
        self._live_until(until_ms)

    def command(self, vin: Vin, name: str, /, **arguments: object) -> None:
        """Command a car at `now_ms`; ValueError in words when it is not there, or cannot do that now.

        Commands: drive (minutes or km), stop, plug_in, unplug, charge (target_percent, power_kw, soc_percent),
        stop_charging, pause_charging and interrupt_charging (minutes), fail_charging and disrupt_charging (hint), lock,
        unlock (drivers_door_only), open (what, how) and close (what), light (side), precondition (minutes),
        stop_preconditioning, refuel, puncture (wheel, kpa_per_day), inflate, warn and end_warning (kind),
        note_trouble_code (code, address), forget_trouble_codes, miss_service and do_service (kind), call_service (kind,
        succeeds), expire_sim, renew_sim, expire_contract, renew_contract. Remote commands (`RemoteCommands`):
        lock_remotely, unlock_remotely, flash_lights and blow_horn (count), condition_remotely (start), charge_now,
        set_charging_profile (profile), set_charging_settings (target_percent, ac_limit_a, unlocks_cable, loudness),
        locate, receive, lose_reception (minutes), regain_reception.
        """
        self._find(vin).command(name, arguments)
        self.command_log.append({"at_ms": self.now_ms, "vin": vin, "name": name, "arguments": dict(arguments)})

    def order(self, order: CommandOrder) -> None:
        """Command a car at a time to come. Who is told of it may order anew."""
        insort(self._to_repeat, order, key=lambda command: command.at_ms)

    def withdraw(self, order: CommandOrder) -> None:
        """Forget an order that has not come up yet."""
        self._to_repeat = [other for other in self._to_repeat if other is not order]

    def truth(self, vin: Vin) -> CarTruth:
        """Return what is really so now; ValueError when there is no such car."""
        return self._find(vin).truth()

    def last_state(self, vin: Vin) -> LastState:
        """Return the last state that a car reported; ValueError when there is no such car."""
        return self._find(vin).last_state()

    def keep_states_from(self, from_ms: int) -> None:
        """Keep each state that the cars report from a time on (milliseconds since 1970 UTC); see `StateMemory`."""
        for car in self._by_vin:
            car.keep_states_from(from_ms)

    def _carry_out(self, command: CommandOrder) -> None:
        refusal: ValueError | None = None
        try:
            self.command(command.vin, command.name, **command.arguments)
        except ValueError as error:  # of the log: another version's cars lived otherwise
            refusal = error
        if command.on_done is not None:
            command.on_done(self.now_ms, refusal)

    def _live_until(self, until_ms: int) -> None:
        cars = self._by_vin
        while cars:
            car = min(cars, key=SimulatedCar.next_event_ms) if len(cars) > 1 else cars[0]
            event_ms = car.next_event_ms()
            if event_ms > until_ms:
                break
            self.now_ms = max(self.now_ms, event_ms)
            car.step()
        self.now_ms = max(self.now_ms, until_ms)

    def _find(self, vin: Vin) -> SimulatedCar:
        if vin not in self._cars:
            raise ValueError("there is no such car here")
        car = self._cars[vin]
        car.now_ms = max(car.now_ms, self.now_ms)
        return car


def _identify(code: str, model: CarModel, *, start_ms: int) -> CarIdentity:
    return CarIdentity(
        vin=model.vin,
        code=code,
        model_name=model.name,
        drivetrain=model.drivetrain,
        is_motorcycle=model.is_motorcycle,
        is_in_miles=model.is_in_miles,
        owned_since_ms=start_ms - OWNED_FOR_MS,
    )


def _at_pace(model: CarModel, report_every_s: float | None) -> CarModel:
    if report_every_s is None:
        return model
    if not report_every_s >= 1:
        raise ValueError("report_every_s is 1 or more")
    pace_s = (0.6 * report_every_s, 1.4 * report_every_s)
    pace = replace(model.pace, position_gaps_s=pace_s, long_gap_share=0.0, figures_every_s=pace_s)
    return replace(model, pace=replace(pace, reports_by_distance=False, has_bursts=True))
