"""Every refusal that the MyBMW app's description tells of can be had from the emulator, with its status and words."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from tests.emulator.mybmw.conftest import BEV, AppProgram, AppReply
from tools.specs.refusal_texts import example_of, holds_of
from tools.specs.sources import load_sources

SOURCE: Final = load_sources()["mybmw"]
STATE: Final = "/eadrax-vcs/v4/vehicles/state"
PROFILE: Final = f"/eadrax-crccs/v1/vehicles/{BEV}/charging-profile"
LIGHTS: Final = "/eadrax-vrccs/v4/presentation/remote-commands/light-flash"
SOMEBODY: Final = "99999999-2222-3333-4444-555555555555"
Provoke = Callable[[AppProgram], Awaitable[AppReply]]


def asked(method: str = "GET", path: str = STATE, *, fault: str | None = None, **options: Any) -> Provoke:
    async def ask(app: AppProgram) -> AppReply:
        if fault is not None:
            app.switch_on(fault, {"app-quota": 0.0, "app-obsolete": 9.0, "app-rate-limit": 3.0}.get(fault))
        return await app.call(method, path, **{"vin": BEV, **options})

    return ask


def configured(key: str | None = "any", *, fault: str | None = None) -> Provoke:
    async def ask(app: AppProgram) -> AppReply:
        if fault is not None:
            app.switch_on(fault)
        return await app.ask_config(**{"ocp-apim-subscription-key": key})

    return ask


def authenticated(*, fault: str | None = None, value: float | None = None, **changes: str | None) -> Provoke:
    async def ask(app: AppProgram) -> AppReply:
        if fault is not None:
            app.switch_on(fault, value)
        return await app.authenticate(**changes)

    return ask


async def sent_by_another(app: AppProgram) -> AppReply:
    place = {"position": {"lat": 48.1, "lng": 11.5}}
    body = {"places": [place], "vehicleInformation": {"vin": BEV}}
    return await app.call("POST", f"/eadrax-dcs/v2/user/{SOMEBODY}/send-to-car", json=body)


async def with_a_used_code(app: AppProgram) -> AppReply:
    return await app.redeem("used")


async def in_china(app: AppProgram) -> AppReply:
    return await app.send("POST", "/eadrax-coas/v2/cop/slider-captcha", json={})


REFUSALS: Final[dict[str, Provoke]] = {
    "malformed-agent": asked(headers={"x-user-agent": "android"}),
    "malformed": asked(vin=None),
    "no-key": configured(None),
    "wrong-key": configured(fault="unknown-keys-refused"),
    "unauthorized": asked(headers={"Authorization": "Bearer nonsense"}),
    "unauthorized-empty": asked(fault="app-401-empty", headers={"Authorization": "Bearer nonsense"}),
    "quota": asked(fault="app-quota"),
    "blocked": asked(fault="app-blocked"),
    "forbidden": asked(fault="app-obsolete"),
    "forbidden-empty": asked(fault="older-403"),
    "no-consent": sent_by_another,
    "not-found": asked(vin="WBA00000000000099"),
    "access-disabled": asked(fault="mobile-access-disabled"),
    "unreachable": asked(fault="vehicle-unavailable"),
    "busy": asked("POST", LIGHTS, fault="vehicle-busy"),
    "cn-refused": in_china,
    "locked": asked(fault="account-locked"),
    "too-fast": asked(fault="app-rate-limit"),
    "too-many": asked(fault="too-many-requests"),
    "failed": asked(fault="older-500"),
    "profile-incomplete": asked("POST", PROFILE, json={"servicePack": "TCB1"}),
    "gateway-down": asked(fault="older-not-json"),
    "out-of-order": asked(fault="older-503"),
    "login-failed": authenticated(password="wrong"),
    "invalid_request": authenticated(fault="era", value=2022.0, code_challenge=None),
    "invalid_scope": authenticated(scope="everything"),
    "invalid_grant": with_a_used_code,
    "sign-in-too-often": authenticated(fault="sign-in-too-often", value=300.0),
    "sign-in-failed": authenticated(fault="sign-in-500"),
}
WORDS_OF_THE_EMULATOR: Final = {"malformed", "profile-incomplete"}


@pytest.mark.parametrize("name", REFUSALS)
async def test_refusal_is_as_described(app: AppProgram, name: str) -> None:
    refusal = SOURCE.refusals[name]
    reply = await REFUSALS[name](app)
    assert reply.status == refusal.status
    if (example := example_of(SOURCE, name, refusal)) is not None:
        words = [example, reply.body] if name not in WORDS_OF_THE_EMULATOR else [example.keys(), reply.body.keys()]
        assert without_numbers(words[0]) == without_numbers(words[1])
    elif holds_of(SOURCE, refusal) is None:
        assert reply.body == b""
    else:
        assert isinstance(reply.body, str)


def without_numbers(words: Any) -> str:
    """Return words without waits and ids."""
    return re.sub(r"\b[0-9a-f]*\d[0-9a-f]*\b", "0", str(words))


def test_every_described_refusal_is_provoked() -> None:
    assert REFUSALS.keys() == SOURCE.refusals.keys()
