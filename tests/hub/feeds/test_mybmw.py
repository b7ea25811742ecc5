"""Accounts of the MyBMW app's interface in a hub: signing in, reading, what BMW refuses; on the real emulator."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from tests.emulated import emulator_settings
from tests.hub.conftest import QuickClock, until
from tests.hub.feeds.test_polled import NAME, OldCloud, advance_until, link_of, old

from bimmerhub.bmw.http import open_session
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import LinkState
from bimmerhub.domain.command import Command, CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.documents import BMW_CHARGES, BMW_TRIPS, CHARGING_PROFILE, CHARGING_STATISTICS, RECALLS, Question
from bimmerhub.domain.profile_change import ProfileChange
from bimmerhub.domain.reading import Source
from bimmerhub.domain.settings_change import SettingsChange
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.errors import BmwRefused, ConfigError
from bimmerhub.hub.accounts.password_access import NoTokens
from bimmerhub.hub.accounts.sign_in_details import SignInDetails
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.families.family_reach import FamilyReach
from bimmerhub.hub.feeds.families.mybmw_family import MyBmwFamily
from bimmerhub.hub.feeds.polled.polled_documents import is_due_again
from bimmerhub.hub.feeds.polled.polled_memory import PolledMemory
from bimmerhub.hub.feeds.polled.polled_pace import PollingSettings
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import DAY_MS, format_time, parse_time
from bimmerhub.views.fetch import FetchWanted, to_asking
from bimmerhub.views.ports.accounts import AccountSignIn
from bimmerhub.views.ports.bmw import Asking
from bimmerhub.views.ports.calls import CallWish
from bimmerhub.views.ports.commands import Asker

__all__ = ["old"]
SIGN_IN = AccountSignIn(
    family=Family.MYBMW,
    username="anna@example.com",
    password="emulator",
    captcha="solved-1",
    subscription_key="any",
    app_version="4.9.2(36892)",
    app_build="AP2A.240605.024",
)
SIGN_IN_DETAILS = SignInDetails(subscription_key="any", app_version="4.9.2(36892)", app_build="AP2A.240605.024")
ASKER = Asker(who="command line", from_where=None, may_command=True)


@pytest.fixture
async def lived(tmp_path: Path, keys_dir: Path) -> AsyncIterator[OldCloud]:
    """Return a BMW whose cars have been driven and charged for some weeks."""
    calls = Counter[str]()

    def count(exchange: Exchange) -> None:
        calls[exchange.path.removeprefix("/eadrax-").split("/")[-1]] += 1

    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=0.0, history_days=40)
    async with Emulator(settings, on_exchange=count) as emulator, aiohttp.ClientSession() as session:
        cloud = OldCloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")
        cloud.calls = calls
        yield cloud


@pytest.fixture
async def watched(tmp_path: Path, keys_dir: Path) -> AsyncIterator[tuple[OldCloud, list[str]]]:
    """Return a BMW, and the list of what programs called their session when they asked for a car's state."""
    sessions: list[str] = []

    def note(exchange: Exchange) -> None:
        if exchange.path.endswith("/state"):
            sessions.append(exchange.headers["bmw-session-id"])

    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=0.0)
    async with Emulator(settings, on_exchange=note) as emulator, aiohttp.ClientSession() as session:
        cloud = OldCloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")
        yield cloud, sessions


async def test_session_keeps_its_name_over_restarts_for_two_weeks(watched: tuple[OldCloud, list[str]]) -> None:
    cloud, sessions = watched
    clock = QuickClock()

    async def restart() -> str:
        before = len(sessions)
        async with cloud.hub(clock=clock):
            await advance_until(clock, lambda: len(sessions) > before)
        return sessions[-1]

    async with app_hub(cloud, clock) as hub:
        await until(lambda: sessions)
        first = sessions[-1]
    assert await restart() == first
    clock.ahead_ms += 14 * DAY_MS
    second = await restart()
    assert second != first
    async with cloud.hub(clock=clock) as hub:
        await hub.connections.sign_in_with_password(NAME, replace(SIGN_IN, captcha="solved-2"))
        before = len(sessions)
        await advance_until(clock, lambda: len(sessions) > before)
    assert sessions[-1] not in {first, second}


@asynccontextmanager
async def app_hub(old: OldCloud, clock: QuickClock | None = None) -> AsyncIterator[Hub]:
    async with old.polling(clock, SIGN_IN) as hub:
        yield hub


