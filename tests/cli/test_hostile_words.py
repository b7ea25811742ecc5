"""Whatever BMW says, no command prints an order for the terminal or a line that BMW made; JSON is exact, CSV is cells.

The emulated BMW adds the same hostile words to every word of its answers, a car does in what it streams, and a file in
what is imported.
"""

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from tests.cli.commands.bmw.test_app_documents import SIGN_IN as APP_SIGN_IN
from tests.cli.commands.bmw.test_older_documents import PORTAL_SIGN_IN, SIGN_IN, ask_once
from tests.cli.conftest import SOC, Publish, Result, Run, capture_line, in_background, sign_in
from tests.emulated import emulator_settings
from tests.forked_command import ForkedCommand
from tests.hub.conftest import message

from bimmerhub.cli.commands import COMMANDS
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.plain_text import one_line

FORGED = "FORGED-LINE"
HOSTILE = (
    f"\n\r{FORGED}\x1b[2J\u2028{FORGED}\x9b1m\u202e\u200b\x85{FORGED}[red]x[/red]\x1b]8;;http://x\x07\t{FORGED}\n=1"
)
LEFT_AS_THEY_ARE = re.compile(r"[A-HJ-NPR-Z0-9]{17}|[\d.,:+TZ-]+|https?://.*|[A-Z_]+|.*[Ii][Dd]", re.DOTALL)
"""Numbers, times, VINs, addresses; words in capitals by which our own code goes."""
SECRET_PATHS = ("/gcdm", "/webapi/oauth", "/eadrax-coas", "/token", "/oneidp", "/control", "/eadrax-ucs")

READING = [
    ["accounts"],
    ["vehicles"],
    ["vehicles", "show", "VIN"],
    ["vehicles", "VIN", "--capabilities"],
    ["status", "VIN"],
    ["status", "VIN", "--format", "text"],
    ["status", "VIN", "--template", "{update} {plug}"],
    ["warnings", "VIN"],
    ["command", "VIN"],
    ["command", "VIN", "horn", "--yes"],
    ["bmw-trips", "VIN"],
    ["bmw-charges", "VIN"],
    ["recalls", "VIN"],
    ["service-demands", "VIN"],
    ["charging-profile", "VIN"],
    ["destinations", "VIN"],
    ["range-map", "VIN"],
    ["specs", "VIN"],
    ["booked-services", "VIN"],
    ["dealer", "VIN"],
    ["messages", "VIN"],
    ["doctor", "--no-calls"],
]
OF_CARDATA = [
    ["fetch", "mappings"],
    ["fetch", "VIN", "basic-data"],
    ["fetch", "VIN", "tyres"],
    ["fetch", "VIN", "charging-history"],
    ["fetch", "VIN", "charging-settings"],
    ["containers", "create", "vehicle.isMoving", "--name", HOSTILE, "--purpose", HOSTILE],
    ["containers", "list"],
    ["call", "cardata", "mappings"],
    ["coverage", "VIN"],
    ["basic-data", "VIN"],
    ["mappings"],
    ["tyres", "VIN"],
    ["charging-history", "VIN"],
    ["charging-settings", "VIN"],
    ["history", "VIN", "vehicle.cabin.door.status", "--from", "2020-01-01"],
    ["history", "VIN", "vehicle.cabin.door.status", "--from", "2020-01-01", "--csv"],
    ["positions", "VIN"],
    ["trips", "VIN"],
    ["charges", "VIN"],
    ["places"],
    ["meters"],
    ["parking", "VIN"],
    ["tyre-pressure", "VIN"],
    ["places", "list"],
    ["meters", "list"],
    ["battery", "VIN"],
    ["quarantine", "list"],
    ["readings", "judgements", "VIN"],
    ["quota"],
    ["audit"],
    ["catalogue", "list"],
    ["tokens", "list"],
    ["backups", "list"],
    ["damage", "show"],
    ["retention", "show"],
    ["retry"],
    ["backup", "FILE"],
    ["rebuild"],
]
OF_SHOPS = [
    ["inventory", "models"],
    ["inventory", "models", "--csv"],
    ["inventory", "search", "--near", "90210"],
    ["inventory", "search", "--brand", "mini", "--csv"],
    ["garage", "recalls", "VIN"],
    ["garage", "warranty", "VIN"],
    ["garage", "dealers", "90210"],
    ["garage", "value-services"],
]
ELSEWHERE = {
    *(
        "demo",
        "run",
        "emulator",
        "spec",
        "collections",
        "restore",
        "password",
        "image",
        "report",
        "move",
        "open",
    ),  # no words of others
    *("login", "logout", "import", "watch", "provider", "salvage"),  # in the tests below, or of their own
}


def with_hostile_words(exchange: Exchange) -> bytes:
    if exchange.media_type != "application/json" or exchange.path.startswith(SECRET_PATHS):
        return exchange.response_body
    try:
        return json.dumps(_worded(json.loads(exchange.response_body))).encode()
    except ValueError:
        return exchange.response_body


def _worded(value: Any) -> Any:
    match value:
        case dict():
            return {
                name: member if LEFT_AS_THEY_ARE.fullmatch(name) else _worded(member) for name, member in value.items()
            }
        case list():
            return [_worded(item) for item in value]
        case str() if value and not LEFT_AS_THEY_ARE.fullmatch(value):
            return value + HOSTILE
    return value


