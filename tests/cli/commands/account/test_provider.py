"""`bimmerhub provider`, beside an emulated BMW with two owners."""

import asyncio
import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.cli.conftest import Run, in_background
from tests.emulated import emulator_settings

from bimmerhub.bmw.cardata import Endpoints
from bimmerhub.bmw.cardata.provider import OwnerFolder, Provider, Purpose
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount, ProviderClient
from bimmerhub.ids import Descriptor, Gcid

SHOP = "cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee"
BEN = Gcid("22222222-2222-3333-4444-555555555555")
ODOMETER = "vehicle.vehicle.travelledDistance"
NEXT_SERVICE = "vehicle.status.serviceDistance.next"
PURPOSE = Purpose(text="Service", descriptors=(Descriptor(NEXT_SERVICE), Descriptor(ODOMETER)))


@pytest.fixture
def bmw(keys_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulated BMW with Anna's and Ben's cars, and settings of a shop that point to it."""
    accounts = (
        EmulatedAccount(models=("330e-gb",)),
        EmulatedAccount(user="ben@example.com", gcid=BEN, client_id=SHOP.replace("c", "b"), models=("bev",)),
    )
    shop = ProviderClient(client_id=SHOP, descriptors=PURPOSE.descriptors)
    settings = emulator_settings(
        http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, accounts=accounts, providers=(shop,)
    )
    with in_background(lambda: Emulator(settings)) as emulator:
        info = emulator.info
        for name, value in {
            "BMW__AUTH_URL": info.base_url,
            "BMW__API_URL": info.base_url,
            "BMW__STREAM_HOST": info.mqtt_host,
            "BMW__STREAM_PORT": info.mqtt_port,
            "BMW__CA_FILE": info.ca_file,
            "PROVIDER__CLIENT_ID": SHOP,
            "PROVIDER__PURPOSE": PURPOSE.text,
            "PROVIDER__DESCRIPTORS": ",".join(PURPOSE.descriptors),
        }.items():
            monkeypatch.setenv(f"BIMMERHUB_{name}", str(value))
        yield emulator


@pytest.fixture
def enrolled(bmw: Emulator, data_dir: Path) -> Emulator:
    """The same, with both owners enrolled: Anna is job 1, Ben job 2."""
    asyncio.run(enrol(bmw, data_dir))
    return bmw


async def enrol(bmw: Emulator, data_dir: Path) -> None:
    info = bmw.info
    endpoints = Endpoints(auth_url=info.base_url, api_url=info.base_url)
    async with (
        aiohttp.ClientSession() as session,
        Provider(
            client_id=SHOP,
            owners=OwnerFolder(data_dir / "provider"),
            purpose=PURPOSE,
            endpoints=endpoints,
            session=session,
        ) as provider,
    ):
        for number, account in enumerate(bmw.settings.accounts, start=1):
            invitation = await provider.invite(f"job {number}")
            await asyncio.to_thread(control, bmw, "sign-in", user_code=invitation.code.user_code, account=account.user)
            await invitation.accepted()


def control(bmw: Emulator, path: str, **body: Any) -> None:
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{bmw.info.control_url}/{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=20):
        pass


def test_owners_say_who_consented_to_what_and_when(enrolled: Emulator, run: Run) -> None:
    listed = run("provider", "owners", "--json")
    anna, ben = listed.json["items"]
    assert (anna["label"], ben["label"], ben["gcid"]) == ("job 1", "job 2", BEN)
    assert anna["consent"]["purpose"] == "Service"
    assert anna["consent"]["descriptors"] == list(PURPOSE.descriptors)
    assert anna["consent"]["services"] == ["api", "stream"]
    assert (anna["is_active"], anna["ended"], anna["vehicles"]) == (True, None, [])
    assert anna["expires_at"] > anna["consent"]["given_at"]
    assert "token" not in listed.out
    assert "job 1" in run("provider", "owners").out
    assert enrolled.info.gcid == anna["gcid"]


@pytest.mark.usefixtures("enrolled")
def test_read_gives_each_owners_values_with_their_units(run: Run) -> None:
    anna, ben = run("provider", "read", "--json").json["items"]
    assert (anna["error"], anna["revocations"]) == (None, [])
    values = {one["descriptor"]: one for one in anna["vehicles"][0]["readings"]}
    assert values[ODOMETER]["unit"] == values[NEXT_SERVICE]["unit"] == "km"
    assert values[NEXT_SERVICE]["assumed"] is True
    assert [one["vin"] for one in ben["vehicles"]] == ["WBY00000000E00001"]
    only = run("provider", "read", "JOB 2")
    assert "job 2" in only.out
    assert "job 1" not in only.out


def test_withdrawal_is_told_once_and_listed(enrolled: Emulator, run: Run) -> None:
    control(enrolled, "consents/withdraw", account="ben@example.com", client_id=SHOP)
    first, second = run("provider", "read"), run("provider", "read")
    assert (first.code, second.code) == (0, 0)
    assert "job 2: the owner withdrew. Nothing of it is read again." in first.err
    assert "job 2" not in second.err + second.out
    for command in ("read", "renew"):
        named = run("provider", command, "job 2")
        assert (named.code, named.err.count("job 2: the consent has ended: the owner withdrew.")) == (0, 1)
    [revocation] = run("provider", "revoked", "--json").json["items"]
    assert (revocation["label"], revocation["reason"], revocation["vin"]) == ("job 2", "withdrawn", None)
    assert "the owner withdrew" in run("provider", "revoked").out
    assert run("provider", "owners", "--json").json["items"][1]["ended"] == revocation


def test_failure_of_one_owner_is_named_and_the_other_is_read(enrolled: Emulator, run: Run) -> None:
    control(enrolled, "quota", spent=50, gcid=BEN)
    result = run("provider", "read", "--json")
    assert result.code == 1
    anna, ben = result.json["items"]
    assert (len(anna["vehicles"]), anna["error"]) == (1, None)
    assert (ben["vehicles"], ben["error"]["kind"]) == ([], "quota_spent")
    assert "job 2: " in result.err


@pytest.mark.usefixtures("bmw")
def test_read_without_owners_says_so(run: Run) -> None:
    assert "No owner consents: bimmerhub provider invite" in run("provider", "read").err


@pytest.mark.usefixtures("enrolled")
def test_renew_counts_those_in_order(run: Run) -> None:
    result = run("provider", "renew")
    assert (result.code, result.out) == (0, "")
    assert "2 owners' tokens are in order." in result.err


@pytest.mark.usefixtures("enrolled")
def test_owners_are_sealed_with_a_key_of_their_own(run: Run, data_dir: Path) -> None:
    files, key = sorted((data_dir / "provider").glob("*.owner.json")), data_dir / "provider.key"
    assert all(b"refresh_token" in file.read_bytes() for file in files)  # as the SDK leaves them
    assert run("provider", "read").code == 0
    assert not any(b"refresh_token" in file.read_bytes() for file in files)
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(run("provider", "read", "--json").json["items"]) == 2
    key.unlink()
    without = run("provider", "owners", "--json")
    assert without.json["items"] == []
    assert without.err.count("One owner is left out") == 2


def test_looking_makes_nothing(run: Run, data_dir: Path) -> None:
    assert run("provider", "owners").code == run("provider", "revoked").code == 0
    assert not data_dir.exists()


@pytest.mark.usefixtures("enrolled")
def test_unknown_owner_is_wrong_usage(run: Run) -> None:
    result = run("provider", "read", "job 3")
    assert result.code == 2
    assert "Did you mean job" in result.err


async def relabel(data_dir: Path, gcid: Gcid, label: str) -> None:
    store = OwnerFolder(data_dir / "provider")
    record = await store.load(gcid)
    assert record is not None
    await store.save(replace(record, label=label))


def test_gcid_names_its_owner_though_another_one_is_labelled_so(enrolled: Emulator, run: Run, data_dir: Path) -> None:
    asyncio.run(relabel(data_dir, Gcid(enrolled.info.gcid), BEN))
    assert run("provider", "erase", BEN, "--yes").code == 0
    [left] = run("provider", "owners", "--json").json["items"]
    assert (left["gcid"], left["label"]) == (enrolled.info.gcid, BEN)


@pytest.mark.usefixtures("enrolled")
def test_erased_owner_is_gone(run: Run, data_dir: Path) -> None:
    result = run("provider", "erase", "job 1", "--yes")
    assert (result.code, "Erased: job 1." in result.err) == (0, True)
    assert [one["label"] for one in run("provider", "owners", "--json").json["items"]] == ["job 2"]
    assert len(list((data_dir / "provider").glob("*.owner.json"))) == 1


@pytest.mark.usefixtures("enrolled")
def test_erase_looks_for_the_owner_before_it_asks(run: Run) -> None:
    result = run("provider", "erase", "job 3")
    assert (result.code, "Erase" in result.err) == (2, False)
    assert "Did you mean job" in result.err


@pytest.mark.usefixtures("bmw")
def test_invitation_needs_a_label(run: Run) -> None:
    result = run("provider", "invite", "job 1", "")
    assert result.code == 1
    assert "'' is no label for an owner" in result.err
    assert "open http" not in result.err


@pytest.mark.usefixtures("enrolled")
def test_watch_leaves_bmws_stream_alone_when_the_sign_in_is_an_emulators(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIMMERHUB_BMW__STREAM_HOST")
    result = run("provider", "watch")
    assert result.code == 1
    assert "the stream would be BMW's own" in result.err


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("CLIENT_ID", "no client id"),
        ("PURPOSE", "an owner consents to a purpose in words"),
        ("DESCRIPTORS", "an owner consents to a purpose in words"),
    ],
)
@pytest.mark.usefixtures("bmw")
def test_invite_wants_client_purpose_and_descriptors(
    run: Run, monkeypatch: pytest.MonkeyPatch, missing: str, words: str
) -> None:
    monkeypatch.setenv(f"BIMMERHUB_PROVIDER__{missing}", "")
    result = run("provider", "invite", "job 1")
    assert result.code == 1
    assert words in result.err


@pytest.mark.usefixtures("bmw")
def test_invitation_that_bmw_refuses_is_a_failure(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMMERHUB_PROVIDER__CLIENT_ID", SHOP.replace("c", "d"))
    result = run("provider", "invite", "job 1", "job 2", "--json")
    assert result.code == 1
    assert [(one["label"], one["owner"], one["error"]["kind"]) for one in result.json["items"]] == [
        ("job 1", None, "bmw_refused"),
        ("job 2", None, "bmw_refused"),
    ]


def test_watch_prints_what_comes_and_who_withdraws(enrolled: Emulator, data_dir: Path) -> None:
    line = [sys.executable, "-m", "bimmerhub", "provider", "watch", "job 2", "--json", "--data-dir", str(data_dir)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while "connected" not in (said := process.stderr.readline()):
            assert said, "it ended before it was connected"
        assert said == "job 2: connected\n"
        control(enrolled, "vehicles/WBY00000000E00001/commands", name="drive", arguments={"minutes": 10})
        control(enrolled, "clock", jump_ms=900_000)
        event = json.loads(process.stdout.readline())
        assert (event["event"], event["label"], event["vin"]) == ("reading", "job 2", "WBY00000000E00001")
        assert event["reading"]["descriptor"] in PURPOSE.descriptors
        control(enrolled, "consents/withdraw", account="ben@example.com", client_id=SHOP)
        events = [json.loads(text) for text in process.stdout]
        assert events[-1]["event"] == "revocation"
        assert events[-1]["revocation"]["reason"] == "withdrawn"
        assert "There is no owner left" in process.stderr.read()
    assert process.returncode == 0


def test_watch_ends_at_a_signal(enrolled: Emulator, data_dir: Path) -> None:
    assert enrolled.info.mqtt_port
    line = [sys.executable, "-m", "bimmerhub", "provider", "watch", "--data-dir", str(data_dir)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "connected" not in (said := process.stderr.readline()):
            assert said, "it ended before it was connected"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0
