"""Every line of docs/reference/collections.md, run in its order: it is answered, or refused where the page says so.

Words in capitals get what the collections have there: a value of the person's, or one that an earlier answer told.
"""

import os
import re
import shlex
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path

import aiohttp
import pytest
from tests.cli.conftest import Result, Run, in_background
from tests.collections.interpreter import Answer, taken_value
from tests.emulated import emulator_settings
from tests.hub.conftest import Cloud
from tools.http_collections.description import load_collections
from tools.http_collections.page import PAGE
from tools.http_collections.requests import VARIABLE, Call, folders_of
from tools.http_collections.variables import variables_of

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import load_settings
from bimmerhub.ids import Gcid

NOON_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z
THREE_DAYS_MS = 3 * 86_400_000
LINE = re.compile(r"\| (?P<request>.+?) \| `bimmerhub (?P<words>.+)` \| (?P<remark>.+) \|")
PLACEHOLDER = re.compile(r"--(?P<option>[a-z-]+) (?P<place>[A-Z_]+)\b")
COLLECTIONS = tuple(load_collections().values())
CALLS = [call for collection in COLLECTIONS for folder in folders_of(collection) for call in folder.calls]
APP = {"SUBSCRIPTION_KEY": "any", "APP_VERSION": "4.9.2(36892)", "APP_BUILD": "AP2A.240605.024"}
ACCOUNTS: Mapping[str, Mapping[str, str]] = {
    "mybmw": APP,
    "iremote": {"CLIENT_KEY": "any", "CLIENT_SECRET": "any"},
    "connecteddrive": {"CLIENT_ID": "any"},
    "china": {"FAMILY": "mybmw", **APP},
}
"""What the settings have of each account; it is called as its family."""


MOBILE = "8613800000000"
CHINESE = EmulatedAccount(
    user=MOBILE,
    gcid=Gcid("22222222-3333-4444-5555-666666666666"),
    client_id="bbbbbbbb-cccc-dddd-eeee-ffffffffffff",
    models=("530d",),
)
PASSWORD = ("--password-env", "PASSWORD_AT_BMW")


def in_china(emulator: Emulator) -> tuple[str, ...]:
    """Return what a person adds who has moved the slider to its place."""
    sliders = emulator.identity.china.sliders
    verify_id = str(sliders.make(MOBILE)["verifyId"])
    solved = f"{verify_id}:{sliders.find(verify_id).position:.2f}"
    return ("--account", "china", "--user", MOBILE, "--captcha", solved, *PASSWORD)


SIGN_INS: Mapping[str, Callable[[Emulator], tuple[str, ...]]] = {
    "login --family mybmw": lambda _: ("--account", "mybmw", "--captcha", "solved", *PASSWORD),
    "login --family mybmw --region cn": in_china,
    "login --family iremote": lambda _: ("--account", "iremote", *PASSWORD),
    "login --family connecteddrive": lambda _: ("--account", "connecteddrive", *PASSWORD),
}
"""What is added to a sign-in where nobody can be asked. CarData's, with a browser, is in account/test_login.py."""
ACCOUNT_OF = dict.fromkeys(("mybmw", "mygarage"), ("--account", "mybmw"))
"""The account to call by where there are two."""


@asynccontextmanager
async def lived_emulator(keys_dir: Path) -> AsyncIterator[Emulator]:
    """Run an emulator whose cars have driven and charged for three days."""
    settings = emulator_settings(
        http_port=0,
        mqtt_port=0,
        keys_dir=keys_dir,
        now_ms=NOON_MS,
        poll_interval_s=0,
        accounts=(EmulatedAccount(), CHINESE),
    )
    async with Emulator(settings) as emulator:
        emulator.clock.jump(by_ms=THREE_DAYS_MS)
        yield emulator


