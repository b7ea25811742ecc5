"""The control API: clock, cars, truth, sign-ins and quota under a test's hand."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.emulator.faults.switches import NEVER_MS

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

MINUTE_MS = 60_000
DAY_MS = 86_400_000


async def read(program: "Program", path: str) -> Any:
    return (await program.send("GET", "/_emulator/" + path)).body


def first_vin(program: "Program") -> str:
    return program.emulator.info.vehicles[0].vin


async def test_info_is_what_the_command_prints(program: "Program") -> None:
    info = await read(program, "info")
    assert info == {**program.emulator.info.to_json()}
    assert sorted(info) == sorted(
        [
            "http_url",
            "https_url",
            "mqtt_host",
            "mqtt_port",
            "ca_file",
            "client_id",
            "gcid",
            "user",
            "password",
            "vehicles",
            "control_url",
            "families",
        ]
    )
    assert sorted(info["vehicles"][0]) == ["drivetrain", "model", "vin"]


async def test_commanded_car_drives_and_the_clock_brings_it_further(program: "Program") -> None:
    path = f"vehicles/{first_vin(program)}"
    before = await read(program, f"{path}/truth")
    commanded = await program.control(f"{path}/commands", name="drive", arguments={"minutes": 30})
    assert commanded.body["is_driving"]
    await program.control("clock", jump_ms=10 * MINUTE_MS)
    after = await read(program, f"{path}/truth")
    assert after["odometer_km"] > before["odometer_km"]


@pytest.mark.parametrize("wish", [{"name": "fly"}, {"name": "drive", "arguments": {"wings": 2}}])
async def test_impossible_command_is_refused_in_words(program: "Program", wish: dict[str, Any]) -> None:
    answer = await program.control(f"vehicles/{first_vin(program)}/commands", **wish)
    assert answer.status == 409
    assert len(answer.body["error"]) > 5


async def test_unknown_vehicle_is_not_found_and_its_vin_not_repeated(program: "Program") -> None:
    answer = await program.send("GET", "/_emulator/vehicles/WBA99999999999999/truth")
    assert answer.status == 404
    assert "WBA99999999999999" not in answer.body["error"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"speed": 1e12}, "1,000,000"),
        ({"jump_to_ms": 253_402_300_799_999}, "10 years"),
        ({"jump_ms": 2**60}, "10 years"),
    ],
)
async def test_clock_cannot_be_broken_for_good(program: "Program", change: dict[str, float], words: str) -> None:
    await program.control("clock", pause=True)
    before = await read(program, "clock")
    refused = await program.control("clock", **change)
    assert refused.status == 409
    assert words in refused.body["error"]
    after = await read(program, "clock")
    assert (after["now_ms"], after["speed"]) == (before["now_ms"], before["speed"])


async def test_clock_is_read_and_changed(program: "Program") -> None:
    before_ms = (await read(program, "clock"))["now_ms"]
    after = (await program.control("clock", jump_ms=MINUTE_MS, pause=True, speed=5)).body
    assert {name: after[name] for name in ("now_ms", "now", "speed", "is_paused")} == {
        "now_ms": before_ms + MINUTE_MS,
        "now": "2026-07-27T12:01:00.000Z",
        "speed": 5,
        "is_paused": True,
    }
    assert (await program.control("clock", jump_to_ms=before_ms)).status == 409


async def test_reset_forgets_sign_ins_and_begins_new_lives(program: "Program") -> None:
    await program.sign_in()
    await program.call("GET", "/vehicles/mappings")
    await program.control("clock", jump_ms=MINUTE_MS)
    info = (await program.control("reset", seed=5)).body
    assert info["gcid"] == program.emulator.info.gcid
    assert (await program.refresh()).refusal == (400, "invalid_request")
    assert (await read(program, "quota"))["spent"] == 0
    assert program.emulator.garage.now_ms == program.emulator.clock.now_ms()


async def test_same_seed_gives_the_same_lives(program: "Program") -> None:
    truths = []
    for seed in (9, 10, 9):
        await program.control("seed", seed=seed, start_ms=program.emulator.clock.now_ms() - DAY_MS)
        truths.append(await read(program, f"vehicles/{first_vin(program)}/truth"))
    assert truths[0] == truths[2]
    assert truths[0] != truths[1]


async def test_tokens_expire_on_request(program: "Program") -> None:
    await program.sign_in()
    assert (await program.control("tokens/expire", kind="access")).body["sessions"] == 1
    assert (await program.call("GET", "/vehicles/mappings")).cardata_refusal == (401, "CU-102")
    await program.control("tokens/expire", kind="id")
    assert program.emulator.identity.verify_id_token(program.tokens["id_token"]) is None
    await program.control("tokens/expire", kind="refresh")
    assert (await program.refresh()).refusal == (400, "invalid_request")


async def test_quota_is_read_and_set(program: "Program") -> None:
    await program.sign_in()
    quota = (await program.control("quota", spent=50)).body
    assert (quota["spent"], quota["limit"], quota["resets_at"]) == (50, 50, "2026-07-28T00:00:00.000Z")
    assert (await program.call("GET", "/vehicles/mappings")).cardata_refusal == (403, "CU-429")
    assert (await read(program, "quota")) == quota


async def test_other_names_of_this_machine_are_refused(program: "Program") -> None:
    answer = await program.send("GET", "/_emulator/info", headers={"Host": "evil.example"})
    assert answer.status == 403


async def test_form_of_a_web_page_changes_nothing(program: "Program") -> None:
    answer = await program.send("POST", "/_emulator/quota", data={"spent": "50"})
    assert answer.status == 415
    assert (await read(program, "quota"))["spent"] == 0


@pytest.mark.parametrize("body", [{}, {"spent": "many"}, {"spent": 1, "colour": "red"}])
async def test_body_that_does_not_fit_is_refused(program: "Program", body: dict[str, Any]) -> None:
    assert (await program.control("quota", **body)).status == 400


async def test_unknown_account_is_not_found(program: "Program") -> None:
    assert (await program.control("quota", spent=1, gcid="nobody")).status == 404


async def fault(program: "Program", name: str) -> Any:
    return next(fault for fault in (await read(program, "faults"))["items"] if fault["name"] == name)


async def test_fault_is_switched_on_and_off(program: "Program") -> None:
    await program.control("faults", name="late", value=0.5, times=3)
    on = await fault(program, "late")
    assert (on["is_on"], on["area"], on["value"]) == (True, "messages", 0.05)
    assert [(switch["value"], switch["times"]) for switch in on["switches"]] == [(0.5, 3)]
    assert (await program.send("DELETE", "/_emulator/faults/late")).body == {"on": []}
    assert not (await fault(program, "late"))["is_on"]


async def test_fault_is_on_for_a_while_of_the_emulators_time(program: "Program") -> None:
    await program.control("faults", name="lost", for_s=60)
    later_ms = program.emulator.clock.now_ms() + 2 * MINUTE_MS
    await program.control("faults", name="silent", from_ms=later_ms, for_s=60)
    assert (await fault(program, "lost"))["is_on"]
    await program.control("clock", jump_ms=2 * MINUTE_MS)
    assert not (await fault(program, "lost"))["is_on"]
    assert (await fault(program, "silent"))["is_on"]
    assert (await program.send("DELETE", "/_emulator/faults")).body == {"on": []}


async def test_fault_that_is_none_is_refused_with_the_nearest_name(program: "Program") -> None:
    answer = await program.control("faults", name="silence")
    assert (answer.status, "the nearest is silent" in answer.body["error"]) == (409, True)
    assert (await program.send("DELETE", "/_emulator/faults/silence")).status == 409


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"name": "rest-slow", "value": -1}, "-1 is no value for the fault rest-slow, which is a number from 0 to"),
        ({"name": "late", "value": 1.5}, "a number from 0 to 1"),
        ({"name": "car-500", "value": 1.5}, "a whole number from 1 to"),
        ({"name": "era", "value": 1999}, "which is 2018, 2019, 2021,"),
        ({"name": "rest-500", "value": 1}, "the fault rest-500 has no value"),
        ({"name": "late", "times": 0}, "1 use or more"),
        ({"name": "late", "for_s": -1}, "ends after it begins"),
    ],
)
async def test_fault_that_cannot_be_so_is_refused_in_words(
    program: "Program", wish: dict[str, object], words: str
) -> None:
    refused = await program.control("faults", **wish)
    assert refused.status == 409
    assert words in refused.body["error"]
    assert not (await fault(program, str(wish["name"])))["switches"]


async def test_calls_of_a_day_are_not_fewer_than_none(program: "Program") -> None:
    assert (await program.control("quota", spent=-1)).status == 400


async def test_fault_ends_in_one_way_only(program: "Program") -> None:
    assert (await program.control("faults", name="late", until_ms=1, for_s=1)).status == 400


async def test_sleepers_look_again_when_a_fault_begins_by_itself(program: "Program") -> None:
    clock, faults = program.emulator.clock, program.emulator.faults
    await program.control("faults", name="silent", from_ms=clock.now_ms() + MINUTE_MS)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(clock.sleep_until_due(lambda: 0 if faults.is_on("silent") else NEVER_MS))
        await asyncio.sleep(0)
        clock.jump(by_ms=MINUTE_MS)