async def test_account_reads_its_cars_into_the_same_signals(old: OldCloud) -> None:
    async with app_hub(old) as hub:
        signals = hub.live.state(old.vin) or {}
        points = await hub.store.latest(old.vin)
        [car] = [car for car in hub.live.vehicles() if car.vin == old.vin]
    assert signals["odometer_km"].descriptor == "mybmw.currentMileage"
    assert {point.source for point in points} == {Source.MYBMW}
    assert (car.account, bool(car.model), car.drivetrain in {"BEV", "PHEV", "CONV", "MHEV"}) == (NAME, True, True)


async def test_captcha_that_was_used_is_not_sent_again(old: OldCloud) -> None:
    async with old.hub() as hub:
        with pytest.raises(BmwRefused):
            await hub.connections.sign_in_with_password(NAME, replace(SIGN_IN, password="wrong"))
        with pytest.raises(BmwRefused, match="refused the sign-in"):
            await hub.connections.sign_in_with_password(NAME, SIGN_IN)
        assert old.calls["authenticate"] == 2
        await hub.connections.sign_in_with_password(NAME, replace(SIGN_IN, captcha="solved-2"))


async def test_missing_settings_are_named_before_anything_is_sent(old: OldCloud) -> None:
    async with old.hub() as hub:
        with pytest.raises(ConfigError, match="app_build, subscription_key") as missing:
            await hub.connections.plan_password_sign_in(NAME, replace(SIGN_IN, app_build=None, subscription_key=None))
        with pytest.raises(ConfigError, match="a kept password signs nobody in"):
            await hub.connections.sign_in_with_password(NAME, replace(SIGN_IN, remember=True))
    assert "x-user-agent" in (missing.value.hint or "")
    assert old.calls["authenticate"] == 0


async def test_session_that_bmw_ends_wants_a_person_with_a_new_captcha(old: OldCloud) -> None:
    clock = QuickClock()
    async with app_hub(old, clock) as hub:
        signed_in = old.calls["authenticate"]
        await old.control("tokens/expire", kind="access")
        await old.control("tokens/expire", kind="refresh")
        await advance_until(clock, lambda: link_of(hub).state is LinkState.SIGNED_OUT)
        hint = link_of(hub).hint or ""
    assert ("--family mybmw" in hint, "captcha" in hint, "--remember" in hint) == (True, True, False)
    assert old.calls["authenticate"] == signed_in


async def test_expired_token_is_renewed_without_a_captcha(old: OldCloud) -> None:
    clock = QuickClock()
    async with app_hub(old, clock) as hub:
        asked = old.calls["state"]
        await old.control("tokens/expire", kind="access")
        await advance_until(clock, lambda: old.calls["state"] > asked)
        await until(lambda: link_of(hub).state is LinkState.POLLING)


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        ("app-blocked", LinkState.REFUSED, "BMW blocks this program"),
        ("app-quota", LinkState.WAITING, "quota for this app is spent"),
        ("app-rate-limit", LinkState.WAITING, "asked too often"),
    ],
)
async def test_refusals_of_the_gateway_are_told_apart(old: OldCloud, fault: str, state: LinkState, words: str) -> None:
    clock = QuickClock()
    async with app_hub(old, clock) as hub:
        old.emulator.faults.switch_on(FaultSwitch(name=fault, value=1.0 if fault == "app-quota" else None))
        await advance_until(clock, lambda: link_of(hub).state is state)
        assert words in link_of(hub).reason


async def test_pace_is_stretched_so_that_the_calls_of_the_day_last(old: OldCloud) -> None:
    async with app_hub(old) as hub:
        words = link_of(hub).reason
    assert "of the day's 120 calls are made" in words


async def test_day_whose_calls_are_made_is_waited_out(old: OldCloud) -> None:
    async with old.hub(polling=PollingSettings(calls_per_day=3)) as hub:
        await hub.connections.sign_in_with_password(NAME, SIGN_IN)
        await until(lambda: link_of(hub).state is LinkState.POLLING)
        words = link_of(hub).reason
    assert "of the day's 3 calls are made, so it is asked again when the next day begins (UTC), in " in words
    assert "every" not in words


async def noted_calls(hub: Hub) -> int:
    [account] = await hub.store.accounts.accounts()
    return await PolledMemory(hub.store.settings, account.id).calls_of_day(now_ms=QuickClock().now_ms())


async def test_calls_since_the_newest_round_outlive_a_restart(old: OldCloud) -> None:
    async with app_hub(old) as hub:
        noted = await noted_calls(hub)
        for _ in range(3):
            await hub.context.calls.call(NAME, CallWish(operation="contacts", values={"vin": old.vin}), asker=ASKER)
    async with old.hub(goes_live=False) as hub:
        assert await noted_calls(hub) == noted + 3


