"""One round each of BMW's HTTP answers, over real connections: a value or one of our errors, nothing else.

A server on loopback answers every request with the round's status and body: mostly a real answer with a few bytes
changed, now and then a refusal, a gateway's page or noise.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiohttp import web
from bench.fuzzing.mutation import mutated

from bimmerhub.bmw.cardata.auth import SignIn
from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.rest import CarDataRest
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.gcdm.token_endpoint import request_tokens
from bimmerhub.bmw.http import open_session
from bimmerhub.bmw.tokens.fresh_tokens import Tokens
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer, read_id_token
from bimmerhub.bmw.tokens.token_set import TokenSet, to_token_set
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Descriptor, Vin

VIN: Final = Vin("WBA00000000000001")
NEVER_MS: Final = 2**62
HISTORY_UNTIL: Final = datetime(2026, 3, 1, tzinfo=UTC)

_SESSION: Final = {
    "startTime": 1784980800,
    "endTime": 1784995200,
    "timeZone": "Europe/Berlin",
    "displayedStartSoc": 31,
    "displayedSoc": 80,
    "totalChargingDurationSec": 13980,
    "energyConsumedFromPowerGridKwh": 41.203571428571436,
    "mileage": 48210,
    "mileageUnits": "KM",
    "chargingLocation": {"municipality": "Town", "mapMatchedLatitude": 50.0},
    "chargingBlocks": [{"startTime": 1784980800, "endTime": 1784984400, "averagePowerGridKw": 10.9}],
    "publicChargingPoint": {"potentialChargingPointMatches": [{"providerName": "P", "city": "Town"}]},
    "businessErrors": [{"creationTime": "2026-07-25T12:00:00.000Z", "hint": "x"}],
}
_TYRE: Final = {
    "dimension": {"label": "l", "sectionWidth": 245, "loadIndex": 99, "speedRating": "Y"},
    "tyreWear": {"label": "l", "status": "ok", "statusColor": "GREEN", "dueMileage": 12000, "unit": "KILOMETER"},
    "runFlat": {"label": "l", "runFlat": False},
}
_TYRES: Final = {"frontLeft": _TYRE, "rearRight": _TYRE, "label": "l"}
_CONTAINER: Final = {"containerId": "J00I035N193CD", "name": "n", "purpose": "p", "state": "ACTIVE"}

ANSWERS: Final[tuple[object, ...]] = (
    [{"vin": VIN, "mappedSince": "2024-03-01T10:11:12.345Z", "mappingType": "PRIMARY"}],
    {"brand": "BMW", "modelName": "i5", "numberOfDoors": 4, "driveTrain": "BEV", "chargingModes": ["AC"]},
    {"telematicData": {"vehicle.isMoving": {"timestamp": None, "unit": None, "value": None}}},
    {"containers": [_CONTAINER, _CONTAINER | {"state": "DELETED"}]},
    _CONTAINER | {"created": "2026-07-27T10:00:00.000Z", "technicalDescriptors": ["vehicle.isMoving"]},
    {"data": [_SESSION, _SESSION | {"startTime": 1784000000}], "next_token": None},
    {"passengerCar": {"mountedTyres": _TYRES, "unmountedTyres": _TYRES}, "errors": [{"eventId": "e", "type": "t"}]},
    {"data": [{"id": "i", "latitude": 50.0, "visits": 3, "acCurrentLimit": 16.0}]},
)
REFUSALS: Final[tuple[object, ...]] = (
    *({"exveErrorId": f"CU-{number}", "exveErrorMsg": "m"} for number in (100, 104, 122, 125, 127, 402, 403, 500)),
    {"exveErrorId": "CU-127", "exveErrorMsg": "invalid_token"},
    {"fault": {"faultstring": "f", "detail": {"errorcode": "keymanagement.service.invalid_access_token"}}},
)
TOKEN_ANSWERS: Final[tuple[object, ...]] = (
    {
        "access_token": "a",
        "token_type": "Bearer",
        "expires_in": 3599,
        "refresh_token": "r",
        "scope": "openid cardata:api:read cardata:streaming:read",
        "id_token": "e30.eyJleHAiOjE3ODUwMDAwMDAsInN1YiI6ImcifQ.e30",
        "gcid": "11111111-2222-3333-4444-555555555555",
    },
    {"user_code": "aBcDeFgH", "device_code": "d", "expires_in": 300, "verification_uri": "https://bmw.example/link"},
    *({"error": word, "error_description": "d"} for word in ("invalid_grant", "slow_down", "access_denied", "x")),
)
STATUSES: Final = (200, 200, 200, 200, 201, 204, 208, 302, 400, 401, 403, 404, 429, 500, 502, 503)


class _NoLedger:
    """Lets every call pass, and leaves none for a second try."""

    async def spend(self, operation: str, *, at_ms: int) -> int:  # noqa: ARG002 - the port's signature
        return 0

    async def mark_spent(self, *, at_ms: int) -> None:
        """Forget it."""


class _SameTokens:
    """Gives the same good tokens at every look."""

    async def load(self) -> TokenSet | None:
        return TokenSet(
            access_token="a",
            id_token="i",
            refresh_token="r",
            gcid="g",
            scopes=frozenset(),
            access_expires_at_ms=NEVER_MS,
            id_expires_at_ms=NEVER_MS,
            refresh_expires_at_ms=NEVER_MS,
        )

    async def save(self, tokens: TokenSet) -> None:
        """Forget them."""


class _HastyClock(SystemClock):
    """The machine's clock, but nobody sleeps by it."""

    async def sleep_until(self, at_ms: int) -> None:
        """Return at once."""

    async def sleep(self, seconds: float) -> None:
        """Return at once."""


