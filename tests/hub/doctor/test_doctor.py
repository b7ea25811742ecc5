"""The doctor against an emulated BMW: what is wrong is found, and the next step is named."""

import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import cast

import aiohttp
import pytest
from tests.hub.conftest import ACCOUNT, NOW_MS, Cloud, owner, reading, until, until_settled
from tests.hub.feeds.test_changed_mappings import car, change, met
from tests.hub.feeds.test_new_cars import ShiftedClock

from bimmerhub.domain.account.checks import Check, Outcome, failed, next_step, warning
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.account.quota import Quota, Spent
from bimmerhub.domain.connecteddrive_contract import CONTRACTS
from bimmerhub.domain.coverage.coverage_verdicts import Coverage, Verdict
from bimmerhub.domain.documents import BASIC_DATA, MAPPING, Document
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.app import Hub
from bimmerhub.hub.coverage.report import CoverageReport
from bimmerhub.hub.doctor import bmw_checks, stream_check
from bimmerhub.hub.doctor.doctor import judge_quota
from bimmerhub.hub.doctor.link_watch import Cut
from bimmerhub.hub.doctor.stream_check import MANY_CUTS, judge_link
from bimmerhub.hub.doctor.value_checks import ValueChecks, judge_values
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.ids import Descriptor, Vin, mask_vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS
from bimmerhub.views.account.quota import describe_quota

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
    assert (checks["vehicles"].outcome, checks["stream"].outcome) == (Outcome.OK, Outcome.OK)
    assert re.fullmatch(r"connected for \d+ s, (no message yet|last message \d+ s ago)", checks["stream"].finding)


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


