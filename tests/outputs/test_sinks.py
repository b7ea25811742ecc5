"""Each way to send, against a receiver that is really there."""

import json
import stat
import sys
from pathlib import Path

import msgspec
import pytest
from tests.outputs.conftest import Receiver, message

from bimmerhub.errors import ConfigError
from bimmerhub.outputs.sink import CannotSend, SendFailed
from bimmerhub.outputs.sinks import open_sink


async def test_apprise_address_is_served(receiver: Receiver) -> None:
    url = receiver.url.replace("http://", "json://").partition("?")[0]
    sink = open_sink(url)
    receiver.statuses = [500]
    with pytest.raises(SendFailed, match="did not take"):
        await sink.send(message())
    assert receiver.tries == 1
    assert sink.name == "json:// (apprise)"


async def test_webhook_that_is_not_there_fails_for_now() -> None:
    with pytest.raises(SendFailed, match="cannot be reached"):
        await open_sink("http://127.0.0.1:9/hook").send(message())


@pytest.mark.parametrize(
    "address", ["http://1.1.1/", "http://user:\u4e2d@127.0.0.1:9/", "http://us%3Aer:x@127.0.0.1:9/"]
)
async def test_webhook_that_cannot_be_asked_fails_as_any_other(address: str) -> None:
    with pytest.raises(SendFailed, match="no address"):
        await open_sink(address, plain_hosts={"1.1.1"}).send(message())


@pytest.mark.parametrize(
    "address", ["http://example.org/token", "HTTP://192.168.1.7/token", "json://example.org/token"]
)
def test_nothing_goes_to_another_machine_in_the_clear(address: str) -> None:
    with pytest.raises(ConfigError, match="unencrypted") as refused:
        open_sink(address)
    assert "token" not in str(refused.value)
    assert "[lab] plain_http_hosts" in (refused.value.hint or "")
    open_sink(address, plain_hosts={"example.org", "192.168.1.7"})


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "http://",
        "https://host:99999/",
        "https://a..b/token",
        f"https://{'a' * 64}.org/token",
        "nosuchservice://token",
    ],
)
def test_address_that_means_nothing_is_refused(address: str) -> None:
    with pytest.raises(ConfigError) as refused:
        open_sink(address)
    assert "token" not in str(refused.value)


@pytest.mark.skipif(sys.platform != "linux", reason="notify-send is Linux's")
async def test_desktop_is_told_by_notify_send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted, program = tmp_path / "noted.json", tmp_path / "notify-send"
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\nopen({str(noted)!r}, 'w').write(json.dumps(sys.argv[1:]))\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(tmp_path))
    await open_sink("desktop").send(message())
    assert json.loads(noted.read_text()) == ["--app-name=bimmerhub", "--", "i3 …0001", "Charge level 1 %"]
    program.write_text(f"#!{sys.executable}\nraise SystemExit(1)\n")
    with pytest.raises(CannotSend, match="no desktop"):
        await open_sink("desktop").send(message())


@pytest.mark.skipif(sys.platform != "linux", reason="a stand-in for the program of macOS")
async def test_text_that_begins_with_a_dash_is_no_option_of_osascript(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, program = tmp_path / "noted.json", tmp_path / "osascript"
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\nopen({str(noted)!r}, 'w').write(json.dumps(sys.argv[1:]))\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("bimmerhub.outputs.desktop.sys.platform", "darwin")
    title = '-edo shell script "true"'
    await open_sink("desktop").send(msgspec.structs.replace(message(), title=title))
    assert json.loads(noted.read_text())[2:] == ["--", title, "Charge level 1 %"]


@pytest.mark.skipif(sys.platform != "linux", reason="where the program is another")
async def test_where_there_is_no_desktop_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotSend, match="no desktop here"):
        await open_sink("desktop").send(message())
