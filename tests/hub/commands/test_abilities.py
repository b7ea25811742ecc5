"""What a car can be asked to do: one truth with what is refused, and the last list where BMW does not answer."""

import pytest
from tests.hub.commands.conftest import CARDATA_CAR, PAGE, SECOND, SIGNED_OUT, Workshop

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandKind
from bimmerhub.errors import BmwRefused, ConfigError, SignInRequired
from bimmerhub.hub.commands.cars import NOT_LISTED, READING_ONLY
from bimmerhub.store.ports.accounts import NewAccount

AN_HOUR_S = 3_700.0


async def test_the_list_of_a_car_says_what_a_command_is_refused(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        for vin in workshop.vins:
            abilities = await desk.abilities(vin)
            refusals = {item.kind: item.refusal for item in abilities.items}
            for entry in abilities.capabilities:
                if entry.command is not None:
                    assert entry.is_able is (refusals[entry.command] is None), entry
            assert set(refusals) <= set(CommandKind)
            assert not any("sent" in reason for reason in refusals.values() if reason)
            assert "climate-stop" not in refusals
            assert (abilities.is_current, abilities.account, abilities.notice) == (True, "old", None)


async def test_charge_now_counts_by_what_the_car_is_and_not_by_bmws_word(workshop: Workshop) -> None:
    async with workshop.start() as desk:
        abilities = await desk.abilities(workshop.vins[0])
    [charge_now] = [entry for entry in abilities.capabilities if entry.name == "chargeNow"]
    assert (charge_now.command, charge_now.word, charge_now.is_able) == ("charge-now", "NOT_SUPPORTED", True)
    assert "does not count" in (charge_now.note or "")


@pytest.mark.parametrize("fault", ["older-503", "older-tokens-refused", "older-not-json"])
async def test_without_bmw_the_last_list_is_shown_with_its_age(workshop: Workshop, fault: str) -> None:
    vin = workshop.vins[0]
    async with workshop.start() as desk:
        before = await desk.abilities(vin)
        await workshop.clock.sleep(AN_HOUR_S)
        workshop.fault(fault)
        after = await desk.abilities(vin)
        stranger = await desk.abilities(CARDATA_CAR)
    async with workshop.start() as desk:
        after_a_restart = await desk.abilities(vin)
    assert (after.items, after.capabilities) == (before.items, before.capabilities)
    assert (after.is_current, after.listed_at_ms) == (False, before.listed_at_ms)
    assert (after.notice or "").startswith("BMW does not tell now what this car can: ")
    assert (after_a_restart.items, after_a_restart.is_current) == (before.items, False)
    assert (stranger.is_current, list(stranger.items)) == (True, [])


async def test_an_erased_car_leaves_no_list(workshop: Workshop) -> None:
    vin = workshop.vins[0]
    async with workshop.start() as desk:
        await desk.abilities(vin)
        assert await workshop.store.settings.load_settings(f"abilities.{vin}")
        await workshop.store.erase(vin)
        assert await workshop.store.settings.load_settings(f"abilities.{vin}") == {}


async def test_an_archived_car_cannot_be_opened(workshop: Workshop) -> None:
    vin = workshop.vins[0]
    await workshop.store.vehicles.archive(vin, archived_at_ms=1, sold_on="2026-01-01")
    async with workshop.start() as desk:
        with pytest.raises(ConfigError, match="archived"):
            await desk.allow_opening(vin, is_allowed=True, asker=PAGE)
        await desk.allow_opening(vin, is_allowed=False, asker=PAGE)
    assert await workshop.audit() == [("page", "opening_refused"), ("page", "opening_forbidden")]


async def test_an_account_is_named_as_what_it_is(workshop: Workshop) -> None:
    vin = workshop.vins[0]
    async with workshop.start() as desk:
        with pytest.raises(ConfigError, match="no account named 'nobody'"):
            await workshop.run(desk, CommandKind.LOCK, account="nobody")
        with pytest.raises(ConfigError, match="does not give …0001 to account home") as caught:
            await workshop.run(desk, CommandKind.LOCK, account="home", vin=vin)
        assert caught.value.hint == "It is given to: old."
        with pytest.raises(BmwRefused, match="by which account home reads it, allows reading only") as refused:
            await workshop.run(desk, CommandKind.LOCK, account="home", vin=CARDATA_CAR)
        assert refused.value.code == READING_ONLY
    assert [entry.body.get("account") for entry in await workshop.store.audit.audit(limit=1)] == ["home"]


async def test_a_car_that_bmw_no_longer_lists_is_said_to_be_that(workshop: Workshop) -> None:
    old = await workshop.store.accounts.accounts()
    [account] = [one for one in old if one.name == "old"]
    await workshop.store.vehicles.save_vehicle_account(CARDATA_CAR, account.id, mapping=None, seen_at_ms=1)
    async with workshop.start() as desk:
        with pytest.raises(BmwRefused, match="does not list …0009 among the cars of account old") as caught:
            await workshop.run(desk, CommandKind.LOCK, vin=CARDATA_CAR)
        assert caught.value.code == NOT_LISTED
        assert not (await desk.abilities(CARDATA_CAR)).items


async def test_of_three_accounts_the_first_that_can_is_asked_and_the_named_one_only(workshop: Workshop) -> None:
    vin = workshop.vins[0]
    for name, family in ((SIGNED_OUT, Family.IREMOTE), (SECOND, Family.IREMOTE)):
        account = await workshop.store.accounts.save_account(NewAccount(name=name, family=family, client_id=""))
        await workshop.store.vehicles.save_vehicle_account(vin, account.id, mapping=None, seen_at_ms=1)
    [home] = [one for one in await workshop.store.accounts.accounts() if one.name == "home"]
    await workshop.store.vehicles.save_vehicle_account(vin, home.id, mapping="PRIMARY", seen_at_ms=1)
    async with workshop.start() as desk:
        assert (await workshop.run(desk, CommandKind.LIGHTS)).account == "old"
        assert (await workshop.run(desk, CommandKind.LIGHTS, account=SECOND)).account == SECOND
        with pytest.raises(BmwRefused, match="account home reads it"):
            await workshop.run(desk, CommandKind.LIGHTS, account="home")
        with pytest.raises(SignInRequired, match=f"account {SIGNED_OUT}: nobody has signed in") as caught:
            await workshop.run(desk, CommandKind.LIGHTS, account=SIGNED_OUT)
        assert caught.value.hint == f"Sign in: bimmerhub login --account {SIGNED_OUT} --family iremote"
        assert (await desk.abilities(vin)).account == "old"
        assert (await desk.abilities(vin, account=SECOND)).account == SECOND
        assert "reads it" in ((await desk.abilities(vin, account="home")).notice or "")
        with pytest.raises(ConfigError, match="no account named"):
            await desk.abilities(vin, account="nobody")
