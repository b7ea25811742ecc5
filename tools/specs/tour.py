"""A tour of one interface at an emulator: every operation called once, and what was answered over the wire.

The emulator's clock stands still and its cars are always the same ones, so that two tours differ only in what nobody
can foresee, tokens and ids.
"""

import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from aiohttp import ClientSession

from bimmerhub.bmw.operations.operation import SIGN_IN, Operation
from bimmerhub.bmw.operations.operation_rest import OperationCalls
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.door import Exchange, Rewrite
from bimmerhub.emulator.host.info import VehicleInfo
from bimmerhub.emulator.settings import CarDataSettings, EmulatedAccount, EmulatorSettings, HostSettings, LifeSettings
from bimmerhub.errors import BimmerhubError
from bimmerhub.hub.calls.operation_tables import operations_of
from tools.emulator_keys import keys_dir
from tools.specs.callers import OPEN, VALUES, Caller, Values, learned, needed

NOON_MS: Final = 1_785_153_600_000  # 2026-07-27T12:00:00Z
HISTORY_DAYS: Final = 7.0
USUAL_MODELS: Final = EmulatedAccount().models
_SETTLES_MS: Final = 60_000
"""Between two calls: commands to cars are done by then."""
_TOKENS_EXPIRE_MS: Final = 2 * 3_600_000
_FIRST: Final = ("create-container",)
"""Operations that others need the answer of."""


@dataclass(slots=True, kw_only=True)
class Tour:
    """What was answered: to operations with their names, and to what was asked besides, as for signing in.

    The tokens were renewed once.
    """

    answered: list[tuple[str, Exchange]] = field(default_factory=list)
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


async def take_tour(
    family: str,
    operations: Iterable[Operation],
    *,
    values: Mapping[str, Values] = MappingProxyType({}),
    models: Sequence[str] = USUAL_MODELS,
    every_car: bool = False,
    rewrite: Rewrite | None = None,
) -> Tour:
    """Return what the operations of a family are answered, about the first car or about `every_car`.

    `values` are parameters by operation. What is refused is left out. `rewrite` changes answers at the emulator's door.
    """
    tour, exchanges = Tour(), list[Exchange]()
    async with calling(family, exchanges, models, rewrite=rewrite) as (calls, emulator):
        tour.base_url = emulator.info.base_url
        table = sorted((row for row in operations if row.server != SIGN_IN), key=lambda row: row.name not in _FIRST)
        cars = emulator.info.vehicles if every_car else emulator.info.vehicles[:1]
        for car in cars:
            known = {**_about(car), **VALUES.get(family, {})}
            for operation in table:
                given = {**needed(operation, known), **values.get(operation.name, {})}
                with suppress(BimmerhubError):
                    request = await calls.request_of(operation, given)
                    known |= learned((await calls.send(request, changes=operation.changes)).body)
                    tour.answered.append((operation.name, exchanges[-1]))
                emulator.clock.jump(by_ms=_SETTLES_MS)
        emulator.clock.jump(by_ms=_TOKENS_EXPIRE_MS)
        await ask_anything(family, calls, cars[0])
    answered = {id(exchange) for _, exchange in tour.answered}
    tour.besides = [exchange for exchange in exchanges if id(exchange) not in answered]
    return tour


def _about(car: VehicleInfo) -> Values:
    return {"vin": car.vin, "vins": [car.vin], "zip_code": "90210"}


async def ask_anything(family: str, calls: OperationCalls, car: VehicleInfo) -> None:
    """Send a request that wants a token, about a car: a token that expired is renewed."""
    known = _about(car)
    signed = [row for row in operations_of(family).values() if row.is_signed]
    operation = min(signed, key=lambda row: row.method != "GET")
    with suppress(BimmerhubError):
        await calls.send(await calls.request_of(operation, needed(operation, known)), changes=operation.changes)


@asynccontextmanager
async def calling(
    family: str,
    exchanges: list[Exchange],
    models: Sequence[str] = USUAL_MODELS,
    *,
    history_days: float = HISTORY_DAYS,
    rewrite: Rewrite | None = None,
) -> AsyncIterator[tuple[OperationCalls, Emulator]]:
    """Signed in to a new emulator, whose clock stands still; `exchanges` gets all that it is asked and answers."""
    with tempfile.TemporaryDirectory() as folder:
        settings = EmulatorSettings(
            host=HostSettings(
                http_port=0, mqtt_port=0, now_ms=NOON_MS, speed=0.0, data_dir=Path(folder), keys_dir=keys_dir()
            ),
            accounts=(EmulatedAccount(models=tuple(models)),),
            lives=LifeSettings(history_days=history_days),
            cardata=CarDataSettings(quota_per_day=1_000),
        )
        async with (
            Emulator(settings, on_exchange=exchanges.append, rewrite=rewrite) as emulator,
            ClientSession() as session,
        ):
            clock = _JumpingClock(emulator.clock)
            caller = Caller(emulator=emulator, session=session, clock=clock, store=_MemoryStore())
            async with OPEN[family](caller) as calls:
                yield calls, emulator