class _Answering:
    """A server whose answer is chosen by the round, and the SDK that asks it."""

    def __init__(self, endpoints: Endpoints, session: Any, answer: list[tuple[int, bytes]]) -> None:  # noqa: ANN401
        self._endpoints = endpoints
        self._session = session
        self._answer = answer

    async def fuzz_rest(self, rng: random.Random) -> None:
        """Make one REST call that gets anything."""
        self._answer[0] = _pick(rng, ANSWERS, REFUSALS)
        clock = _HastyClock()
        tokens = Tokens(
            client_id="c", store=_SameTokens(), endpoints=self._endpoints, session=self._session, clock=clock
        )
        rest = CarDataRest(
            tokens=tokens, ledger=_NoLedger(), endpoints=self._endpoints, session=self._session, clock=clock
        )
        await _settle(rng.choice(_operations(rest)))

    async def fuzz_tokens(self, rng: random.Random) -> None:
        """Ask for a device code, tokens or a refresh, and get anything."""
        self._answer[0] = _pick(rng, TOKEN_ANSWERS, REFUSALS)
        clock = _HastyClock()
        sign_in = SignIn(client_id="c", endpoints=self._endpoints, session=self._session, clock=clock)
        refreshing = Tokens(
            client_id="c", store=_SameTokens(), endpoints=self._endpoints, session=self._session, clock=clock
        )

        async def ask() -> None:
            answer = await request_tokens(self._session, self._endpoints, {"grant_type": "refresh_token"})
            if isinstance(answer, TokenAnswer):
                to_token_set(answer, now_ms=5)

        async def refresh() -> None:
            await refreshing.refresh(await refreshing.current())

        await _settle(rng.choice([ask, refresh, sign_in.start]))
        read_id_token(mutated(rng, b"e30.eyJleHAiOjE3ODUwMDAwMDB9.e30").decode(errors="surrogateescape"))


def _operations(rest: CarDataRest) -> list[Callable[[], Awaitable[object]]]:
    async def history() -> None:
        async for _ in rest.fetch_charging_history(VIN, HISTORY_UNTIL - timedelta(days=30), HISTORY_UNTIL):
            return

    async def settings() -> None:
        async for _ in rest.fetch_location_settings(VIN):
            return

    return [
        *(rest.fetch_mappings, rest.fetch_containers, history, settings),
        lambda: rest.fetch_basic_data(VIN),
        lambda: rest.fetch_telematic_data(VIN, "J00I035N193CD"),
        lambda: rest.create_container(name="n", purpose="p", descriptors=[Descriptor("vehicle.isMoving")]),
        lambda: rest.fetch_container("J00I035N193CD"),
        lambda: rest.delete_container("J00I035N193CD"),
        lambda: rest.fetch_image(VIN),
        lambda: rest.fetch_tyre_diagnosis(VIN),
    ]


async def _settle(ask: Callable[[], Awaitable[object]]) -> None:
    try:
        await ask()
    except BimmerhubError as error:
        f"{error} {error.hint}".encode()


def _pick(rng: random.Random, answers: tuple[object, ...], refusals: tuple[object, ...]) -> tuple[int, bytes]:
    status = rng.choice(STATUSES)
    match rng.randrange(10):
        case 0:
            return status, rng.randbytes(rng.randrange(40))
        case 1:
            return status, b"<html><body>502 Bad Gateway</body></html>"
        case 2 | 3 | 4:
            return status, mutated(rng, json.dumps(rng.choice(refusals)).encode())
        case _:
            return status, mutated(rng, json.dumps(rng.choice(answers)).encode())


@contextmanager
def _opened(name: str) -> Iterator[Callable[[random.Random], None]]:
    answer = [(200, b"")]

    async def respond(_: web.Request) -> web.Response:
        status, body = answer[0]
        return web.Response(status=status, body=body, headers={"Location": "/elsewhere"} if status == 302 else {})

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def start() -> _Answering:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", respond)
            serving = web.AppRunner(app)
            await serving.setup()
            stack.push_async_callback(serving.cleanup)
            site = web.TCPSite(serving, "127.0.0.1", 0)
            await site.start()
            url = f"http://127.0.0.1:{serving.addresses[0][1]}"
            session = await stack.enter_async_context(open_session())
            return _Answering(Endpoints(auth_url=url, api_url=url), session, answer)

        answering = runner.run(start())
        try:
            yield lambda rng: runner.run(getattr(answering, name)(rng))
        finally:
            runner.run(stack.aclose())


def opened_rest() -> Any:  # noqa: ANN401 - a context manager
    """Open the fuzzer of REST answers."""
    return _opened("fuzz_rest")


def opened_tokens() -> Any:  # noqa: ANN401 - a context manager
    """Open the fuzzer of sign-in and token answers."""
    return _opened("fuzz_tokens")