async def test_what_it_was_told_is_kept_and_said_when_it_may_not_ask(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        assert (await examine(hub, spends_calls=False))["vehicles"].finding == "no REST calls were asked for"
        asked = (await examine(hub))["vehicles"]
        [mapping] = await hub.store.documents.documents(cloud.vin, MAPPING)
        assert '"PRIMARY"' in mapping.body
        stored = (await examine(hub, spends_calls=False))["vehicles"]
    assert stored.outcome is Outcome.SKIPPED
    assert re.fullmatch(rf"{asked.finding}, as BMW said \d+ s ago; no REST calls were asked for", stored.finding)


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


def test_what_loses_most_is_the_next_step_whatever_was_looked_at_first() -> None:
    names = ["quarantine", "stream", "backups", "sign-in", "sign-in server", "disk", "database"]
    checks = [warning(name, "x", hint=f"Mend the {name}") for name in names]
    steps = [next_step(checks[: place + 1]).removeprefix("Mend the ") for place in range(len(names))]
    assert steps == ["quarantine", "quarantine", "backups", "sign-in", "sign-in", "disk", "database"]
    assert next_step([*checks, failed("stream", "x", hint="Wait")]) == "Wait"


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


async def test_a_stream_that_does_not_answer_is_a_failure(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_check, "STREAM_WITHIN_S", 0.5)
    async with cloud.hub() as hub:
        cloud.emulator.faults.switch_on(FaultSwitch(name="mute"))
        assert await cloud.sign_in(hub) == "done"
        stream = (await examine(hub, spends_calls=False))["stream"]
    assert (stream.outcome, stream.hint) == (Outcome.FAILED, "Wait some minutes and ask again.")


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
    assert re.fullmatch(r"nothing came yet; the stream has been connected for \d+ s", finding)
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
    assert (check.outcome, check.hint) == (Outcome.WARNING, "See which: bimmerhub coverage 0001")


async def test_what_was_not_believed_is_pointed_at(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        cloud.publish(250)
        await until(lambda: hub.context.health.health().readings_refused)
        checks = await examine(hub, spends_calls=False)
    assert checks["quarantine"].outcome is Outcome.WARNING
    assert "quarantine list" in (checks["quarantine"].hint or "")


async def test_a_stop_breaks_an_examination_off_quietly(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    is_asked, answers = asyncio.Event(), list[int]()

    async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        is_asked.set()
        await reader.read()
        writer.close()

    async def ask(address: str) -> None:
        url = f"{address}/api/v1/accounts/{ACCOUNT}/examination"
        with suppress(aiohttp.ClientError):
            async with cloud.session.post(url, params={"calls": "true"}, headers=owner(cloud.data_dir)) as answer:
                answers.append(answer.status)

    async with await asyncio.start_server(stay_silent, "127.0.0.1", 0) as silent, asyncio.TaskGroup() as tasks:
        port = silent.sockets[0].getsockname()[1]
        settings = replace(cloud.settings().bmw, api_url=f"http://127.0.0.1:{port}")
        async with cloud.connected(bmw=settings) as hub:
            tasks.create_task(ask(hub.address))
            async with asyncio.timeout(10):
                await is_asked.wait()
    assert answers == []
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    # what an independent MQTT client of an earlier test left to the garbage collector is told whenever that runs
    assert [error for error in errors if "exception=MqttCodeError" not in error] == []


def test_what_cannot_be_judged_while_the_stream_is_down_is_counted() -> None:
    check = judge_values(CAR, verdicts((Verdict.ARRIVING, 41), (Verdict.STREAM_DOWN, 55)), connected_ms=None)
    assert check.finding.endswith("stopped 0, not ticked 0, not judged while the stream is down 55")


LINK = Link(account=ACCOUNT, family=Family.CARDATA, state=LinkState.WAITING, reason="no", hint=None, since_ms=NOW_MS)


def test_the_next_try_is_counted_down() -> None:
    check = judge_link(replace(LINK, next_try_at_ms=NOW_MS + 130_000), cuts=(), now_ms=NOW_MS)
    assert (check.outcome, check.finding) == (Outcome.FAILED, "no; next try in 2 min 10 s")


def test_cuts_are_counted_and_many_are_a_warning() -> None:
    link = replace(LINK, state=LinkState.CONNECTED, last_message_at_ms=NOW_MS)
    cuts = [Cut(at_ms=NOW_MS + number * MINUTE_MS, reason="another client") for number in range(MANY_CUTS)]
    few, many = (judge_link(link, cuts=some, now_ms=NOW_MS + HOUR_MS) for some in (cuts[:1], cuts))
    assert few.outcome is Outcome.OK
    assert few.finding.endswith("; cut once in the last day, the last time 1 h ago (another client)")
    assert (many.outcome, "cut 6 times" in many.finding) == (Outcome.WARNING, True)


def test_a_nearly_spent_quota_names_who_spent_it() -> None:
    spent = [
        Spent(caller=caller, operation=name, calls=calls) for caller, name, calls in (("cli", "a", 30), ("cli", "b", 5))
    ]
    check = judge_quota(Quota(account=ACCOUNT, used=46, limit=50, resets_at_ms=0, spent=spent))
    assert check.finding == "46 of 50 REST calls used today (UTC): 35 by cli, 11 by other programs"
    assert (check.outcome, check.hint) == (Outcome.WARNING, "Spare the 4 that are left: they come back at 00:00 UTC.")


async def test_a_slow_answer_is_named(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bmw_checks, "SLOW_S", 0.25)
    async with cloud.connected() as hub:
        cloud.emulator.faults.switch_on(FaultSwitch(name="rest-slow", value=0.3))
        check = (await examine(hub))["vehicles"]
    assert (check.outcome, "; BMW took 0 s to answer" in check.finding) == (Outcome.WARNING, True)


async def test_what_bmw_requires_of_each_car_is_said(cloud: Cloud) -> None:
    async with cloud.connected(rest=RestSettings(refresh_h=6)) as hub:
        await until(lambda: len(hub.live.vehicles()) == len(cloud.emulator.info.vehicles))
        await until(lambda: all(vehicle.model for vehicle in hub.live.vehicles()))
        check = (await examine(hub, spends_calls=False))[f"car {mask_vin(cloud.vin)}"]
    words = r"PRIMARY since \d{4}-\d\d-\d\d; SIM active \(as of \d{4}-\d\d-\d\d\); ConnectedDrive .*; market [A-Z]{2}"
    assert re.fullmatch(words, check.finding)
    assert check.outcome is Outcome.OK


BASIC = {"simStatus": "ACTIVE", "countryCode": "DE"}


async def car_check(hub: Hub, vin: Vin, basic: dict[str, str], contracts: str | None) -> Check:
    """Return the check of a car whose basic data and contracts are these."""
    document = Document(
        subject=vin, kind=BASIC_DATA, natural_key="", body=json.dumps(basic), source=Source.REST, fetched_at_ms=10**13
    )
    readings = [] if contracts is None else [reading(contracts, vin=vin, descriptor=CONTRACTS)]
    await hub.store.append(Batch(documents=[document], readings=readings))
    [account] = await hub.store.accounts.accounts()
    await hub.store.vehicles.save_vehicle_account(vin, account.id, mapping="PRIMARY", seen_at_ms=1)
    return (await examine(hub, spends_calls=False))[f"car {mask_vin(vin)}"]


RUNNING, ENDED = "ends 2099-03-01 00:00:00 UTC", "from 2019-03-01 00:00:00 UTC to 2020-03-01 00:00:00 UTC"


@pytest.mark.parametrize(
    ("basic", "contracts", "expected"),
    [
        (
            BASIC,
            RUNNING,
            (Outcome.OK, "SIM active (as of 2286-11-20); ConnectedDrive until 2099-03-01; market DE"),
        ),
        (BASIC, ENDED, (Outcome.FAILED, "its ConnectedDrive contract ended on 2020-03-01")),
        ({**BASIC, "simStatus": "INACTIVE"}, None, (Outcome.FAILED, "SIM INACTIVE")),
        ({**BASIC, "countryCode": "US"}, None, (Outcome.WARNING, "market US, where CarData may not be offered")),
        ({}, None, (Outcome.OK, "SIM not known (its basic data will say)")),
        ({}, None, (Outcome.OK, "market not known (the My BMW app shows it, in the profile)")),
    ],
)
async def test_what_is_missing_of_what_bmw_requires_is_named(
    cloud: Cloud, basic: dict[str, str], contracts: str | None, expected: tuple[Outcome, str]
) -> None:
    outcome, words = expected
    async with cloud.connected() as hub:
        check = await car_check(hub, CAR.vin, basic, contracts)
    assert (check.outcome, words in check.finding) == (outcome, True), check


async def test_a_car_that_bmw_refuses_is_named_here_and_in_the_quota(cloud: Cloud) -> None:
    cloud.emulator.faults.switch_on(FaultSwitch(name="car-refused"))
    async with cloud.hub(rest=RestSettings(refresh_h=6)) as hub:
        assert await cloud.sign_in(hub) == "done"
        quota = describe_quota(await until_settled(hub))
        checks = await examine(hub, spends_calls=False)
    [refused] = quota.refused
    check = checks[f"car {mask_vin(Vin(refused.vin))}"]
    assert (check.outcome, "BMW refuses its data by REST" in check.finding) == (Outcome.WARNING, True)
    assert "primary user" in (check.hint or "")
    assert datetime.fromisoformat(refused.again_at) > datetime.fromisoformat(quota.resets_at)


async def test_a_shared_and_a_sold_car_are_named_with_what_to_do(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with met(cloud, clock) as hub:
        assert hub.live.vehicles()
    await change(cloud, "SECONDARY")
    clock.ahead_ms = DAY_MS + HOUR_MS
    async with met(cloud, clock) as hub:
        name = f"car {mask_vin(cloud.vin)}"
        check = (await examine(hub, spends_calls=False))[name]
        assert check.finding.startswith("secondary user: BMW gives its data to the primary one")
        assert check.outcome is Outcome.WARNING
    await change(cloud, None)
    clock.ahead_ms *= 2
    async with met(cloud, clock) as hub:
        check = (await examine(hub, spends_calls=False))[name]
        assert (check.outcome, check.finding.startswith("no longer mapped to account home since ")) == (
            Outcome.FAILED,
            True,
        )
        assert f"bimmerhub vehicles archive {cloud.vin[-4:]}" in (check.hint or "")


async def test_a_sim_and_a_contract_that_have_expired_are_named(cloud: Cloud) -> None:
    for name in ("expire_sim", "expire_contract"):
        await cloud.control(f"vehicles/{cloud.vin}/commands", name=name)
    async with cloud.connected(rest=RestSettings(refresh_h=6, reserve=0)) as hub, asyncio.timeout(20):
        check = (await examine(hub, spends_calls=False)).get(f"car {mask_vin(cloud.vin)}")
        while check is None or "contract ended" not in check.finding or "SIM INACTIVE" not in check.finding:
            await asyncio.sleep(0.1)
            check = (await examine(hub, spends_calls=False)).get(f"car {mask_vin(cloud.vin)}")
    assert check.outcome is Outcome.FAILED


async def test_what_bmw_says_now_counts_for_each_car(cloud: Cloud) -> None:
    async with met(cloud, ShiftedClock()) as hub:
        await change(cloud, "SECONDARY")
        check = (await examine(hub))[f"car {mask_vin(cloud.vin)}"]
        assert check.finding.startswith("secondary user")
        assert "secondary user" in (car(hub, cloud.vin).notice or "")


async def test_it_never_advises_itself(cloud: Cloud) -> None:
    async with cloud.hub() as hub:
        cloud.emulator.faults.switch_on(FaultSwitch(name="no-stream-configured"))
        await cloud.sign_in(hub)
        hints = [check.hint or "" for check in (await examine(hub, spends_calls=False)).values()]
    assert not [hint for hint in hints if "bimmerhub doctor" in hint]


async def test_a_car_that_is_silent_beside_others_is_named(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        [account] = await hub.store.accounts.accounts()
        speaks, silent = (row.vin for row in cloud.emulator.info.vehicles[:2])
        await hub.store.vehicles.save_vehicle_account(silent, account.id, mapping="PRIMARY", seen_at_ms=1)
        cloud.publish(50, at_ms=ShiftedClock().now_ms())
        await until(lambda: hub.live.state(speaks))
        await until(lambda: any(car.vin == speaks and car.account for car in hub.live.vehicles()))
        link = replace(hub.connections.links()[0], since_ms=0)
        values = ValueChecks(
            vehicles=hub.store.vehicles,
            coverage=cast("CoverageReport", hub.context.coverage),
            quarantine=hub.store,
            now_ms=hub.context.now_ms,
        )
        checks = {check.name: check for check in await values.check_values(account, link)}
    words = f"{mask_vin(speaks)} of the same account did send, so the stream works"
    assert words in checks[f"values of {mask_vin(silent)}"].finding
    assert "BMW keeps ticks for each car" in (checks[f"values of {mask_vin(silent)}"].hint or "")
    assert re.search(r"; the newest was measured \d+ s ago$", checks[f"values of {mask_vin(speaks)}"].finding)
