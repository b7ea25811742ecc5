"""A tour of one interface at an emulator: every operation called once, and what was answered over the wire.

The emulator's clock stands still and its cars are always the same ones, so that two tours differ only in what nobody
can foresee, tokens and ids.
"""

import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import ClientSession

from bimmerhub.bmw.operation import SIGN_IN, Operation
from bimmerhub.bmw.operation_rest import OperationCalls
from bimmerhub.bmw.tokens import TokenSet
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.settings import CarDataSettings, EmulatorSettings, HostSettings, LifeSettings
from bimmerhub.errors import BimmerhubError
from tools.specs.callers import OPEN, VALUES, VIN, Caller, Values, learned, needed

NOON_MS: Final = 1_785_153_600_000  # 2026-07-27T12:00:00Z
HISTORY_DAYS: Final = 7.0
_SETTLES_MS: Final = 60_000
"""Between two calls: commands to cars are done by then."""
_FIRST: Final = ("create-container",)
"""Operations that others need the answer of."""


@dataclass(slots=True, kw_only=True)
class Tour:
    """What was answered: to each operation by its name, and to what was asked besides, as for signing in."""

    answered: dict[str, Exchange] = field(default_factory=dict)
    besides: list[Exchange] = field(default_factory=list)
    base_url: str = ""


class _JumpingClock:
    """The emulator's clock, which jumps over every sleep."""

    def __init__(self, clock: EmulatorClock) -> None:
        self._clock = clock

    def now_ms(self) -> int:
        return self._clock.now_ms()

    async def sleep_until(self, at_ms: int) -> None:
        if at_ms > self.now_ms():
            self._clock.jump(by_ms=at_ms - self.now_ms())

    def elapsed_s(self) -> float:
        return self.now_ms() / 1000

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now_ms() + round(seconds * 1000))


class _MemoryStore:
    """Tokens until the tour is over."""

    def __init__(self) -> None:
        self._tokens: TokenSet | None = None

    async def load(self) -> TokenSet | None:
        return self._tokens

    async def save(self, tokens: TokenSet) -> None:
        self._tokens = tokens


async def take_tour(family: str, operations: Iterable[Operation], *, values: Mapping[str, Values]) -> Tour:
    """Return what the operations of a family are answered; `values` are parameters by operation."""
    tour, exchanges = Tour(), list[Exchange]()
    async with _calling(family, exchanges) as (calls, emulator):
        tour.besides, tour.base_url = list(exchanges), emulator.info.base_url
        known: Values = {"vin": VIN, "vins": [VIN], "zip_code": "90210", **VALUES.get(family, {})}
        table = [row for row in operations if row.server != SIGN_IN]
        for operation in sorted(table, key=lambda row: row.name not in _FIRST):
            given = {**needed(operation, known), **values.get(operation.name, {})}
            with suppress(BimmerhubError):
                request = await calls.request_of(operation, given)
                known |= learned((await calls.send(request, changes=operation.changes)).body)
                tour.answered[operation.name] = exchanges[-1]
            emulator.clock.jump(by_ms=_SETTLES_MS)
    return tour


@asynccontextmanager
async def _calling(family: str, exchanges: list[Exchange]) -> AsyncIterator[tuple[OperationCalls, Emulator]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = EmulatorSettings(
            is_lenient=True,
            host=HostSettings(http_port=0, mqtt_port=0, now_ms=NOON_MS, speed=0.0, data_dir=Path(folder)),
            lives=LifeSettings(history_days=HISTORY_DAYS),
            cardata=CarDataSettings(quota_per_day=1_000),
        )
        async with Emulator(settings, on_exchange=exchanges.append) as emulator, ClientSession() as session:
            clock = _JumpingClock(emulator.clock)
            caller = Caller(emulator=emulator, session=session, clock=clock, store=_MemoryStore())
            async with OPEN[family](caller) as calls:
                yield calls, emulator
