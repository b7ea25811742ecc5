"""An account stays where it was signed in, whatever the settings name later."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.emulated import emulator_settings
from tests.hub.conftest import ACCOUNT, Cloud, until

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.emulator.app import Emulator
from bimmerhub.errors import BmwRefused, ConfigError
from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.app import Hub
from bimmerhub.views.ports.accounts import AccountSignIn

IREMOTE = AccountSignIn(
    family=Family.IREMOTE, username="anna@example.com", password="emulator", client_key="any", client_secret="any"
)
PORTAL = AccountSignIn(family=Family.CONNECTEDDRIVE, username="anna@example.com", password="emulator", client_id="any")
BOTH = pytest.mark.parametrize("sign_in", [IREMOTE, PORTAL], ids=["iremote", "connecteddrive"])


def host_of(emulator: Emulator) -> str:
    return emulator.info.base_url.partition("://")[2]


def only_link(hub: Hub) -> Link:
    [link] = hub.connections.links()
    return link


async def until_asked(hub: Hub) -> Link:
    await until(lambda: [link.state for link in hub.connections.links()] == [LinkState.POLLING])
    await until(lambda: re.search("answers|was asked", only_link(hub).reason))
    return only_link(hub)


@BOTH
async def test_account_stays_at_the_emulator_when_the_settings_are_gone(cloud: Cloud, sign_in: AccountSignIn) -> None:
    async with cloud.hub(goes_live=False) as hub:
        account = await hub.connections.sign_in_with_password("old", sign_in)
    assert account.server == host_of(cloud.emulator)
    async with cloud.hub(bmw=Endpoints()) as hub:
        link = await until_asked(hub)
        [account] = await hub.connections.accounts()
        checks = await hub.context.examination.examine("old", spends_calls=False)
    assert account.server == host_of(cloud.emulator)
    assert f"at {host_of(cloud.emulator)} answers" in link.reason
    assert any(host_of(cloud.emulator) in check.finding for check in checks)


@BOTH
async def test_another_host_of_later_settings_is_told_and_not_asked(
    cloud: Cloud, keys_dir: Path, sign_in: AccountSignIn
) -> None:
    async with cloud.hub(goes_live=False) as hub:
        await hub.connections.sign_in_with_password("old", sign_in)
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir)
    async with Emulator(settings) as other:
        table = AccountSettings(family=sign_in.family, host=other.info.base_url)
        async with cloud.hub(accounts={"old": table}) as hub:
            link = await until_asked(hub)
            assert f"the settings name {host_of(other)} now, which is not used" in link.reason
            checks = await hub.context.examination.examine("old", spends_calls=False)
            assert [check.name for check in checks if "sign in anew" in (check.hint or "")] == ["answers"]
            again = replace(sign_in, host=None)
            moved = await hub.connections.sign_in_with_password("old", again)
        assert moved.server == host_of(other)


async def test_new_sign_in_goes_where_the_last_one_was(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        await hub.connections.sign_in_with_password("old", IREMOTE)
    async with cloud.hub(goes_live=False, bmw=Endpoints()) as hub:
        plan = await hub.connections.plan_password_sign_in("old", IREMOTE)
        assert plan.server == host_of(cloud.emulator)
        await hub.connections.sign_out("old")
        plan = await hub.connections.plan_password_sign_in("old", IREMOTE)
        assert plan.server == "BMW"


async def test_tokens_of_an_emulator_are_never_sent_to_bmw(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        assert await cloud.sign_in(hub) == "done"
    async with cloud.hub(bmw=Endpoints()) as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == [LinkState.SIGNED_OUT])
        link = only_link(hub)
        [account] = await hub.connections.accounts()
    assert f"{ACCOUNT} was signed in at {host_of(cloud.emulator)}, and the settings name BMW now" in link.reason
    assert account.server == host_of(cloud.emulator)
    async with cloud.hub() as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == [LinkState.CONNECTED])


@pytest.mark.parametrize("region", ["cn", "na"])
async def test_wrong_region_is_a_clear_error(cloud: Cloud, region: str) -> None:
    async with cloud.hub(goes_live=False) as hub:
        with pytest.raises(BmwRefused, match=f"not of the region {region}, but of row") as refused:
            await hub.connections.sign_in_with_password("old", replace(IREMOTE, region=region))
        with pytest.raises(ConfigError, match=r"the region|no region"):
            await hub.connections.sign_in_with_password("portal", replace(PORTAL, region=region))
        assert await hub.connections.accounts() == []
        signed_in = await hub.connections.sign_in_with_password("old", replace(IREMOTE, region="row"))
    assert refused.value.hint == "Each region has users of its own: --region row"
    assert signed_in.signed_in


async def test_what_is_missing_is_told_before_a_password_is_typed(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        with pytest.raises(ConfigError, match="key and secret of an app"):
            await hub.connections.plan_password_sign_in("old", replace(IREMOTE, client_key=None))
        with pytest.raises(ConfigError, match="client id"):
            await hub.connections.plan_password_sign_in("old", replace(PORTAL, client_id=None))
        with pytest.raises(ConfigError, match="the portal has no country 'Atlantis'"):
            await hub.connections.plan_password_sign_in("old", replace(PORTAL, country="Atlantis"))
        with pytest.raises(ConfigError, match="regions, not countries"):
            await hub.connections.plan_password_sign_in("old", replace(IREMOTE, country="de"))


async def test_country_is_kept_with_the_account(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        await hub.connections.sign_in_with_password("old", replace(PORTAL, country="Germany"))
    async with cloud.hub(bmw=Endpoints()) as hub:
        assert f"at {host_of(cloud.emulator)} (Germany) answers" in (await until_asked(hub)).reason
    async with cloud.hub(accounts={"old": AccountSettings(family=Family.CONNECTEDDRIVE, country="fr")}) as hub:
        assert "the settings name" in (await until_asked(hub)).reason
