"""Every refusal that CarData's descriptions tell of can be had from the emulator, with its status and its words."""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

import pytest
from tests.emulator.conftest import Answer, Program

from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.specs.reader import read_spec

NO_CONTAINER: Final = "A00A000A000AA"
CONTAINER: Final = {"name": "n", "purpose": "p", "technicalDescriptors": ["vehicle.vehicle.travelledDistance"]}
SETTINGS: Final = "locationBasedChargingSettings"
MAPPINGS: Final = "/customers/vehicles/mappings"
Refusal = tuple[int, str]
Provoke = Callable[[Program], Awaitable[Answer]]


def described(name: str) -> set[Refusal]:
    """Return status and code of each refusal of a description."""
    document = json.loads(read_spec(f"openapi/{name}"))
    return set(rows_in(document["paths"])) | {
        (int(key.removeprefix("Answer")[:3]), row["code"])
        for key, response in document["components"]["responses"].items()
        for row in response.get("x-refusals", ())
        if "code" in row
    }


def rows_in(paths: Any) -> Iterator[Refusal]:
    for item in paths.values():
        for operation in item.values():
            for status, response in operation["responses"].items():
                yield from ((int(status), row["code"]) for row in response.get("x-refusals", ()) if "code" in row)


def messages(name: str, member: str) -> set[str]:
    document = json.loads(read_spec(f"openapi/{name}"))
    return {
        example["value"][member]
        for example in document["components"]["examples"].values()
        if member in example["value"]
    }


def faulty(fault: str, provoke: Provoke) -> Provoke:
    async def with_fault(program: Program) -> Answer:
        program.emulator.faults.switch_on(FaultSwitch(name=fault))
        return await provoke(program)

    return with_fault


def of_car(path: str, **params: str) -> Provoke:
    async def ask(program: Program) -> Answer:
        await program.sign_in()
        vin = program.emulator.info.vehicles[0].vin
        return await program.call("GET", f"/vehicles/{vin}/{path}", params=params)

    return ask


def asked(method: str, path: str, **options: Any) -> Provoke:
    async def ask(program: Program) -> Answer:
        await program.sign_in()
        return await program.call(method, path, **options)

    return ask


def with_headers(**headers: str) -> Provoke:
    async def ask(program: Program) -> Answer:
        return await program.send("GET", MAPPINGS, headers={"x-version": "v1", **headers})

    return ask


async def without_version(program: Program) -> Answer:
    tokens = await program.sign_in()
    return await program.send("GET", MAPPINGS, headers={"Authorization": f"Bearer {tokens['access_token']}"})


async def with_another_scope(program: Program) -> Answer:
    await program.sign_in(scope="authenticate_user openid cardata:streaming:read")
    return await program.call("GET", "/vehicles/mappings")


async def deleted_twice(program: Program) -> Answer:
    await program.sign_in()
    path = f"/containers/{(await program.call('POST', '/containers', json=CONTAINER)).body['containerId']}"
    await program.call("DELETE", path)
    return await program.call("DELETE", path)


async def eleventh_container(program: Program) -> Answer:
    await program.sign_in()
    for _ in range(10):
        await program.call("POST", "/containers", json=CONTAINER)
    return await program.call("POST", "/containers", json=CONTAINER)


async def with_all_spent(program: Program) -> Answer:
    await program.sign_in()
    program.emulator.quota.set_spent(program.emulator.info.gcid, 50)
    return await program.call("GET", "/vehicles/mappings")


async def with_many_keys(program: Program) -> Answer:
    keys = [f"vehicle.no{number}" for number in range(201)]
    return await asked("POST", "/containers", json={**CONTAINER, "technicalDescriptors": keys})(program)