async def test_questions_of_a_person_are_counted_at_once_and_when_they_fail(old: OldCloud) -> None:
    async with app_hub(old) as hub:
        noted = await noted_calls(hub)
        asking = Asking(question=Question.VALUES, vin=old.vin)
        await hub.context.questions.ask(asking, fresh=True)
        answered = await noted_calls(hub)
        old.fails_by("app-blocked")
        with pytest.raises(BmwRefused):
            await hub.context.questions.ask(asking, fresh=True)
        assert noted < answered < await noted_calls(hub)


async def test_price_says_that_trips_may_take_several_calls(old: OldCloud) -> None:
    async with app_hub(old) as hub:
        trips, recalls = [
            await hub.context.questions.price(Asking(question=question, vin=old.vin))
            for question in (Question.BMW_TRIPS, Question.RECALLS)
        ]
    assert (trips.may_cost_more, recalls.may_cost_more) == (True, False)


async def carry_out(old: OldCloud, hub: Hub, clock: QuickClock, order: CommandOrder) -> Command:
    """Order a command of the car, and return it at its end, with the emulator's time going on."""
    command = await hub.context.commands.order(old.vin, order, asker=ASKER)
    async with asyncio.timeout(20):
        while not command.is_ended:
            await old.control("clock", jump_ms=5_000)
            clock.ahead_ms += 5_000
            await asyncio.sleep(0.05)
            command = await hub.store.commands.find_command(command.id) or command
    return command


async def test_commands_reach_the_car_and_find_brings_its_position(old: OldCloud) -> None:
    clock = QuickClock()
    async with app_hub(old, clock) as hub:
        found = await carry_out(old, hub, clock, CommandOrder(kind=CommandKind.FIND))
        answered_ms = found.newest.at_ms
        latitude = await position_of(hub, old.vin)
        truth = old.emulator.garage.truth(old.vin)
    assert (found.newest.state, old.calls["eventPosition"]) == ("executed", 1)
    assert latitude is not None
    assert latitude[0] == pytest.approx(truth.latitude_deg, abs=1e-4)
    assert abs(latitude[1] - answered_ms) < 600_000


async def position_of(hub: Hub, vin: Vin) -> tuple[float, int] | None:
    for point in await hub.store.latest(vin):
        if point.descriptor == Descriptor("mybmw.location.coordinates.latitude") and isinstance(point.value, float):
            return point.value, point.measured_at_ms
    return None


async def test_charging_profile_is_changed_and_told_anew(old: OldCloud) -> None:
    clock = QuickClock()
    order = CommandOrder(kind=CommandKind.CHARGING_PROFILE, profile_change=ProfileChange(is_climate_enabled=True))
    async with app_hub(old, clock) as hub:
        changed = await carry_out(old, hub, clock, order)
        document = await hub.store.documents.document(old.vin, CHARGING_PROFILE)
    assert changed.newest.state == "executed"
    assert document is not None
    assert '"isPreconditionForDepartureActive":true' in document.body


async def test_charging_settings_are_changed_and_told_anew(old: OldCloud) -> None:
    clock = QuickClock()
    change = SettingsChange(target_percent=75, ac_limit_a=10)
    order = CommandOrder(kind=CommandKind.CHARGING_SETTINGS, settings_change=change)
    async with app_hub(old, clock) as hub:
        changed = await carry_out(old, hub, clock, order)
        document = await hub.store.documents.document(old.vin, CHARGING_PROFILE)
        points = {point.descriptor: point.value for point in await hub.store.latest(old.vin)}
    settings = old.emulator.garage.truth(old.vin).charging_settings
    assert (changed.newest.state, changed.details) == ("executed", {"target_percent": 75, "ac_limit_a": 10})
    assert settings is not None
    assert (settings.target_percent, settings.ac_limit_a) == (75, 10)
    assert document is not None
    assert '"chargingTarget":75' in document.body
    assert points[Descriptor("mybmw.chargingProfile.chargingSettings.targetSoc")] == 75


async def test_charging_settings_that_the_car_does_not_have_are_not_sent(old: OldCloud) -> None:
    order = CommandOrder(kind=CommandKind.CHARGING_SETTINGS, settings_change=SettingsChange(ac_limit_a=17))
    with pytest.raises(ConfigError, match="steps of 5"):
        SettingsChange(target_percent=77)
    async with app_hub(old) as hub:
        with pytest.raises(ConfigError, match="does not limit its current to 17 A") as refused:
            await hub.context.commands.order(old.vin, order, asker=ASKER)
        assert [entry.action for entry in await hub.store.audit.audit(limit=2)] == ["command_refused", "command_asked"]
        assert await hub.store.commands.commands(limit=9) == []
    assert "16, 20, 32 A" in (refused.value.hint or "")


