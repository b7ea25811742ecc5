"""Regions of the app's API: each host names its own sign-in, and knows its own accounts only."""

from collections.abc import Callable

import pytest
from tests.emulator.mybmw.conftest import AppProgram

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings

API = {"row": "cocoapi.bmwgroup.com", "na": "cocoapi.bmwgroup.us"}
SIGN_IN = {"row": "customer.bmwgroup.com", "na": "login.bmwusa.com"}
VEHICLES, AUTHENTICATE = "/eadrax-vcs/v4/vehicles", "/gcdm/oauth/authenticate"


@pytest.mark.parametrize("region", API)
async def test_config_names_the_sign_in_of_its_host(app: AppProgram, region: str) -> None:
    config = (await app.ask_config(Host=API[region])).body
    assert config["gcdmBaseUrl"] == f"http://{SIGN_IN[region]}"
    assert config["tokenEndpoint"] == f"http://{SIGN_IN[region]}/gcdm/oauth/token"
    assert config["country"] == {"row": "DE", "na": "US"}[region]


@pytest.mark.parametrize("region", API)
async def test_account_lives_in_one_region(
    make_settings: Callable[..., EmulatorSettings], app_of: Callable[[Emulator], AppProgram], region: str
) -> None:
    account = EmulatedAccount(region=UserRegion.NA)
    async with Emulator(make_settings(accounts=(account,))) as emulator:
        app = await app_of(emulator).sign_in()
        form = app.base_form(grant_type="authorization_code", username=account.user, password=account.password)
        reply = await app.send("POST", AUTHENTICATE, data=form, headers={"Host": SIGN_IN[region]})
        assert reply.status == (200 if region == "na" else 401)
        assert region == "na" or reply.body["error"] == "invalid_client"
        here = await app.call("GET", VEHICLES, headers={"Host": API[region]})
        assert here.status == (200 if region == "na" else 401)
