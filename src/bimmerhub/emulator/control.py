"""The emulator's own API below `/_emulator`: clock, cars, truth, faults. For tests, demos and curious people.

Only this machine may use it, and no web page can: the Host header must be a loopback name, and whatever changes
something is a POST of `application/json` or a DELETE, which browsers do not send to other sites unasked. Refusals are
`{"error": words}`.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cardata.quota import Quota
from bimmerhub.emulator.cardata.voice.message import iso_millis
from bimmerhub.emulator.customer_portal.archive import build_archive
from bimmerhub.emulator.faults.switches import FAULTS, Faults, FaultSwitch
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.info import CONTROL_PATH, EmulatorInfo
from bimmerhub.emulator.host.listener import is_loopback
from bimmerhub.emulator.lives import CarLives
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Gcid, Vin, mask_vin

Body = TypeVar("Body", bound=msgspec.Struct)
LONGEST_WAIT_S = 25.0

_Handler = Callable[[Request], Awaitable[Mapping[str, object] | Response]]


class _ControlRefusal(BimmerhubError):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _NewLives(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    seed: int | None = None
    start_ms: int | None = None


class _ClockChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    speed: float | None = None
    jump_ms: int | None = None
    jump_to_ms: int | None = None
    pause: bool | None = None


class _Command(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: str
    arguments: dict[str, object] = msgspec.field(default_factory=dict)


class _SignIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    user_code: str
    approve: bool = True


class _Expire(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    kind: TokenKind
    gcid: Gcid | None = None


class _QuotaChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    spent: int
    gcid: Gcid | None = None


class _FaultOn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: str
    value: float | None = None
    times: int | None = None
    from_ms: int | None = None
    until_ms: int | None = None
    for_s: float | None = None


class Controlled(Protocol):
    """What the control API acts on: the running emulator."""

    @property
    def info(self) -> EmulatorInfo:
        """Return what a client needs to know."""
        ...

    async def catch_up(self) -> None:
        """Return when all cars have lived up to now."""
        ...

    async def begin_anew(self, *, seed: int | None, start_ms: int | None) -> None:
        """Replace all cars; None keeps the seed, and begins now."""
        ...

    async def forget(self) -> None:
        """Forget tokens, containers and calls, and cut all streams."""
        ...

    def disconnect(self, gcid: Gcid) -> None:
        """Cut the stream of an account."""
        ...


class ControlEndpoints:
    """The routes below `/_emulator`."""

    def __init__(
        self,
        emulator: Controlled,
        *,
        clock: EmulatorClock,
        faults: Faults,
        identity: Identity,
        quota: Quota,
        lives: Mapping[Gcid, CarLives],
    ) -> None:
        self._emulator = emulator
        self._clock = clock
        self._faults = faults
        self._identity = identity
        self._quota = quota
        self._lives = lives

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            _route("/info", "GET", self._info),
            _route("/reset", "POST", self._reset),
            _route("/seed", "POST", self._seed),
            _route("/clock", "GET", self._read_clock),
            _route("/clock", "POST", self._change_clock),
            _route("/vehicles/{vin}/commands", "POST", self._command),
            _route("/vehicles/{vin}/truth", "GET", self._truth),
            _route("/vehicles/{vin}/archive", "GET", self._archive),
            _route("/sign-in", "POST", self._sign_in),
            _route("/tokens/expire", "POST", self._expire),
            _route("/quota", "GET", self._read_quota),
            _route("/quota", "POST", self._change_quota),
            _route("/faults", "GET", self._read_faults),
            _route("/faults", "POST", self._switch_on),
            _route("/faults", "DELETE", self._switch_off),
            _route("/faults/{name}", "DELETE", self._switch_off),
        ]

    async def _info(self, _request: Request) -> Mapping[str, object]:
        return self._emulator.info.to_json()

    async def _reset(self, request: Request) -> Mapping[str, object]:
        """Forget tokens, containers and calls, and begin new lives of the same cars."""
        wish = await _read(request, _NewLives)
        await self._emulator.forget()
        await self._emulator.begin_anew(seed=wish.seed, start_ms=wish.start_ms)
        return self._emulator.info.to_json()

    async def _seed(self, request: Request) -> Mapping[str, object]:
        """Replace the cars; sign-ins stay."""
        wish = await _read(request, _NewLives)
        await self._emulator.begin_anew(seed=wish.seed, start_ms=wish.start_ms)
        return self._emulator.info.to_json()

    async def _read_clock(self, request: Request) -> Mapping[str, object]:
        """Tell the time; with `?changes=N` only once the clock was set since then, or `wait_s` seconds later."""
        changes, wait_s = request.query_params.get("changes"), request.query_params.get("wait_s", "0")
        if changes is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(float(wait_s), LONGEST_WAIT_S)):
                    await self._clock.wait_for_change(int(changes))
        return self._tell_clock()

    def _tell_clock(self) -> Mapping[str, object]:
        now_ms = self._clock.now_ms()
        return {
            "now_ms": now_ms,
            "now": iso_millis(now_ms),
            "speed": self._clock.speed,
            "is_paused": self._clock.is_paused,
            "machine_ms": self._clock.machine_ms,
            "changes": self._clock.changes,
        }

    async def _change_clock(self, request: Request) -> Mapping[str, object]:
        """Change speed, pause or resume, then jump; answers when the cars have lived up to the new time."""
        change = await _read(request, _ClockChange)
        if change.speed is not None:
            self._clock.set_speed(change.speed)
        if change.pause is not None:
            (self._clock.pause if change.pause else self._clock.resume)()
        if change.jump_ms is not None or change.jump_to_ms is not None:
            self._clock.jump(by_ms=change.jump_ms, to_ms=change.jump_to_ms)
        await self._emulator.catch_up()
        return self._tell_clock()

    async def _command(self, request: Request) -> Mapping[str, object]:
        wish = await _read(request, _Command)
        lives, vin = self._lives_of(request)
        await lives.command(vin, wish.name, wish.arguments)
        return lives.garage.truth(vin)

    async def _truth(self, request: Request) -> Mapping[str, object]:
        lives, vin = self._lives_of(request)
        await lives.advance()
        return lives.garage.truth(vin)

    async def _archive(self, request: Request) -> Response:
        """Return the ZIP that the portal would give the owner."""
        lives, vin = self._lives_of(request)
        await lives.advance()
        disposition = {"Content-Disposition": 'attachment; filename="cardata-archive.zip"'}
        content = build_archive(lives.garage, vin, seed=lives.seed)
        return Response(content, media_type="application/zip", headers=disposition)

    async def _sign_in(self, request: Request) -> Mapping[str, object]:
        """Decide in the person's place."""
        wish = await _read(request, _SignIn)
        if not self._identity.decide(wish.user_code, approve=wish.approve):
            raise _ControlRefusal(404, "no device waits under this user code")
        return {"user_code": wish.user_code, "approved": wish.approve}

    async def _expire(self, request: Request) -> Mapping[str, object]:
        wish = await _read(request, _Expire)
        gcid = self._account(wish.gcid)
        touched = self._identity.revoke(gcid, wish.kind)
        if wish.kind is TokenKind.ID:
            self._emulator.disconnect(gcid)
        return {"kind": wish.kind, "gcid": gcid, "sessions": touched}

    async def _read_quota(self, request: Request) -> Mapping[str, object]:
        asked = request.query_params.get("gcid")
        return self._quota_of(self._account(None if asked is None else Gcid(asked)))

    async def _change_quota(self, request: Request) -> Mapping[str, object]:
        wish = await _read(request, _QuotaChange)
        gcid = self._account(wish.gcid)
        self._quota.set_spent(gcid, wish.spent)
        return self._quota_of(gcid)

    def _quota_of(self, gcid: Gcid) -> Mapping[str, object]:
        return {
            "gcid": gcid,
            "limit": self._quota.limit,
            "spent": self._quota.spent(gcid),
            "resets_at": iso_millis(self._quota.resets_at_ms()),
        }

    async def _read_faults(self, _request: Request) -> Mapping[str, object]:
        on, switches = self._faults.on(), self._faults.switches()
        return {
            "items": [
                fault.to_json()
                | {
                    "is_on": name in on,
                    "switches": [each.to_json() for each in switches if each.name == name],
                }
                for name, fault in FAULTS.items()
            ]
        }

    async def _switch_on(self, request: Request) -> Mapping[str, object]:
        """Switch a fault on, now or in a stretch of the emulator's time."""
        wish = await _read(request, _FaultOn)
        if wish.until_ms is not None and wish.for_s is not None:
            raise _ControlRefusal(400, "a fault ends either at until_ms or after for_s")
        from_ms = self._clock.now_ms() if wish.from_ms is None else wish.from_ms
        switch = FaultSwitch(
            name=wish.name,
            value=wish.value,
            times=wish.times,
            from_ms=from_ms,
            until_ms=wish.until_ms if wish.for_s is None else from_ms + round(wish.for_s * 1000),
        )
        await self._emulator.catch_up()  # what was sent up to now is as it was
        self._faults.switch_on(switch)
        self._clock.nudge()
        return switch.to_json()

    async def _switch_off(self, request: Request) -> Mapping[str, object]:
        """Switch a fault off, or all of them, also those of later."""
        await self._emulator.catch_up()
        self._faults.switch_off(request.path_params.get("name"))
        self._clock.nudge()
        return {"on": sorted(self._faults.on())}

    def _account(self, gcid: Gcid | None) -> Gcid:
        """Return the account asked for, the first one when none was."""
        asked = next(iter(self._lives)) if gcid is None else gcid
        if asked not in self._lives:
            raise _ControlRefusal(404, "no such account")
        return asked

    def _lives_of(self, request: Request) -> tuple[CarLives, Vin]:
        """Return whose car it is; `?gcid=` tells apart accounts that have the same car."""
        vin, gcid = request.path_params["vin"], request.query_params.get("gcid")
        for lives in self._lives.values():
            if gcid not in {None, lives.account.gcid}:
                continue
            for car in lives.garage.cars:
                if car.vin == vin:
                    return lives, car.vin
        raise _ControlRefusal(404, f"no vehicle {mask_vin(vin)}")


def _route(path: str, method: str, handler: _Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            _check_local(request)
            answer = await handler(request)
            return answer if isinstance(answer, Response) else JSONResponse(answer)
        except _ControlRefusal as refusal:
            return JSONResponse({"error": str(refusal)}, status_code=refusal.status)
        except ValueError as error:  # a car or the clock cannot do that; the words say why
            return JSONResponse({"error": str(error)}, status_code=409)

    return Route(CONTROL_PATH + path, endpoint, methods=[method])


def _check_local(request: Request) -> None:
    """Refuse other machines, and web pages that reach this one under another name (DNS rebinding)."""
    caller = request.client.host if request.client else ""
    if not (is_loopback(caller) and is_loopback(request.url.hostname or "")):
        raise _ControlRefusal(403, "the control API is for this machine only, under localhost or 127.0.0.1")


async def _read(request: Request, kind: type[Body]) -> Body:
    """Return the JSON body of a POST; an empty one is an empty object."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise _ControlRefusal(415, "send the body as application/json")
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except msgspec.DecodeError as error:  # also what fits the JSON but not the fields
        raise _ControlRefusal(400, str(error)) from error
