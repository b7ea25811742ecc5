"""`bimmerhub retry`: a wait for BMW is cut short from the command line."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.conftest import Run, in_background, sign_in

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.app import running
from bimmerhub.hub.config import load_settings


def test_retry_connects_at_once_and_prints_what_came_of_it(emulator: Emulator, data_dir: Path, run: Run) -> None:
    sign_in(emulator, data_dir)
    emulator.faults.switch_on(FaultSwitch(name="no-stream-configured"))
    settings = replace(load_settings(config_file=None, environment=os.environ), data_dir=data_dir)
    settings = replace(settings, hub=replace(settings.hub, port=0))
    with in_background(lambda: running(settings)):
        until_link_is(run, "refused")
        refused = run("retry", "home")
        assert refused.out.startswith("home: refused: ")
        assert refused.out[:40] in run("accounts").err
        emulator.faults.switch_off("no-stream-configured")
        assert run("retry").out == "home: connected\n"
        [link] = run("retry", "--json").json["items"]
        assert (link["account"], link["state"]) == ("home", "connected")
        unknown = run("retry", "nobody")
        assert (unknown.code, "there is no account named 'nobody'" in unknown.err) == (2, True)


def test_retry_of_all_accounts_passes_over_those_that_are_signed_out(
    emulator: Emulator, data_dir: Path, run: Run
) -> None:
    settings = replace(load_settings(config_file=None, environment=os.environ), data_dir=data_dir)
    settings = replace(settings, hub=replace(settings.hub, port=0), accounts={"away": AccountSettings(client_id="a-b")})
    with in_background(lambda: running(settings)):
        nobody = run("retry")
        assert (nobody.code, "away is not signed in" in nobody.err) == (3, True)
    sign_in(emulator, data_dir)
    with in_background(lambda: running(settings)):
        until_link_is(run, "connected")
        every = run("retry")
        assert (every.code, every.out) == (0, "home: connected\n")
        assert "away is not signed in. bimmerhub login --account away" in every.err


def test_retry_without_an_account_says_how_to_begin(emulator: Emulator, data_dir: Path, run: Run) -> None:
    del emulator
    settings = replace(load_settings(config_file=None, environment=os.environ), data_dir=data_dir)
    with in_background(lambda: running(replace(settings, hub=replace(settings.hub, port=0)))):
        result = run("retry")
    assert (result.code, "bimmerhub login --client-id ID" in result.err) == (1, True)


def test_retry_without_a_hub_says_so(run: Run) -> None:
    result = run("retry")
    assert "no hub runs here" in result.err
    assert result.code != 0


def test_accounts_says_where_stored_tokens_are_good_for_nothing(emulator: Emulator, data_dir: Path, run: Run) -> None:
    sign_in(emulator, data_dir)
    (data_dir / "secret.key").unlink()
    settings = replace(load_settings(config_file=None, environment=os.environ), data_dir=data_dir)
    with in_background(lambda: running(replace(settings, hub=replace(settings.hub, port=0)))):
        until_link_is(run, "signed_out")
        accounts = run("accounts")
    assert " ended " in accounts.out
    assert " yes" not in accounts.out
    assert "bimmerhub login" in accounts.err


def until_link_is(run: Run, state: str) -> None:
    for _ in range(100):
        for account in json.loads(run("accounts", "--json").out)["items"]:
            if account["link"] is not None and account["link"]["state"] == state:
                return
        time.sleep(0.1)
    pytest.fail(f"the link is not {state}")
