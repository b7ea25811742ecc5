"""The log of all cars that are watched: looks at them in, lines and messages out, and what a restart needs on disk."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec
from filelock import FileLock, Timeout

from bimmerhub.bmw.clock import Clock
from bimmerhub.cli.charge_watch.glimpse import Glimpse
from bimmerhub.domain.charge_log import ChargeLog, ChargeNotice
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import make_folder, write_hint
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.outputs.charge_messages import FOLDER, charge_log_file, to_message
from bimmerhub.outputs.dispatch import Dispatch, sending
from bimmerhub.outputs.sink import Sink
from bimmerhub.times import DAY_MS

Show = Callable[[Glimpse, tuple[ChargeNotice, ...]], None]
AHEAD_MS: Final = DAY_MS
"""Beyond this a time in a stored log is false: our clock is never behind a car's by so much."""


@dataclass(slots=True, kw_only=True)
class _CarLog:
    """One car's log; `shown` is the level shown last, with its time."""

    dispatch: Dispatch
    log: ChargeLog
    shown: tuple[float | None, int | None] | None = None


class ChargeTelling:
    """Follows each car, shows what is new, and has sent what there is to tell."""

    def __init__(
        self, open_dispatch: Callable[[Vin], Dispatch], *, step_percent: int, show: Show, now_ms: Callable[[], int]
    ) -> None:
        self._open_dispatch = open_dispatch
        self._now_ms = now_ms
        self._step_percent = step_percent
        self._show = show
        self._cars: dict[Vin, _CarLog] = {}

    def take(self, glimpse: Glimpse, *, shows_repeats: bool) -> None:
        """Take a look at a car in. With `shows_repeats` it is shown even where the level is the one shown before.

        At a car's first look: ConfigError while another process logs it, StoreError when its file cannot be used.
        """
        car = self._cars.get(glimpse.vin) or self._open(glimpse.vin)
        instant, before = glimpse.instant, car.log
        notices: tuple[ChargeNotice, ...] = ()
        if instant is not None:
            car.log, notices = before.follow(instant, step_percent=self._step_percent)
        level = (None, None) if instant is None else (instant.soc_percent, instant.level_at_ms)
        if shows_repeats or notices or car.shown != level:
            self._show(glimpse, notices)
        car.shown = level
        if notices or not car.log.says_the_same(before):
            messages = [to_message(glimpse.vin, notice, car=glimpse.model) for notice in notices]
            car.dispatch.put(car.log, messages)

    def _open(self, vin: Vin) -> _CarLog:
        dispatch = self._open_dispatch(vin)
        car = self._cars[vin] = _CarLog(dispatch=dispatch, log=_read_log(dispatch.state, now_ms=self._now_ms()))
        return car


@asynccontextmanager
async def telling(
    data_dir: Path, sinks: Mapping[str, Sink], *, step_percent: int, show: Show, clock: Clock
) -> AsyncIterator[ChargeTelling]:
    """Give the log while the block runs, and send what it tells; `sinks` are by their address."""
    with ExitStack() as locks:
        async with sending() as start:

            def open_dispatch(vin: Vin) -> Dispatch:
                path = charge_log_file(data_dir, vin)
                _lock(locks, path, vin)
                dispatch = Dispatch(path, sinks, sleep=clock.sleep)
                start(dispatch)
                return dispatch

            yield ChargeTelling(open_dispatch, step_percent=step_percent, show=show, now_ms=clock.now_ms)


def _lock(locks: ExitStack, path: Path, vin: Vin) -> None:
    lock = FileLock(f"{path}.lock", timeout=0)
    try:
        make_folder(path.parent)
        lock.acquire()
    except Timeout as error:
        raise ConfigError(
            f"another bimmerhub logs the charging of {mask_vin(vin)} already", hint="Stop that one first"
        ) from error
    except OSError as error:
        raise StoreError(f"cannot write in {path.parent}: {error.strerror}", hint=write_hint(error)) from error
    locks.callback(lock.release)


def _read_log(state: msgspec.Raw | None, *, now_ms: int) -> ChargeLog:
    """Return the stored log; without its time when that lies in the future, for nothing would be news until then."""
    if state is None:
        return ChargeLog()
    try:
        log = msgspec.json.decode(state, type=ChargeLog | None) or ChargeLog()
    except NOT_JSON as error:
        raise StoreError(
            "what was noted of the charging so far cannot be read", hint=f"Delete the folder {FOLDER}: it begins anew."
        ) from error
    is_false = log.at_ms is not None and log.at_ms > now_ms + AHEAD_MS
    return replace(log, at_ms=None) if is_false else log
