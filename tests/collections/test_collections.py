"""The HTTP collections: their files are what the descriptions say, and every request gets what it wants."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
from tests.collections.interpreter import Runner
from tests.emulated import emulator_settings
from tools.http_collections.description import FOLDER, load_collections
from tools.http_collections.families import FAMILIES
from tools.http_collections.page import PAGE
from tools.http_collections.page import render as render_page
from tools.http_collections.programs import regions_of
from tools.http_collections.render import OUTPUTS, render
from tools.http_collections.requests import folders_of

from bimmerhub.bmw.mybmw.china_sign_in import encrypt_password
from bimmerhub.emulator.app import Emulator

COLLECTIONS = load_collections()


NOON_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z
THREE_DAYS_MS = 3 * 86_400_000


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
async def emulator(keys_dir: Path) -> AsyncIterator[Emulator]:
    """An emulator whose cars have driven and charged for three days."""
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=0.0, now_ms=NOON_MS)
    async with Emulator(settings) as emulator:
        emulator.clock.jump(by_ms=THREE_DAYS_MS)
        yield emulator


async def run(
    emulator: Emulator, slug: str, person: Callable[[Runner], None] | None = None, **variables: str
) -> Runner:
    info = emulator.info
    inventory = info.families["inventory"]
    account = {"email": info.user, "password": info.password, "vin": info.vehicles[0].vin, "captchaToken": "solved"}
    storefront = {"storefrontUsername": inventory.client_id, "storefrontPassword": inventory.client_secret}
    own = {"cardataClientId": info.client_id, "serverUrl": info.base_url, "allowChanges": "yes", "apiKey": "any"}
    async with aiohttp.ClientSession() as session:
        values = {**account, **storefront, **own, **variables}
        runner = Runner(COLLECTIONS[slug], session, emulator.clock.now_ms, values, person)
        await runner.run()
    return runner


def test_the_files_are_what_the_descriptions_say() -> None:
    written = {
        file.relative_to(FOLDER).as_posix(): file.read_text("utf-8")
        for folder in OUTPUTS
        for file in (FOLDER / folder).rglob("*")
        if file.is_file()
    }
    assert written == render(), "run: python -m tools.http_collections"


def test_the_page_shows_every_request() -> None:
    assert PAGE.read_text("utf-8") == render_page(), "run: python -m tools.http_collections"


def test_how_to_names_every_variable_that_a_person_fills_in() -> None:
    page = (PAGE.parents[1] / "how-to" / "collections.md").read_text("utf-8")
    for collection in COLLECTIONS.values():
        calls = [call for folder in folders_of(collection) for call in folder.calls]
        taken = {take.variable for call in calls for take in call.wants.takes}
        wanted = [variable.name for variable in collection.variables if not variable.value]
        assert [name for name in wanted if name not in taken and f"`{name}`" not in page] == []


def test_every_operation_is_a_request_of_one_collection() -> None:
    named = [call.wants.operation for c in COLLECTIONS.values() for folder in folders_of(c) for call in folder.calls]
    operations = {f"{family}.{name}" for family, entry in FAMILIES.items() for name in entry.operations}
    assert sorted(named) == sorted(operations)


def test_captcha_is_forgotten_before_its_answer_is_read() -> None:
    """An answer that cannot be read ends a script of Postman's where it reads it."""
    calls = [call for c in COLLECTIONS.values() for folder in folders_of(c) for call in folder.calls]
    takes = [call.wants.takes for call in calls if "{{captchaToken}}" in call.wants.values.values()]
    assert takes
    assert all((first.variable, first.value) == ("captchaToken", "") for first, *_ in takes)


@pytest.mark.parametrize(
    ("slug", "region"), [(slug, region) for slug, made in COLLECTIONS.items() for region in regions_of(made)]
)
async def test_every_request_gets_the_answer_that_it_wants(emulator: Emulator, slug: str, region: str) -> None:
    runner = await run(emulator, slug, region=region)
    assert runner.failures == []
    assert len(runner.sent) > 1


async def test_ids_of_one_answer_are_asked_about_by_the_next_request(emulator: Emulator) -> None:
    runner = await run(emulator, "vcs-my-garage")
    assert {"Charging / Charging Session", "Trips / Trip Summary", "Remote Services / Event Status (v4)"} <= {
        *runner.sent
    }


async def test_nothing_is_changed_unless_it_is_allowed(emulator: Emulator) -> None:
    runner = await run(emulator, "vcs-my-garage", allowChanges="no")
    assert runner.failures == []
    assert "Remote Services / Command" not in runner.sent


async def test_without_a_vin_the_first_car_is_taken(emulator: Emulator) -> None:
    runner = await run(emulator, "vcs-my-garage", vin="", region="row")
    assert runner.failures == []
    assert runner.variables["vin"] == emulator.info.vehicles[0].vin


async def test_a_person_signs_in_in_china(emulator: Emulator) -> None:
    def solve(runner: Runner) -> None:
        if runner.sent[-1].endswith("Captcha") and "verifyId" in runner.variables:
            slider = emulator.identity.china.sliders.find(runner.variables["verifyId"])
            runner.variables["position"] = f"{slider.position:.2f}"
        if runner.sent[-1].endswith("Public Key"):
            runner.variables["encryptedPassword"] = encrypt_password("emulator", runner.variables["publicKey"])

    runner = await run(emulator, "vcs-my-garage", solve, region="cn", mobile="8613800000000", otp="123456")
    assert runner.failures == []
    assert {"Authentication (China) / Login by Text Message", "Vehicle Communication Service (VCS) / State"} <= {
        *runner.sent
    }


def test_hosts_are_written_as_variables_only() -> None:
    for slug in COLLECTIONS:
        document = json.loads((FOLDER / f"postman/{slug}.postman_collection.json").read_text("utf-8"))
        assert "https://" not in json.dumps(document["item"])
