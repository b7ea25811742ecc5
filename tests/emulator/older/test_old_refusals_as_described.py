"""Every refusal that the descriptions of i Remote and the portal tell of can be had from the emulator, word by word."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import pytest
from tests.emulator.older.conftest import BASIC, WEBAPI, OldProgram, Reply
from tools.specs.refusal_texts import example_of, holds_of
from tools.specs.sources import load_sources

from bimmerhub.emulator.faults.switches import FaultSwitch

BEV: Final = "WBY00000000E00001"
PETROL: Final = "WMW00000000F00003"
NOBODYS: Final = "WBY00000000E99999"
API: Final = "/api/vehicle"
SOURCES: Final = load_sources()
Provoke = Callable[[OldProgram], Awaitable[Reply]]


def got(path: str, **query: str) -> Provoke:
    return lambda old: old.call("GET", path, params=query)


def faulty(fault: str, provoke: Provoke) -> Provoke:
    async def with_fault(old: OldProgram) -> Reply:
        old.emulator.faults.switch_on(FaultSwitch(name=fault))
        return await provoke(old)

    return with_fault


def without_token(path: str) -> Provoke:
    return lambda old: old.send("GET", path)


def tokens(path: str = "/gcdm/oauth/token", **changes: str | None) -> Provoke:
    return lambda old: old.ask_tokens(path, **changes)


def redirect(path: str = "/gcdm/oauth/authenticate", **changes: str | None) -> Provoke:
    return lambda old: old.ask_redirect(path, **changes)


async def tokens_without_key(old: OldProgram) -> Reply:
    return await old.send("POST", "/gcdm/oauth/token", data={"grant_type": "password"})


async def tokens_before_gcdm(old: OldProgram) -> Reply:
    old.emulator.faults.switch_on(FaultSwitch(name="era", value=2018))
    return await old.send("POST", "/gcdm/oauth/token", headers={"Authorization": BASIC})


CAR: Final = got(f"{WEBAPI}/{BEV}/status")
IREMOTE: Final[Mapping[str, Provoke]] = {
    "invalid_grant": tokens(password="wrong"),
    "invalid_client": tokens_without_key,
    "invalid_scope": tokens(scope="nonsense"),
    "invalid_request": tokens(grant_type=None),
    "client disabled": faulty("clients-disabled", tokens()),
    "sign-in-moved": tokens_before_gcdm,
    "sign-in-too-often": faulty("sign-in-too-often", tokens()),
    "sign-in-failed": faulty("sign-in-500", tokens()),
    "invalid_token": without_token(WEBAPI),
    "forbidden": faulty("commands-403", lambda old: old.execute(BEV, "LIGHT_FLASH")),
    "A-2012": got(f"{WEBAPI}/{NOBODYS}"),
    "portal-gone": faulty("portal-gone", got(f"{API}/dynamic/v1/{BEV}")),
    "too-old": faulty("status-400", CAR),
    "bad_request": got(f"{API}/dynamic/v1/{BEV}", offset="nonsense"),
    "no-mobile-access": faulty("mobile-access-disabled", CAR),
    "unreachable": faulty("vehicle-unavailable", CAR),
    "gone": faulty("iremote-gone", CAR),
    "locked": faulty("account-locked", CAR),
    "too-many-requests": faulty("too-many-requests", CAR),
    "A-101": got(f"{WEBAPI}/WBX00000000H00002/status"),
    "A-101 as 400": lambda old: old.call("POST", f"/remoteservices/rsapi/v1/{BEV}/RLF", data=b"{"),
    "A-2013": faulty("secret-wanted", lambda old: old.execute(BEV, "DOOR_UNLOCK")),
    "I-300": faulty("service-status-i300", got(f"{WEBAPI}/{BEV}/serviceExecutionStatus", serviceType="LIGHT_FLASH")),
    "server-error": faulty("older-500", CAR),
    "maintenance": faulty("older-503", CAR),
}
TOLD_BY_USERS_ONLY: Final = {"invalid_client as 400", "sign-in-forbidden"}
"""Of some apps, regions and months, which no switch of the emulator's stands for."""
DYNAMIC: Final = got(f"{API}/dynamic/v1/{BEV}")
PORTAL: Final[Mapping[str, Provoke]] = {
    "invalid_grant": redirect(password="wrong"),
    "invalid_client": redirect(client_id=None),
    "invalid_scope": redirect(scope="nonsense"),
    "invalid_request": redirect(redirect_uri=None),
    "client disabled": faulty("clients-disabled", redirect()),
    "sign-in-too-often": faulty("sign-in-too-often", redirect()),
    "sign-in-failed": faulty("sign-in-500", redirect()),
    "invalid_token": without_token("/api/me/vehicles/v2"),
    "forbidden": faulty("older-403", DYNAMIC),
    "A-2012": got(f"{API}/navigation/v1/{PETROL}"),
    "gone": faulty("portal-gone", DYNAMIC),
    "bad_request": got(f"{API}/dynamic/v1/{BEV}", offset="nonsense"),
    "no-mobile-access": faulty("mobile-access-disabled", DYNAMIC),
    "unreachable": faulty("vehicle-unavailable", DYNAMIC),
    "locked": faulty("account-locked", DYNAMIC),
    "too-many-requests": faulty("too-many-requests", DYNAMIC),
    "server-error": faulty("older-500", DYNAMIC),
    "maintenance": faulty("older-503", DYNAMIC),
}
THE_LIST_OF_COUNTRIES: Final = {"not-reachable"}
"""The emulator gives the list even when the portal is gone."""


def test_every_described_refusal_is_provoked() -> None:
    assert SOURCES["iremote"].refusals.keys() == IREMOTE.keys() | TOLD_BY_USERS_ONLY
    assert SOURCES["connecteddrive"].refusals.keys() == PORTAL.keys() | THE_LIST_OF_COUNTRIES


@pytest.mark.parametrize("name", IREMOTE)
async def test_iremote_refuses_as_described(old: OldProgram, name: str) -> None:
    check("iremote", name, await IREMOTE[name](old))


@pytest.mark.parametrize("name", PORTAL)
async def test_portal_refuses_as_described(old: OldProgram, name: str) -> None:
    check("connecteddrive", name, await PORTAL[name](old))


def check(family: str, name: str, reply: Reply) -> None:
    source, refusal = SOURCES[family], SOURCES[family].refusals[name]
    shown: Any = example_of(source, name, refusal)
    assert reply.status == refusal.status
    if shown is not None:
        assert reply.body == shown
    elif isinstance(holds := holds_of(source, refusal), dict):
        assert reply.headers["Content-Type"].startswith(tuple(holds))
    else:
        assert reply.body == ""