@asynccontextmanager
async def hub_with_cardata(emulator: Emulator, data_dir: Path) -> AsyncIterator[Hub]:
    """Run a hub that is signed in at CarData and asks for nothing by itself."""
    overrides: dict[str, object] = {"data_dir": str(data_dir), "hub": {"port": 0}}
    settings = load_settings(config_file=None, environment=os.environ, overrides=overrides)
    async with running(settings, goes_live=False) as hub, aiohttp.ClientSession() as session:
        cloud = Cloud(emulator=emulator, session=session, data_dir=data_dir)
        assert await cloud.sign_in(hub) == "done"
        yield hub


@pytest.fixture
def emulator(keys_dir: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator and a hub that lives by its clock; the settings lead to both."""
    monkeypatch.chdir(tmp_path)  # pictures and reports are written there
    with in_background(lambda: lived_emulator(keys_dir)) as emulator:
        info = emulator.info
        settings = {"BMW__AUTH_URL": info.base_url, "BMW__API_URL": info.base_url, "BMW__CA_FILE": info.ca_file}
        settings |= {"BMW__STREAM_HOST": info.mqtt_host, "BMW__STREAM_PORT": str(info.mqtt_port)}
        settings |= {"CLOCK__FOLLOW": info.control_url, "ACCOUNTS__HOME__CLIENT_ID": info.client_id}
        for name, account in ACCOUNTS.items():
            named = {"FAMILY": name, "USERNAME": info.user, **account}
            settings |= {f"ACCOUNTS__{name.upper()}__{key}": value for key, value in named.items()}
        for name, value in settings.items():
            monkeypatch.setenv(f"BIMMERHUB_{name}", str(value))
        monkeypatch.setenv("PASSWORD_AT_BMW", info.password)
        with in_background(lambda: hub_with_cardata(emulator, data_dir)):
            yield emulator


def test_each_line_is_answered_or_refused_as_the_page_says(run: Run, emulator: Emulator) -> None:
    lines = [match for line in PAGE.read_text("utf-8").splitlines() if (match := LINE.fullmatch(line))]
    values = {variable.name: variable.value for variable in chain(*map(variables_of, COLLECTIONS))}
    values |= {"vin": emulator.info.vehicles[0].vin, "apiKey": "any"}
    sign_ins = dict(SIGN_INS)
    wrong = []
    for line, call in zip(lines, CALLS, strict=True):
        words = shlex.split(filled(line["words"], call, values))
        if words[0] == "call":
            result = run(*words, "--yes", "--json", *ACCOUNT_OF.get(words[1], ()))
            values |= told(call, result)
            if result.code != 0 and not is_announced(result, line["remark"]):
                wrong.append(f"{line['words']}: {result.err}")
        elif (how := sign_ins.pop(line["words"], None)) is not None:
            assert run(*words, *how(emulator)).code == 0
    assert (wrong, sign_ins) == ([], {})


def told(call: Call, result: Result) -> dict[str, str]:
    """Return the values that an answer tells for the lines after it."""
    if result.code != 0 or not call.wants.takes:
        return {}
    answer = Answer(200, "", "", result.out.encode())
    taken = {take.variable: taken_value(take, answer) for take in call.wants.takes}
    return {name: value for name, value in taken.items() if value is not None}


def filled(words: str, call: Call, values: Mapping[str, str]) -> str:
    """Return a line with the values for its words in capitals, as a shell takes them."""

    def value_of(match: re.Match[str]) -> str:
        name = match["option"].replace("-", "_")
        first, *others = name.split("_")
        text = call.wants.values.get(name) or "{{" + first + "".join(map(str.capitalize, others)) + "}}"
        return f"--{match['option']} {shlex.quote(VARIABLE.sub(lambda name: values[name[1]], text))}"

    return PLACEHOLDER.sub(value_of, words)


def is_announced(result: Result, remark: str) -> bool:
    """Tell whether a refusal is one that the page speaks of."""
    return "404" in result.err and ("404" in remark or "any answer may come" in remark)
