"""The switches of faults: on from one time to another of the emulator's clock, or for a number of uses."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from bimmerhub.emulator.faults.fault import FaultTable, check_fault_name, check_fault_value

NEVER_MS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSwitch:
    """A fault that is on, from `from_ms` up to `until_ms` (None: open end), for `times` more uses (None: any number).

    Times are milliseconds since 1970 UTC of the emulator's clock.
    """

    name: str
    value: float | None = None
    times: int | None = None
    from_ms: int | None = None
    until_ms: int | None = None

    def to_json(self) -> dict[str, object]:
        """Return it as the control API shows it."""
        return asdict(self)

    def is_on(self, now_ms: int) -> bool:
        """Tell whether it is on."""
        begun = self.from_ms is None or self.from_ms <= now_ms
        ended = self.until_ms is not None and self.until_ms <= now_ms
        return begun and not ended and self.times != 0


def check_switch(switch: FaultSwitch, table: FaultTable) -> None:
    """Raise ValueError in words for a switch of no fault, with a value it cannot have, or that would never be on."""
    check_fault_name(switch.name, table)
    check_fault_value(switch.name, switch.value, table)
    if switch.times is not None and switch.times < 1:
        raise ValueError(f"a fault is on for 1 use or more, not for {switch.times}")
    if switch.from_ms is not None and switch.until_ms is not None and switch.until_ms <= switch.from_ms:
        raise ValueError("a fault ends after it begins")


class FaultClock(Protocol):
    """The clock by which switches go on and off."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970 UTC."""
        ...


class Faults:
    """The switches of one emulator. Of several switches of a fault the one added last counts.

    Each question is about a time of the emulator's clock, now when none is given: after a jump, what a car sent an
    hour ago still meets the faults of then. A name that is not in the `table` is a KeyError, a mistake of the program.
    """

    def __init__(self, table: FaultTable, clock: FaultClock, switches: Iterable[FaultSwitch] = ()) -> None:
        self.table = table
        self._clock = clock
        self._switches: list[FaultSwitch] = []
        self._span = _NO_SPAN
        for switch in switches:
            self.switch_on(switch)

    def on(self, *, at_ms: int | None = None) -> frozenset[str]:
        """Return the names of all faults that are on."""
        now_ms = self._clock.now_ms() if at_ms is None else at_ms
        if not self._span.begin_ms <= now_ms < self._span.end_ms:
            self._span = _span_around(now_ms, self._switches)
        return self._span.names

    def is_on(self, name: str, *, at_ms: int | None = None) -> bool:
        """Tell whether a fault is on."""
        return self._find(name, at_ms) is not None

    def take(self, name: str, *, at_ms: int | None = None) -> bool:
        """Tell whether a fault is on, and use it once when it is."""
        switch = self._find(name, at_ms)
        if switch is None:
            return False
        if switch.times is not None:
            self._switches[self._switches.index(switch)] = replace(switch, times=switch.times - 1)
            self._span = _NO_SPAN
        return True

    def value(self, name: str, *, at_ms: int | None = None) -> float | None:
        """Return the strength of a fault that is on, None when it is off."""
        switch = self._find(name, at_ms)
        if switch is None:
            return None
        return self.table[name].value if switch.value is None else switch.value

    def take_value(self, name: str) -> float | None:
        """Return the strength of a fault that is on and use it once, None when it is off."""
        value = self.value(name)
        return value if self.take(name) else None

    def switch_on(self, switch: FaultSwitch) -> None:
        """Add a switch; ValueError as `check_switch`."""
        check_switch(switch, self.table)
        self._switches.append(switch)
        self._span = _NO_SPAN

    def switch_off(self, name: str | None = None) -> None:
        """Remove every switch of a fault, future ones included; None: of all faults. ValueError for no fault."""
        if name is not None:
            check_fault_name(name, self.table)
        self._switches = [switch for switch in self._switches if name is not None and switch.name != name]
        self._span = _NO_SPAN

    def switches(self) -> tuple[FaultSwitch, ...]:
        """Return the switches that are on or will be."""
        now_ms = self._clock.now_ms()
        return tuple(
            switch
            for switch in self._switches
            if switch.times != 0 and (switch.until_ms is None or switch.until_ms > now_ms)
        )

    def next_change_ms(self, after_ms: int) -> int:
        """Return when the first fault after a time begins or ends by the clock, NEVER_MS when none does."""
        edges = (edge for switch in self._switches for edge in (switch.from_ms, switch.until_ms))
        return min((edge for edge in edges if edge is not None and edge > after_ms), default=NEVER_MS)

    def _find(self, name: str, at_ms: int | None) -> FaultSwitch | None:
        if name not in self.table:
            raise KeyError(name)
        if not self._switches:
            return None
        now_ms = self._clock.now_ms() if at_ms is None else at_ms
        if name not in self.on(at_ms=now_ms):
            return None
        return next(
            (switch for switch in reversed(self._switches) if switch.name == name and switch.is_on(now_ms)), None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """A stretch of time, its end excluded, in which the same faults are on."""

    begin_ms: float
    end_ms: float
    names: frozenset[str]


_NO_SPAN = _Span(begin_ms=0, end_ms=0, names=frozenset())


def _span_around(at_ms: int, switches: Sequence[FaultSwitch]) -> _Span:
    edges = {edge for switch in switches for edge in (switch.from_ms, switch.until_ms) if edge is not None}
    return _Span(
        begin_ms=max((edge for edge in edges if edge <= at_ms), default=float("-inf")),
        end_ms=min((edge for edge in edges if edge > at_ms), default=float("inf")),
        names=frozenset(switch.name for switch in switches if switch.is_on(at_ms)),
    )
