"""Signing accounts in with a name and a password: what is kept, what is refused, and what stays as it was."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from tests.hub.conftest import ACCOUNT, Cloud

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.cli.hub_access.hub_client import HubClient, Request
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import BmwRefused, ConfigError
from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.app import running
from bimmerhub.hub.process.demo import MARKER
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.views.account.accounts import AccountAnswer
from bimmerhub.views.ports.accounts import AccountSignIn

PASSWORD = "emulator"
SIGN_IN = AccountSignIn(
    family=Family.IREMOTE, username="anna@example.com", password=PASSWORD, client_key="any", client_secret="any"
)


async def test_password_is_kept_on_request_only(cloud: Cloud) -> None:
    for remember in (False, True):
        async with cloud.hub(goes_live=False) as hub:
            await hub.connections.sign_in_with_password("old", replace(SIGN_IN, remember=remember))
            [account] = await hub.store.accounts.accounts()
            details = await hub.context.accounts.accounts()
            sealed = await hub.store.accounts.load_tokens(account.id)
        assert sealed is not None
        assert PASSWORD.encode() not in sealed
        assert PASSWORD not in str(details)


async def test_backup_holds_neither_tokens_nor_details(cloud: Cloud, tmp_path: Path) -> None:
    async with cloud.hub(goes_live=False) as hub:
        await hub.connections.sign_in_with_password("old", replace(SIGN_IN, remember=True))
        await hub.store.backup(tmp_path / "backup.sqlite3")
    with sqlite3.connect(tmp_path / "backup.sqlite3") as backup:
        assert backup.execute("SELECT sealed_tokens FROM accounts").fetchall() == [(None,)]
        assert backup.execute("SELECT key FROM settings WHERE key LIKE 'sign_in_details%'").fetchall() == []


async def test_next_sign_in_needs_the_password_only(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        await hub.connections.sign_in_with_password("old", SIGN_IN)
        again = AccountSignIn(family=Family.IREMOTE, password=PASSWORD)
        account = await hub.connections.sign_in_with_password("old", again)
    assert (account.signed_in, account.username) == (True, "anna@example.com")


async def test_secrets_of_the_settings_stay_there(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLD_KEY", "any")
    settings = AccountSettings(family=Family.IREMOTE, client_key="env:OLD_KEY", client_secret="any")
    by_settings = replace(SIGN_IN, client_key=None, client_secret=None)
    async with cloud.hub(goes_live=False, accounts={"old": settings}) as hub:
        await hub.connections.sign_in_with_password("old", by_settings)
    async with cloud.hub(goes_live=False) as hub:
        with pytest.raises(ConfigError, match="key and secret of an app"):
            await hub.connections.sign_in_with_password("old", by_settings)


@pytest.mark.parametrize("place", ["host", "sign_in_host"])
async def test_a_host_that_only_a_request_names_gets_no_secret_of_the_settings(cloud: Cloud, place: str) -> None:
    settings = AccountSettings(
        family=Family.IREMOTE, client_key="any", client_secret="any", host="https://relay.example"
    )
    by_settings = replace(SIGN_IN, client_key=None, client_secret=None)

    def at(sign_in: AccountSignIn, address: str) -> AccountSignIn:
        return replace(sign_in, host=address) if place == "host" else replace(sign_in, sign_in_host=address)

    async with cloud.hub(goes_live=False, accounts={"old": settings}) as hub:
        for address in ("https://evil.example", "https://bmwgroup.com.evil.example"):
            with pytest.raises(ConfigError, match="key and secret of an app"):
                await hub.connections.plan_password_sign_in("old", at(by_settings, address))
        for address in ("https://relay.example:8443", "https://b2vapi.bmwgroup.com"):
            await hub.connections.plan_password_sign_in("old", at(by_settings, address))
        await hub.connections.plan_password_sign_in("old", at(SIGN_IN, "https://evil.example"))


async def test_wrong_password_leaves_all_as_it_was(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        await hub.connections.sign_in_with_password("old", SIGN_IN)
        with pytest.raises(BmwRefused):
            await hub.connections.sign_in_with_password("old", replace(SIGN_IN, password="wrong"))
        [account] = await hub.connections.accounts()
    assert account.signed_in


async def test_one_user_is_one_account_of_a_family(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        await hub.connections.sign_in_with_password("old", SIGN_IN)
        with pytest.raises(ConfigError, match="signed in here already, as 'old'"):
            await hub.connections.sign_in_with_password("other", replace(SIGN_IN, username="Anna@Example.com "))


async def test_account_of_cardata_stays_that_and_can_stand_beside(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        assert await cloud.sign_in(hub) == "done"
        with pytest.raises(ConfigError, match="is signed in by CarData"):
            await hub.connections.sign_in_with_password(ACCOUNT, SIGN_IN)
        await hub.connections.sign_in_with_password("old", SIGN_IN)
        families = {account.name: account.family for account in await hub.connections.accounts()}
    assert families == {ACCOUNT: Family.CARDATA, "old": Family.IREMOTE}


async def test_cardata_takes_no_password(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        with pytest.raises(ConfigError, match="no sign-in with name and password"):
            await hub.connections.sign_in_with_password("new", replace(SIGN_IN, family=Family.CARDATA))


async def test_missing_settings_are_named(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_THERE", raising=False)
    settings = AccountSettings(family=Family.IREMOTE, client_key="env:NOT_THERE")
    async with cloud.hub(goes_live=False, accounts={"old": settings}) as hub:
        with pytest.raises(ConfigError, match=r"accounts\.old\.client_key: there is no variable NOT_THERE"):
            await hub.connections.sign_in_with_password("old", SIGN_IN)
        with pytest.raises(ConfigError, match="the name that you sign in"):
            await hub.connections.sign_in_with_password("other", replace(SIGN_IN, username=None))
        with pytest.raises(ConfigError, match="key and secret of an app"):
            await hub.connections.sign_in_with_password("other", replace(SIGN_IN, client_key=None))


async def test_demo_never_reaches_bmw(cloud: Cloud) -> None:
    cloud.data_dir.mkdir(parents=True)
    (cloud.data_dir / MARKER).touch()
    async with running(cloud.settings(bmw=Endpoints()), goes_live=False) as hub:
        with pytest.raises(ConfigError, match="a demo's"):
            await hub.connections.sign_in_with_password("old", SIGN_IN)


async def test_api_signs_in_and_never_says_the_password(cloud: Cloud) -> None:
    body = {"family": "iremote", "username": "anna@example.com", "client_key": "any", "client_secret": "any"}

    def request(password: str) -> Request:
        return Request(method="POST", path="accounts/old/password-sign-in", body={**body, "password": password})

    async with cloud.hub(goes_live=False):
        found = find_hub(cloud.data_dir)
        assert found is not None
        client = HubClient(found)
        with pytest.raises(BmwRefused) as refusal:
            await client.send(request("very wrong"), AccountAnswer)
        account = await client.send(request(PASSWORD), AccountAnswer)
    assert "very wrong" not in f"{refusal.value} {refusal.value.hint}"
    assert (account.signed_in, account.family) == (True, "iremote")