UNKNOWN_TOKEN: Final = with_headers(Authorization="Bearer nonsense")
CARDATA: Final[dict[Refusal, Provoke]] = {
    (401, "CU-100"): with_headers(),
    (401, "CU-101"): UNKNOWN_TOKEN,
    (401, "CU-102"): faulty("tokens-refused", of_car("basicData")),
    (403, "CU-103"): with_another_scope,
    (403, "CU-104"): faulty("secondary-driver", of_car("basicData")),
    (403, "CU-105"): asked("GET", f"/containers/{NO_CONTAINER}"),
    (400, "CU-120"): asked("GET", "/vehicles/nonsense/basicData"),
    (400, "CU-121"): asked("GET", "/containers/nonsense"),
    (208, "CU-122"): deleted_twice,
    (403, "CU-124"): eleventh_container,
    (400, "CU-124"): faulty("container-limit-as-400", eleventh_container),
    (400, "CU-125"): faulty("page-token-expired", of_car(SETTINGS, nextToken="any")),
    (404, "CU-126"): faulty("no-image", of_car("image")),
    (404, "CU-127"): faulty("no-charging-settings", of_car(SETTINGS)),
    (403, "CU-127"): faulty("bad-token-as-403", UNKNOWN_TOKEN),
    (400, "CU-400"): without_version,
    (400, "CU-401"): of_car("chargingHistory", **{"from": "1785153600", "to": "1785153601"}),
    (400, "CU-402"): asked("POST", "/containers", json={**CONTAINER, "technicalDescriptors": ["vehicle.nonsense"]}),
    (403, "CU-403"): faulty("long-lists-forbidden", with_many_keys),
    (403, "CU-429"): with_all_spent,
    (429, "CU-429"): faulty("quota-as-429", with_all_spent),
    (500, "CU-500"): faulty("rest-500", of_car("basicData")),
    (503, "CU-503"): faulty("rest-503", of_car("basicData")),
}


def test_every_refusal_of_cardata_is_provoked() -> None:
    assert described("cardata") == CARDATA.keys()


@pytest.mark.parametrize("refusal", CARDATA, ids=lambda refusal: f"{refusal[1]}-{refusal[0]}")
async def test_cardata_refuses_as_described(program: Program, refusal: Refusal) -> None:
    answer = await CARDATA[refusal](program)
    assert answer.cardata_refusal == refusal
    assert answer.body["exveErrorMsg"] in messages("cardata", "exveErrorMsg")


async def polled_twice(program: Program) -> Answer:
    code = (await program.ask_code()).body["device_code"]
    await program.poll(code)
    return await program.poll(code)


def polled(*, approve: bool | None, after_s: int = 10, **changes: str) -> Provoke:
    async def poll(program: Program) -> Answer:
        code = (await program.ask_code()).body
        if approve is not None:
            await program.control("sign-in", user_code=code["user_code"], approve=approve)
        program.emulator.clock.jump(by_ms=after_s * 1000)
        return await program.poll(code["device_code"], **changes)

    return poll


DEVICE_FLOW: Final[dict[Refusal, Provoke]] = {
    (403, "authorization_pending"): polled(approve=None),
    (400, "slow_down"): polled_twice,
    (403, "access_denied"): polled(approve=False),
    (401, "expired_token"): polled(approve=True, after_s=301),
    (401, "invalid_client"): polled(approve=True, client_id="99999999-8888-7777-6666-555555555555"),
    (400, "invalid_grant"): polled(approve=True, code_verifier="w" * 43),
    (400, "invalid_request"): lambda program: program.refresh("nonsense" * 4),
    (500, "keymanagement.service.invalid_access_token"): faulty("burnt-code", polled(approve=True)),
}
NEVER_SEEN: Final = {(400, "invalid_token")}
"""A word of BMW's file that no answer had."""


def test_every_refusal_of_the_device_flow_is_provoked() -> None:
    assert described("cardata-device-flow") == DEVICE_FLOW.keys() | NEVER_SEEN


@pytest.mark.parametrize("refusal", DEVICE_FLOW, ids=lambda refusal: f"{refusal[1]}-{refusal[0]}")
async def test_device_flow_refuses_as_described(program: Program, refusal: Refusal) -> None:
    answer = await DEVICE_FLOW[refusal](program)
    assert answer.status == refusal[0]
    assert refusal[1] in json.dumps(answer.body)
