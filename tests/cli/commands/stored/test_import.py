"""`bimmerhub import`: what a file is shows in its first bytes; `-` is standard input. With and without a hub."""

import gzip
import io
import json
import os
import threading
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tests.cli.conftest import SOC, VIN, Run, capture_line

from bimmerhub.hub.app import Hub

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def archive() -> bytes:
    value = (
        f'<telematicValue telematicKeyName="{SOC}" value="67" unit="percent" valueTimestamp="2026-07-27T12:00:00Z"/>'
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(
            "KeyList.xml",
            f'<customerArchiveContent vin="{VIN}"><telematicValueList>{value}</telematicValueList>'
            "</customerArchiveContent>",
        )
    return content.getvalue()


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Let the next command find this on its standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.usefixtures("maybe_hub")
@pytest.mark.parametrize("name", ["capture.ndjson", "capture.gz", "capture.zip", "capture"])
def test_a_name_says_nothing(run: Run, capture: Path, tmp_path: Path, name: str) -> None:
    for packing, pack in PACKINGS.items():
        path = tmp_path / packing / name
        path.parent.mkdir()
        path.write_bytes(pack(capture.read_bytes()))
        assert run("import", path, "--json").json["read"] == 3
    path.write_bytes(archive())
    assert run("import", path, "--json").json["read"] == 1


@pytest.mark.usefixtures("maybe_hub")
@pytest.mark.parametrize("packing", [*PACKINGS, "archive"])
def test_a_dash_is_standard_input(run: Run, capture: Path, monkeypatch: pytest.MonkeyPatch, packing: str) -> None:
    give(monkeypatch, archive() if packing == "archive" else PACKINGS[packing](capture.read_bytes()))
    result = run("import", "-", "--json")
    assert (result.code, result.json["new"]) == (0, 1 if packing == "archive" else 3)


@pytest.mark.usefixtures("maybe_hub")
def test_standard_input_is_named_where_it_is_wrong(run: Run, capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, b"name,size\n" * 2_000)
    assert "standard input is no capture" in run("import", "-").err
    assert run("quarantine", "list", "--json").json.get("items", []) == []
    give(monkeypatch, gzip.compress(capture.read_bytes() * 1_000)[:-20])
    assert "standard input ends too early" in run("import", "-").err
    give(monkeypatch, b"{broken\n")
    assert "- is named twice" in run("import", "-", capture, "-").err
    give(monkeypatch, b"{broken\n" + capture_line(70, second=9).encode())
    assert "refused: standard input, line 1" in run("import", "-", capture).err


def test_a_terminal_is_no_standard_input_for_a_capture(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, here = os.openpty()
    with os.fdopen(terminal, "rb"), os.fdopen(here) as standard_input:
        monkeypatch.setattr("sys.stdin", standard_input)
        result = run("import", "-")
    assert (result.code, "bimmerhub import - < FILE" in result.err) == (1, True)


@pytest.mark.parametrize("maybe_hub", ["hub"], indirect=True)
def test_an_upload_may_be_packed_too(run: Run, capture: Path, maybe_hub: Hub, data_dir: Path) -> None:
    token = json.loads((data_dir / "hub.json").read_text())["token"]
    for content, read in ((gzip.compress(capture.read_bytes()), 3), (archive(), 1)):
        request = urllib.request.Request(f"{maybe_hub.address}/api/v1/imports", data=content, method="POST")
        request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request) as answer:
            assert json.loads(answer.read().splitlines()[-1])["read"] == read
    assert run("vehicles", "--json").json["items"][0]["vin"] == VIN


def test_a_pipe_may_be_named_like_a_file(run: Run, capture: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(gzip.compress(capture.read_bytes()),))
    writer.start()
    assert run("import", pipe, "--json").json["new"] == 3
    writer.join()


@pytest.mark.usefixtures("maybe_hub")
def test_an_empty_file_is_no_success(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    result = run("import", tmp_path / "empty")
    assert (result.code, "there was nothing to import" in result.err) == (1, True)
