"""The page for a repair shop, done as it says: ten owners consent, one withdraws, nothing of that one is read again."""

import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import pytest
from tests.cli.conftest import in_background
from tests.emulated import emulator_settings
from tests.examples.conftest import approve, running_program
from tests.examples.test_snippets import PROJECT, snippets

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.owners.accounts_file import load_accounts

PAGE = PROJECT / "docs" / "how-to" / "repair-shop.md"
OWNERS, SHOP = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
LINES = re.findall(r"^\$ (bimmerhub --config .+)\n((?:(?!\$|```).*\n)*)", PAGE.read_text("utf-8"), re.MULTILINE)
ADDRESS = "http://127.0.0.1:8090"


@dataclass
class Shop:
    """The emulator of the page, and a folder with the shop's settings in which its lines run."""

    emulator: Emulator
    folder: Path
    answered: list[Exchange] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.emulator.info.base_url

    def command(self, line: str) -> list[str]:
        return [sys.executable, "-m", "bimmerhub", *shlex.split(line)[1:]]

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"XDG_CONFIG_HOME": str(self.folder), "TZ": "UTC"}

    def run(self, line: str) -> tuple[list[str], list[str]]:
        """Run a line of the page; return the lines that it prints as result and as messages."""
        ended = subprocess.run(
            self.command(line),
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment,
            timeout=120,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.splitlines(), ended.stderr.splitlines()

    def kill(self, line: str, *, after: int) -> None:
        """Run a line of the page and end it by SIGKILL once BMW has given so many answers more."""
        wanted = len(self.answered) + after
        with subprocess.Popen(
            self.command(line),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env=self.environment,
        ) as process:
            while process.poll() is None and len(self.answered) < wanted:
                time.sleep(0.001)
            process.kill()

    def invite(self, line: str) -> list[str]:
        """Run the line that invites, and let each owner of the page consent on BMW's own pages."""
        users = [account["user"] for account in tomllib.loads(OWNERS)["account"]]
        with subprocess.Popen(
            self.command(line),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=self.environment,
        ) as process:
            assert process.stderr is not None
            for _ in users:
                shown = process.stderr.readline()
                match = re.match(r"job (\d+): open \S+user_code=(\S+) ", shown)
                assert match is not None, shown
                Browser(self.url, users[int(match[1]) - 1]).consent(match[2])
            out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        return out.splitlines()

    def read_vins(self) -> set[str]:
        """Return the cars of which CarData gave anything out since the last time."""
        paths = [
            one.path for one in self.answered if one.path.startswith("/customers/vehicles/W") and one.status == 200
        ]
        self.answered.clear()
        return {path.split("/")[3] for path in paths}


class Browser:
    """One owner with a browser."""

    def __init__(self, url: str, user: str) -> None:
        self.url, self.user = url, user
        jar = CookieJar(DefaultCookiePolicy())
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def consent(self, user_code: str) -> None:
        text = self._post("/oneid/sign-in", user_code=user_code, user=self.user, password="emulator")
        assert "Garage Miller" in text
        assert "Tell you when a service is due" in text
        vins = re.findall(r'name="vin" value="([^"]+)"', text)
        done = self._post("/oneid/decide", ticket=_hidden(text, "ticket"), decision="approve", vin=vins[0])
        assert "has access now" in done

    def withdraw_all(self) -> None:
        text = self._post("/mybmw/sign-in", user=self.user, password="emulator")
        link = re.search(r'href="([^"]+)">Service providers with access to my vehicles', text)
        assert link is not None
        text = self._open(self.url + link[1])
        form = text.rpartition("<form")[2]
        assert "Withdraw all access" in form
        left = self._post(link[1], csrf=_hidden(form, "csrf"), provider=_hidden(form, "provider"))
        assert "No service provider has access" in left

    def _post(self, path: str, **fields: str) -> str:
        return self._open(self.url + path, urllib.parse.urlencode(fields).encode())

    def _open(self, url: str, data: bytes | None = None) -> str:
        with self._opener.open(url, data, timeout=20) as answer:
            content: bytes = answer.read()
        return content.decode()


def _hidden(text: str, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]+)"', text)
    assert match is not None, text
    return match[1]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    (tmp_path / "owners.toml").write_text(OWNERS)
    accounts, providers = load_accounts(tmp_path / "owners.toml")
    settings = emulator_settings(
        http_port=0, mqtt_port=0, data_dir=tmp_path / "bmw", poll_interval_s=0, accounts=accounts, providers=providers
    )
    answered: list[Exchange] = []
    with in_background(lambda: Emulator(settings, on_exchange=answered.append)) as emulator:
        (tmp_path / "shop.toml").write_text(SHOP.replace(ADDRESS, emulator.info.base_url))
        yield Shop(emulator, tmp_path, answered)


def check_shown(expected: str, lines: list[str]) -> None:
    """Check that each line of the page was shown, up to the first ellipsis."""
    for text in expected.splitlines():
        beginning, _, _ = text.partition("…")
        assert any(" ".join(line.split()).startswith(" ".join(beginning.split())) for line in lines), (text, lines)


def test_ten_owners_consent_one_withdraws_and_nothing_of_that_one_is_read_again(shop: Shop) -> None:
    (invite, _), (owners, listed), (read, values), (watch, _), (again, seen), (revoked, taken), (renew, renewed) = LINES
    assert watch.endswith("provider watch")  # tried in tests/cli, where something is sent
    assert len(shop.invite(invite)) == 11
    check_shown(listed, shop.run(owners)[0])
    check_shown(values, shop.run(read)[0])
    vins = shop.read_vins()
    assert len(vins) == 10
    Browser(shop.url, "ben@example.com").withdraw_all()
    check_shown(seen, shop.run(again)[1])
    [gone] = vins - shop.read_vins()
    check_shown(taken, shop.run(revoked)[0])
    check_shown(renewed, shop.run(renew)[1])
    values_left, _ = shop.run(read)
    assert shop.read_vins() == vins - {gone}
    assert not any(gone in line for line in values_left)


def test_nothing_of_one_who_withdrew_is_read_by_programs_that_are_killed(shop: Shop) -> None:
    read = "bimmerhub --config shop.toml provider read"
    shop.invite(LINES[0][0])
    shop.run(read)
    vins = shop.read_vins()
    Browser(shop.url, "ben@example.com").withdraw_all()
    [gone] = [car.vin for car in shop.emulator.portal.cars_of(shop.emulator.settings.accounts[1].gcid)]
    for after in (1, 4, 8):
        shop.kill(read, after=after)
    two = [subprocess.Popen(shop.command(read), cwd=shop.folder, env=shop.environment) for _ in range(2)]
    assert [process.wait(timeout=120) for process in two] == [0, 0]
    assert shop.read_vins() == vins - {gone}


def test_the_program_of_the_page_runs(shop: Shop) -> None:
    [source] = snippets(PAGE)
    assert source.count(ADDRESS) == 2
    (shop.folder / "program.py").write_text(source.replace(ADDRESS, shop.url))
    with running_program(shop.folder / "program.py") as lines:
        approve(shop.emulator.info, next(lines))
        assert next(lines).startswith("job 11 vehicle.vehicle.travelledDistance ")
