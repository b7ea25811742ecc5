"""The emulator's own API below `/_emulator`: clock, cars, truth, faults. For tests, demos and curious people.

Only this machine may use it, and no web page can: the Host header must be a loopback name, and whatever changes
something is a POST of `application/json` or a DELETE, which browsers do not send to other sites unasked. Refusals are
`{"error": words}`.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bimmerhub.emulator.cardata.quota import CallQuota
from bimmerhub.emulator.control.control_requests import (
    ClockWish,
    CommandWish,
    ControlRefusal,
    ExpireWish,
    FaultWish,
    NewLivesWish,
    QuotaWish,
    control_route,
    read_wish,
)
from bimmerhub.emulator.control.truth_json import truth_to_json
from bimmerhub.emulator.customer_portal.archive import build_archive
from bimmerhub.emulator.faults.switches import Faults, FaultSwitch
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.info import EmulatorInfo
from bimmerhub.emulator.lives import CarLives
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.ids import Gcid, Vin, mask_vin
from bimmerhub.times import format_time

LONGEST_WAIT_S = 25.0


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
        quota: CallQuota,
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
            control_route("/info", "GET", self._info),
            control_route("/reset", "POST", self._reset),
            control_route("/seed", "POST", self._seed),
            control_route("/clock", "GET", self._read_clock),
            control_route("/clock", "POST", self._change_clock),
            control_route("/vehicles/{vin}/commands", "POST", self._command),
            control_route("/vehicles/{vin}/truth", "GET", self._truth),
            control_route("/vehicles/{vin}/archive", "GET", self._archive),
            control_route("/tokens/expire", "POST", self._expire),
            control_route("/quota", "GET", self._read_quota),
            control_route("/quota", "POST", self._change_quota),
            control_route("/faults", "GET", self._read_faults),
            control_route("/faults", "POST", self._switch_on),
            control_route("/faults", "DELETE", self._switch_off),
            control_route("/faults/{name}", "DELETE", self._switch_off),
        ]

    async def _info(self, _request: Request) -> Mapping[str, object]:
        return self._emulator.info.to_json()

    async def _reset(self, request: Request) -> Mapping[str, object]:
        """Forget tokens, containers and calls, and begin new lives of the same cars."""
        wish = await read_wish(request, NewLivesWish)
        await self._emulator.forget()
        await self._emulator.begin_anew(seed=wish.seed, start_ms=wish.start_ms)
        return self._emulator.info.to_json()

    async def _seed(self, request: Request) -> Mapping[str, object]:
        """Replace the cars; sign-ins stay."""
        wish = await read_wish(request, NewLivesWish)
        await self._emulator.begin_anew(seed=wish.seed, start_ms=wish.start_ms)
        return self._emulator.info.to_json()

    async def _read_clock(self, request: Request) -> Mapping[str, object]:
        """Return the time; with `?changes=N` only once the clock was set since then, or `wait_s` seconds later."""
        changes, wait_s = request.query_params.get("changes"), request.query_params.get("wait_s", "0")
        if changes is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(float(wait_s), LONGEST_WAIT_S)):
                    await self._clock.wait_for_change(int(changes))
        return self._describe_clock()

    def _describe_clock(self) -> Mapping[str, object]:
        now_ms = self._clock.now_ms()
        return {
            "now_ms": now_ms,
            "now": format_time(now_ms),
            "speed": self._clock.speed,
            "is_paused": self._clock.is_paused,
            "machine_ms": self._clock.machine_ms,
            "changes": self._clock.changes,
        }

    async def _change_clock(self, request: Request) -> Mapping[str, object]:
        """Change speed, pause or resume, then jump; answers when the cars have lived up to the new time."""
        change = await read_wish(request, ClockWish)
        if change.speed is not None:
            self._clock.set_speed(change.speed)
        if change.pause is not None:
            (self._clock.pause if change.pause else self._clock.resume)()
        if change.jump_ms is not None or change.jump_to_ms is not None:
            self._clock.jump(by_ms=change.jump_ms, to_ms=change.jump_to_ms)
        await self._emulator.catch_up()
        return self._describe_clock()

    async def _command(self, request: Request) -> Mapping[str, object]:
        wish = await read_wish(request, CommandWish)
        lives, vin = self._lives_of(request)
        await lives.command(vin, wish.name, wish.arguments)
        return truth_to_json(lives.garage.truth(vin))

    async def _truth(self, request: Request) -> Mapping[str, object]:
        lives, vin = self._lives_of(request)
        await lives.advance()
        return truth_to_json(lives.garage.truth(vin))

    async def _archive(self, request: Request) -> Response:
        """Return the ZIP that the portal would give the owner."""
        lives, vin = self._lives_of(request)
        await lives.advance()
        disposition = {"Content-Disposition": 'attachment; filename="cardata-archive.zip"'}
        content = build_archive(lives.voice, vin, seed=lives.seed, faults=self._faults)
        return Response(content, media_type="application/zip", headers=disposition)

    async def _expire(self, request: Request) -> Mapping[str, object]:
        wish = await read_wish(request, ExpireWish)
        gcid = self._account(wish.gcid)
        touched = self._identity.revoke(gcid, wish.kind)
        if wish.kind is TokenKind.ID:
            self._emulator.disconnect(gcid)
        return {"kind": wish.kind, "gcid": gcid, "sessions": touched}

    async def _read_quota(self, request: Request) -> Mapping[str, object]:
        asked = request.query_params.get("gcid")
        return self._quota_of(self._account(None if asked is None else Gcid(asked)))

    async def _change_quota(self, request: Request) -> Mapping[str, object]:
        wish = await read_wish(request, QuotaWish)
        gcid = self._account(wish.gcid)
        if wish.spent < 0:
            raise ControlRefusal(400, "spent is a number of calls, 0 or more")
        self._quota.set_spent(gcid, wish.spent)
        return self._quota_of(gcid)

    def _quota_of(self, gcid: Gcid) -> Mapping[str, object]:
        return {
            "gcid": gcid,
            "limit": self._quota.limit,
            "spent": self._quota.spent(gcid),
            "resets_at": format_time(self._quota.resets_at_ms()),
        }

    async def _read_faults(self, _request: Request) -> Mapping[str, object]:
        names_on, switches = self._faults.on(), self._faults.switches()
        return {
            "items": [
                fault.to_json()
                | {
                    "is_on": name in names_on,
                    "switches": [switch.to_json() for switch in switches if switch.name == name],
                }
                for name, fault in self._faults.table.items()
            ]
        }

    async def _switch_on(self, request: Request) -> Mapping[str, object]:
        """Switch a fault on, now or in a stretch of the emulator's time."""
        wish = await read_wish(request, FaultWish)
        if wish.until_ms is not None and wish.for_s is not None:
            raise ControlRefusal(400, "a fault ends either at until_ms or after for_s")
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
            raise ControlRefusal(404, "no such account")
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
        raise ControlRefusal(404, f"no vehicle {mask_vin(vin)}")
