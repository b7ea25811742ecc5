"""The simulated cars of one account."""

from collections.abc import Iterator, Mapping, Sequence

from bimmerhub.domain.ids import Vin
from bimmerhub.emulator.cars.message import BackendValue, CarInfo, StreamMessage


class Garage:
    """The simulated cars of one account; the same seed, start, models and commands give the same messages."""

    def __init__(
        self,
        *,
        seed: int,
        start_ms: int,
        models: Sequence[str] = ("bev", "phev", "ice"),
        commands: Sequence[Mapping[str, object]] = (),
    ) -> None:
        self.now_ms = start_ms
        self.cars: tuple[CarInfo, ...] = ()
        self.command_log: list[dict[str, object]] = []

    def next_event_ms(self) -> int:
        """Return when advance() would next yield a message or change the state."""
        return self.now_ms + 3_600_000

    def advance(self, until_ms: int) -> Iterator[StreamMessage]:
        """Yield the messages sent after `now_ms` up to and including `until_ms`, in order."""
        self.now_ms = until_ms
        yield from ()

    def command(self, vin: Vin, name: str, **arguments: object) -> None:
        """Command a car at `now_ms`."""
        raise NotImplementedError

    def telematic(self, vin: Vin) -> Mapping[str, BackendValue]:
        """Return the backend's last state of every key this car knows."""
        raise NotImplementedError

    def charging_sessions(self, vin: Vin) -> list[dict[str, object]]:
        """Return finished charging sessions, newest first."""
        raise NotImplementedError

    def truth(self, vin: Vin) -> dict[str, object]:
        """Return the ground truth."""
        raise NotImplementedError
