"""Signing in, watching and signing out against an emulated BMW."""

import asyncio
import json
import re
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.cli.conftest import SOC, Publish, Run, sign_in
from tests.forked_command import ForkedCommand

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.host.info import EmulatorInfo
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.account.accounts import SignInAnswer


def decide(info: EmulatorInfo, user_code: str, *, approve: bool) -> None:
    body = json.dumps({"user_code": user_code, "approve": approve}).encode()
    request = urllib.request.Request(f"{info.control_url}/sign-in", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


@contextmanager
def command(*words: str | Path) -> Iterator[ForkedCommand]:
    with ForkedCommand(*words) as process:
        guard = threading.Timer(30, process.kill)
        guard.start()
        try:
            yield process
        finally:
            guard.cancel()


def login(emulator: Emulator, data_dir: Path, *, approve: bool = True) -> tuple[int, Any, str]:
    words = ("login", "--client-id", emulator.info.client_id, "--data-dir", data_dir, "--json")
    with command(*words) as process:
        err = ""
        for text in process.stderr:
            err += text
            if match := re.search(r"The code is (\S+)", text):
                decide(emulator.info, match[1], approve=approve)
                break
        out, rest = process.communicate()
    return process.wait(), out, err + rest


def test_login_shows_link_and_code_and_waits_for_the_approval(emulator: Emulator, data_dir: Path, run: Run) -> None:
    code, out, err = login(emulator, data_dir)
    sign_in = msgspec.json.decode(out, type=SignInAnswer)
    assert (code, sign_in.account, sign_in.status) == (0, "home", "done")
    assert json.loads(out) == msgspec.to_builtins(sign_in), "the API's document, and nothing else"
    assert emulator.info.base_url in err
    [account] = run("accounts", "--json").json["items"]
    assert (account["name"], account["signed_in"], account["relayed"]) == ("home", True, False)
    assert f"…{emulator.info.gcid[-4:]}  yes" in run("accounts").out
    [quota] = run("quota", "--json").json["items"]
    assert (quota["account"], quota["used"], quota["limit"]) == ("home", 0, 50)
    assert run("logout").code == 0
    assert run("accounts", "--json").json["items"][0]["signed_in"] is False
    assert "api" not in run("accounts").out


def test_login_with_one_service_says_what_the_other_would_bring(emulator: Emulator, data_dir: Path, run: Run) -> None:
    emulator.faults.switch_on(FaultSwitch(name="stream-scope-withheld"))
    words = ("login", "--client-id", emulator.info.client_id, "--data-dir", data_dir)
    with command(*words) as process:
        for text in process.stderr:
            if match := re.search(r"The code is (\S+)", text):
                decide(emulator.info, match[1], approve=True)
                break
        err = process.communicate()[1]
    assert process.returncode == 0
    assert "Without CarData Stream nothing comes live" in err
    assert "Switch on CarData Stream" in err
    assert "bimmerhub login --account home" in err
    assert "api" in run("accounts").out
    [account] = run("accounts", "--json").json["items"]
    assert (account["services"], account["missing"][0]["service"]) == (["api"], "stream")


def test_without_cardata_api_there_are_no_calls_to_count(emulator: Emulator, data_dir: Path, run: Run) -> None:
    emulator.faults.switch_on(FaultSwitch(name="api-scope-withheld"))
    sign_in(emulator, data_dir)
    assert run("quota").out == "home: CarData API is not switched on, so no call is made.\n"
    assert run("quota", "--json").json["items"][0]["used"] == 0


def test_containers_are_made_listed_and_deleted(emulator: Emulator, data_dir: Path, run: Run) -> None:
    sign_in(emulator, data_dir)
    container = run("containers", "create", "vehicle.isMoving", "--name", "mine", "--json").json["id"]
    assert "mine" in run("containers", "list").out
    assert "Nothing to delete" in run("containers", "gc").err
    assert run("containers", "delete", container).code == 0
    listed = run("containers", "list")
    assert "1 of 10; 1 of them deleted" in listed.err
    assert [container["is_active"] for container in run("containers", "list", "--json").json["items"]] == [False]
    spent = run("quota", "--json").json["items"][0]["used"]
    slip = run("containers", "create", "vehicle.isMovin")
    assert (slip.code, "Did you mean vehicle.isMoving?" in slip.err) == (2, True)
    for no_id in ("abc", "ABCDEFGHIJKLMN", "ABCDEFGHIJK/M"):
        assert run("containers", "delete", no_id).code == 2
    assert run("quota", "--json").json["items"][0]["used"] == spent, "what is known here costs no call"
    refused = run("containers", "create", "vehicle.none", "--anyway")
    assert refused.err.startswith("bimmerhub: create container")


def test_a_declined_login_fails_with_a_hint(emulator: Emulator, data_dir: Path) -> None:
    code, out, err = login(emulator, data_dir, approve=False)
    assert (code, out) == (1, "")
    assert err.splitlines()[-1].startswith("bimmerhub: ")


def test_a_fault_without_its_value_says_how_strong_it_is() -> None:
    line = ("emulator", "--http-port", "0", "--mqtt-port", "0", "--fault", "late")
    with command(*line) as process:
        assert process.stderr.readline().startswith("--fault late has no value, so it is 0.05: ")
        process.send_signal(signal.SIGINT)


def test_a_refusal_of_bmws_ends_with_one_stop(emulator: Emulator, run: Run) -> None:
    assert emulator.info.client_id
    err = run("login", "--client-id", "00000000-0000-0000-0000-000000000000").err
    assert err.startswith("bimmerhub: BMW refused the sign-in (")
    assert "). " in err
    assert ".)" not in err


def test_login_without_a_client_id_asks_for_it(emulator: Emulator, run: Run) -> None:
    assert emulator.info.client_id
    result = run("login")
    assert result.code == 1
    assert "--client-id" in result.err


@pytest.mark.parametrize(
    ("words", "code"), [(("watch",), 3), (("containers", "list"), 1), (("logout",), 1)], ids=["watch", "list", "logout"]
)
def test_who_has_not_signed_in_is_sent_to_login(
    emulator: Emulator, run: Run, words: tuple[str, ...], code: int
) -> None:
    assert emulator.info.client_id
    result = run(*words)
    assert (result.code, "bimmerhub login --client-id ID" in result.err) == (code, True)


def test_watch_prints_readings_until_it_is_interrupted(emulator: Emulator, publish: Publish, data_dir: Path) -> None:
    sign_in(emulator, data_dir)
    for raw in (False, True):
        line = watch(publish, emulator, data_dir, *(("--raw",) if raw else ("--json",)))
        assert SOC in (line["payload"]["data"] if raw else line["descriptor"])


@pytest.mark.parametrize("kind", ["--json", "--raw"])
def test_watch_prints_the_vehicles_of_one_account(
    emulator: Emulator, publish: Publish, data_dir: Path, kind: str
) -> None:
    async def tell_whose() -> None:
        async with SqliteStore.open(data_dir / "bimmerhub.sqlite3") as store:
            [account] = await store.accounts.accounts()
            vin = emulator.info.vehicles[0].vin
            await store.vehicles.save_vehicle_account(vin, account.id, mapping=None, seen_at_ms=0)

    sign_in(emulator, data_dir)
    asyncio.run(tell_whose())
    assert watch(publish, emulator, data_dir, kind, "--account", "home")


def test_people_read_local_times_and_what_is_waited_for(
    emulator: Emulator, publish: Publish, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(emulator, data_dir)
    signed_in_at = json.loads(printed("accounts", "--json", "--data-dir", data_dir))["items"][0]["signed_in_at"]
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    in_tokyo = datetime.fromisoformat(signed_in_at) + timedelta(hours=9)
    assert in_tokyo.strftime("%Y-%m-%d %H:%M:%S") in printed("accounts", "--data-dir", data_dir)
    line, err = watch_line(publish, emulator, data_dir)
    assert line.startswith("2026-07-26 02:")
    assert err.startswith("Waiting for readings of ")
    assert "a sleeping one nothing" in err


def printed(*words: str | Path) -> str:
    with command(*words) as process:
        return process.communicate()[0]


def watch(publish: Publish, emulator: Emulator, data_dir: Path, *options: str) -> Any:
    """Return the JSON of the first line that a watching command prints."""
    return json.loads(watch_line(publish, emulator, data_dir, *options)[0])


def watch_line(publish: Publish, emulator: Emulator, data_dir: Path, *options: str) -> tuple[str, str]:
    """Publish a value again and again until a watching command has printed a line; return it, and its stderr."""
    vin = emulator.info.vehicles[0].vin
    over = threading.Event()

    def keep_publishing() -> None:
        number = 0
        while not over.wait(0.05):
            number += 1
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_785_000_000 + number))
            row = {"timestamp": at, "value": 50 + number % 3, "unit": "percent"}  # a level that is believed
            publish(json.dumps({"vin": vin, "timestamp": at, "data": {SOC: row}}).encode())

    publisher = threading.Thread(target=keep_publishing)
    publisher.start()
    try:
        with command("watch", *options, "--data-dir", data_dir) as process:
            line = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate()
            assert (process.returncode, bool(line)) == (0, True), err
            return line, err
    finally:
        over.set()
        publisher.join()