async def test_other_families_have_no_service_for_these_commands(old: OldCloud) -> None:
    async with old.polling() as hub:
        for order in (
            CommandOrder(kind=CommandKind.CHARGE_STOP),
            CommandOrder(kind=CommandKind.CHARGING_SETTINGS, settings_change=SettingsChange(target_percent=80)),
        ):
            with pytest.raises(BmwRefused, match="i Remote has no service for that"):
                await hub.context.commands.order(old.vin, order, asker=ASKER)


async def test_charging_trips_and_service_are_kept_as_documents(old: OldCloud) -> None:
    async with app_hub(old) as hub:
        kept = {
            kind: await hub.store.documents.documents(old.vin, kind)
            for kind in (BMW_CHARGES, BMW_TRIPS, CHARGING_STATISTICS, CHARGING_PROFILE, RECALLS)
        }
    assert {len(kept[kind]) for kind in (CHARGING_STATISTICS, CHARGING_PROFILE, RECALLS)} == {1}


async def test_month_of_trips_comes_by_forty_and_then_from_the_store(lived: OldCloud) -> None:
    async with app_hub(lived) as hub:
        truth = lived.emulator.garage.truth(lived.vin)
        months = Counter(format_time(trip.start_ms)[:7] for trip in truth.trips)
        month, count = months.most_common(1)[0]
        asking = to_asking("bmw-trips", lived.vin, FetchWanted(month=month), now_ms=truth.trips[-1].end_ms)
        told = [await hub.context.questions.ask(asking, fresh=False) for _ in range(count // 40 + 3)]
        trips = await hub.store.documents.documents(lived.vin, BMW_TRIPS)
        asked = lived.calls["suscs"]
        again = await hub.context.questions.ask(asking, fresh=False)
    assert count > 40
    assert (told[0].documents, told[0].is_complete, told[-1].is_complete) == (40, False, True)
    assert (again.is_from_bmw, lived.calls["suscs"]) == (False, asked)
    of_month = [trip for trip in truth.trips if format_time(trip.start_ms)[:7] == month]
    assert {trip.natural_key for trip in trips} >= {str(trip.start_ms) for trip in of_month[5:-5]}


async def test_months_that_are_gone_are_asked_for_once_and_trips_one_by_one(lived: OldCloud) -> None:
    clock = QuickClock()
    async with app_hub(lived, clock) as hub:
        rounds = lived.calls["state"]
        await advance_until(clock, lambda: lived.calls["state"] >= rounds + 4)
        charges = await hub.store.documents.documents(lived.vin, BMW_CHARGES)
        trips = await hub.store.documents.documents(lived.vin, BMW_TRIPS)
    truth = lived.emulator.garage.truth(lived.vin)
    assert {charge.natural_key[:7] for charge in charges} == {
        format_time(session.start_ms)[:7] for session in truth.charging_sessions
    }
    assert len({trip.natural_key for trip in trips}) == len(trips) > 0


@pytest.mark.parametrize(
    ("asked_after_days", "now_after_days", "is_due"),
    [(0.1, 0.9, False), (0.1, 1.2, True), (2.9, 4, True), (3.1, 9, False)],
)
def test_month_that_has_just_ended_is_asked_for_until_it_has_settled(
    asked_after_days: float, now_after_days: float, *, is_due: bool
) -> None:
    ended_at_ms = parse_time("2026-12-01T00:00:00Z", name="month")
    asked_at_ms, now_ms = (ended_at_ms + round(days * DAY_MS) for days in (asked_after_days, now_after_days))
    assert is_due_again((2026, 11), asked_at_ms=asked_at_ms, now_ms=now_ms) is is_due


async def test_key_of_the_gateway_is_masked_where_a_request_is_shown(old: OldCloud) -> None:
    async with app_hub(old) as hub:
        shown = await hub.context.calls.show(NAME, CallWish(operation="oauth-config", values={"subscription_key": "k"}))
    assert shown.request.headers["ocp-apim-subscription-key"] == "***"


@pytest.mark.parametrize(
    ("region", "ca_file", "is_asked"),
    [("na", None, True), ("row", None, False), ("cn", None, False), ("row", "ca.pem", True)],
    ids=["North America", "rest of the world", "China", "an emulator that bears BMW's names"],
)
async def test_tokens_reach_my_garage_of_their_own_region_only(
    tmp_path: Path, region: str, ca_file: str | None, *, is_asked: bool
) -> None:
    details = SIGN_IN_DETAILS.over(SignInDetails(region=region, ca_file=ca_file and str(tmp_path / ca_file)))
    async with open_session() as session:
        reach = FamilyReach(
            default_host=lambda: None, ca_file=None, session=session, clock=QuickClock(), keep_from_bmw=lambda _: None
        )
        async with MyBmwFamily(reach).open(details, NoTokens()) as client:
            assert (client.garage is not None) is is_asked