@asynccontextmanager
async def hostile_emulator(keys_dir: Path) -> AsyncIterator[tuple[Emulator, asyncio.AbstractEventLoop]]:
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, history_days=2)
    async with Emulator(settings, rewrite=with_hostile_words) as emulator:
        yield emulator, asyncio.get_running_loop()


@pytest.fixture
def emulator_and_loop(
    keys_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Emulator, asyncio.AbstractEventLoop]]:
    with in_background(lambda: hostile_emulator(keys_dir)) as running:
        info = running[0].info
        for name, value in {
            "BMW__AUTH_URL": info.base_url,
            "BMW__API_URL": info.base_url,
            "BMW__STREAM_HOST": info.mqtt_host,
            "BMW__STREAM_PORT": info.mqtt_port,
            "BMW__CA_FILE": info.ca_file,
            "REST__REFRESH_H": 0,
            "REST__RESERVE": 50,
            "INVENTORY__USERNAME": "u",
            "INVENTORY__PASSWORD": "p",
        }.items():
            monkeypatch.setenv(f"BIMMERHUB_{name}", str(value))
        yield running


def check(result: Result, words: Sequence[str]) -> None:
    """Fail unless the command printed lines of its own only."""
    for line in [*result.out.split("\n"), *result.err.split("\n")]:
        assert one_line(line) == line.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " "), (
            words,
            line,
        )
        assert not line.lstrip(" \N{REPLACEMENT CHARACTER}").startswith(FORGED), (words, line)
    if "--json" in words and result.code == 0:
        assert json.loads(result.out) is not None
    if "--csv" in words and result.code == 0:
        rows = list(csv.reader(io.StringIO(result.out)))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


def run_all(run: Run, lines: Sequence[Sequence[str]], vin: str, folder: Path) -> str:
    """Run each command, as text and as JSON; return all that they printed."""
    printed = ""
    for number, line in enumerate(lines):
        words = [{"VIN": vin, "FILE": str(folder / f"file-{number}")}.get(word, word) for word in line]
        forms: list[list[str]] = [[]]
        if not {"--csv", "--format", "--template", "--yes", "backup"} & set(line):
            forms.append(["--json"])
        for form in forms:
            result = run(*words, *form)
            assert result.code in {0, 1, 2, 3}, (words, result.err)
            check(result, [*words, *form])
            printed += result.out + result.err
    return printed


@pytest.mark.timeout(180)
def test_words_of_cardata(emulator: Emulator, run: Run, data_dir: Path, tmp_path: Path) -> None:
    vin = emulator.info.vehicles[0].vin
    sign_in(emulator, data_dir)
    capture = tmp_path / f"cap{FORGED}\n\x1b[31m\u202e.ndjson"
    lines = [
        capture_line(f"OPEN{HOSTILE}", vin=vin, descriptor="vehicle.cabin.door.status"),
        capture_line(f"odd{HOSTILE}", vin=vin, descriptor="vehicle.vehicle.travelledDistance", second=1),
        capture_line(1, vin=vin, descriptor=f"vehicle.odd{HOSTILE}", second=2).replace(
            '"percent"', json.dumps(HOSTILE)
        ),
        f'{{"vin": "{FORGED}\\n"}}\n',
        f"no JSON \x1b[2J {FORGED}\n",
    ]
    capture.write_text("".join(lines))
    check(run("import", capture), ["import"])
    printed = run_all(run, [*OF_CARDATA, *READING], vin, tmp_path)
    assert FORGED in printed


@pytest.mark.timeout(180)
@pytest.mark.parametrize("account", [SIGN_IN, PORTAL_SIGN_IN, APP_SIGN_IN], ids=lambda account: str(account.family))
def test_words_of_older_families(emulator: Emulator, run: Run, data_dir: Path, account: Any) -> None:
    vin = ask_once(emulator, data_dir, account)
    assert FORGED in run_all(run, READING, vin, data_dir)


@pytest.mark.timeout(120)
def test_words_of_shops_and_sites(emulator: Emulator, run: Run, tmp_path: Path) -> None:
    vin = emulator.info.vehicles[0].vin
    assert FORGED in run_all(run, OF_SHOPS, vin, tmp_path)


@pytest.mark.timeout(60)
def test_watch_prints_one_line_a_reading(emulator: Emulator, publish: Publish, data_dir: Path) -> None:
    sign_in(emulator, data_dir)
    vin, now_ms = emulator.info.vehicles[0].vin, emulator.clock.now_ms()
    numbers, is_over = count(), Event()

    def speak() -> None:
        while not is_over.wait(0.2):
            number = next(numbers)
            for value, key in ((f"odd{HOSTILE}", "vehicle.cabin.door.status"), (number, SOC)):
                publish(message(value, vin=vin, at_ms=now_ms + number, descriptor=key))

    speaking = Thread(target=speak)
    with ForkedCommand("watch", "--data-dir", data_dir) as watching:
        speaking.start()
        lines = [watching.stdout.readline() for _ in range(10)]
        is_over.set()
        speaking.join()
    assert {line.count(FORGED) for line in lines} == {0, 4}
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  000\d  ", line) for line in lines), lines


def test_every_command_is_here() -> None:
    tried = {line[0] for line in [*READING, *OF_CARDATA, *OF_SHOPS]}
    assert COMMANDS.keys() <= tried | ELSEWHERE
