"""The doctor against an emulated BMW: what is wrong is found, and the next step is named."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import aiohttp
import pytest
from tests.hub.conftest import ACCOUNT, Cloud, until

from bimmerhub.domain.account.checks import Check, Outcome, next_step
from bimmerhub.domain.coverage.coverage_verdicts import Coverage, Verdict
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.app import Hub
from bimmerhub.hub.doctor.value_checks import judge_values
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.ids import Descriptor, Vin, mask_vin

CAR = Vehicle(vin=Vin("WBA00000000000001"))


async def examine(hub: Hub, *, spends_calls: bool = True) -> dict[str, Check]:
    checks = await hub.context.examination.examine(ACCOUNT, spends_calls=spends_calls)
    return {check.name: check for check in checks}


async def test_all_is_well_and_said_so(cloud: Cloud) -> None:
    async with cloud.connected(rest=RestSettings(refresh_h=6)) as hub:
        await until(hub.live.vehicles)
        cloud.publish(71)
        checks = await examine(hub)
    troubles = [check for check in checks.values() if check.outcome is Outcome.FAILED]
    assert troubles == []
    assert list(checks)[:9] == [
        *("sign-in server", "REST server", "stream server", "clock", "sign-in"),
        *("cardata:api:read", "cardata:streaming:read", "vehicles", "containers"),
    ]
    assert (checks["vehicles"].outcome, checks["stream"].finding) == (Outcome.OK, "connected")


async def test_it_costs_two_calls_of_its_own_or_none(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        await examine(hub, spends_calls=False)
        assert (await hub.quotas.quotas())[0].used == 0
        await examine(hub)
        [quota] = await hub.quotas.quotas()
    assert [(spent.caller, spent.operation) for spent in quota.spent] == [
        ("doctor", "containers"),
        ("doctor", "mappings"),
    ]
    assert quota.used == 2


async def test_a_faulty_bmw_costs_no_more(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        cloud.emulator.faults.switch_on(FaultSwitch(name="rest-503"))
        checks = await examine(hub)
        [quota] = await hub.quotas.quotas()
    assert (checks["vehicles"].outcome, quota.used) == (Outcome.FAILED, 2)


async def test_a_spent_quota_is_one_warning(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        await cloud.control("quota", spent=50)
        for _ in ("BMW says so", "the hub knows"):
            checks = await examine(hub)
            outcomes = [checks[name].outcome for name in ("vehicles", "containers", "quota")]
            assert outcomes == [Outcome.SKIPPED, Outcome.SKIPPED, Outcome.WARNING]
    assert "00:00 UTC" in (checks["quota"].hint or "")


async def test_nobody_signed_in_leads_to_login(cloud: Cloud) -> None:
    async with cloud.hub() as hub:
        checks = list((await examine(hub)).values())
    assert next_step(checks) == "Create a CarData client in BMW's portal, then: bimmerhub login --client-id ID"


async def test_servers_that_cannot_be_reached_come_first(cloud: Cloud) -> None:
    nowhere = replace(cloud.settings().bmw, auth_url="http://127.0.0.1:9", stream_port=9)
    async with cloud.hub(bmw=nowhere) as hub:
        checks = await examine(hub)
    assert {checks[name].outcome for name in ("sign-in server", "stream server")} == {Outcome.FAILED}
    assert checks["REST server"].outcome is Outcome.OK
    assert "9" in next_step(list(checks.values())) or "network" in next_step(list(checks.values()))


async def test_a_revoked_session_is_named(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        await cloud.control("tokens/expire", kind="refresh")
        await cloud.control("tokens/expire", kind="access")
        checks = await examine(hub)
    assert checks["vehicles"].outcome is Outcome.FAILED
    assert "login" in next_step(list(checks.values()))


@pytest.mark.parametrize("fault", ["no-stream-configured"])
async def test_what_the_stream_says_is_passed_on_and_logged(
    cloud: Cloud, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with cloud.hub() as hub:
        cloud.emulator.faults.switch_on(FaultSwitch(name=fault))
        await cloud.sign_in(hub)
        checks = await examine(hub, spends_calls=False)
    assert checks["stream"].outcome is Outcome.FAILED
    assert "portal" in (checks["stream"].hint or "")
    assert any("no stream is configured" in record.getMessage() for record in caplog.records)


async def test_refusals_that_go_on_are_waited_for_until_they_say_what_to_do(cloud: Cloud) -> None:
    async with cloud.hub() as hub:
        cloud.emulator.faults.switch_on(FaultSwitch(name="bad-credentials"))
        await cloud.sign_in(hub)
        checks = await examine(hub, spends_calls=False)
    assert checks["stream"].outcome is Outcome.FAILED
    assert "though the token is new" in checks["stream"].finding
    assert "Sign in again" in next_step(list(checks.values()))


async def test_right_after_the_start_nobody_is_sent_to_the_portal(cloud: Cloud) -> None:
    async with cloud.connected(rest=RestSettings(refresh_h=6)) as hub:
        await until(lambda: len(hub.live.vehicles()) == len(cloud.emulator.info.vehicles))
        checks = await examine(hub, spends_calls=False)
    finding = checks[f"values of {mask_vin(cloud.vin)}"].finding
    assert finding == "nothing came yet; the stream has been connected for 0 min"
    assert "lock and unlock" in next_step(list(checks.values()))


async def test_another_name_is_told_the_ones_that_are_known(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        checks = await hub.context.examination.examine("nope", spends_calls=False)
    assert next_step(checks) == "Known here: home. Say which one: --account NAME"


def verdicts(*counted: tuple[Verdict, int]) -> Sequence[Coverage]:
    return [
        Coverage(
            descriptor=Descriptor(f"{verdict} {number}"),
            title=None,
            ticked="unknown",
            verdict=verdict,
            why="",
            last_streamed_ms=1,
            last_rest_ms=None,
            usual_gap_s=None,
        )
        for verdict, count in counted
        for number in range(count)
    ]


def test_a_lost_selection_is_told_from_a_sleeping_car() -> None:
    lost = judge_values(CAR, verdicts((Verdict.NOT_TICKED, 8), (Verdict.QUIET, 3)), connected_ms=3_600_000)
    asleep = judge_values(CAR, verdicts((Verdict.QUIET, 11)), connected_ms=3_600_000)
    assert (lost.outcome, asleep.outcome) == (Outcome.FAILED, Outcome.WARNING)
    assert "lost the portal's selection" in lost.finding


def test_a_few_missing_ones_are_a_warning() -> None:
    check = judge_values(CAR, verdicts((Verdict.ARRIVING, 9), (Verdict.STOPPED, 2)), connected_ms=3_600_000)
    assert (check.outcome, check.hint) == (Outcome.WARNING, "See which: bimmerhub coverage 0000001")


async def test_what_was_not_believed_is_pointed_at(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        cloud.publish(250)
        await until(lambda: hub.context.health.health().readings_refused)
        checks = await examine(hub, spends_calls=False)
    assert checks["quarantine"].outcome is Outcome.WARNING
    assert "quarantine list" in (checks["quarantine"].hint or "")


async def test_a_stop_during_an_examination_is_quick_and_quiet(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    is_asked = asyncio.Event()

    async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        is_asked.set()
        await reader.read()
        writer.close()

    async def ask(address: str) -> None:
        url = f"{address}/api/v1/accounts/{ACCOUNT}/examination"
        with suppress(aiohttp.ClientError):
            async with cloud.session.post(url, params={"calls": "true"}, headers={"sec-fetch-site": "same-origin"}):
                pass

    async with await asyncio.start_server(stay_silent, "127.0.0.1", 0) as silent, asyncio.TaskGroup() as tasks:
        port = silent.sockets[0].getsockname()[1]
        settings = replace(cloud.settings().bmw, api_url=f"http://127.0.0.1:{port}")
        async with cloud.connected(bmw=settings) as hub:
            tasks.create_task(ask(hub.address))
            async with asyncio.timeout(10):
                await is_asked.wait()
            leaving_s = time.monotonic()
        assert time.monotonic() - leaving_s < 3
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_what_cannot_be_judged_while_the_stream_is_down_is_counted() -> None:
    check = judge_values(CAR, verdicts((Verdict.ARRIVING, 41), (Verdict.STREAM_DOWN, 55)), connected_ms=None)
    assert check.finding.endswith("stopped 0, not ticked 0, not judged while the stream is down 55")
