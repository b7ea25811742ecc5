"""`bimmerhub accounts`: whose they are, and whether they need a sign-in."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run, in_background

from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.web.settings import WebSettings


def test_account_of_a_relay_needs_no_sign_in(
    run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    relay = AccountSettings(relay_host="127.0.0.1", relay_port=unused_tcp_port)
    settings = HubConfig(data_dir=data_dir, hub=WebSettings(port=0), accounts={"home": relay})
    with in_background(lambda: running(settings)):
        assert "not needed (relay)" in run("accounts").out
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__HOME__RELAY_HOST", "127.0.0.1")
    assert "not needed (relay)" in run("accounts").out
    [account] = run("accounts", "--json").json["items"]
    assert (account["signed_in"], account["relayed"], account["gcid"]) == (False, True, None)
