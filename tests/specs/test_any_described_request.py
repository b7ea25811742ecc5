"""Whatever request a description allows, or does not, the emulator and the hub answer as it says.

The requests are made by schemathesis from the descriptions, the same ones each time: a few here, many in `make specs`,
which sets SPECS_EXAMPLES to the number for each operation.
"""

import asyncio
import json
import logging
import os
import re
from pathlib import Path
from typing import Final

import pytest
from tests.specs.schemathesis_runs import EXCLUSIONS, HUB, Outcome, run
from tests.web.conftest import VIN, open_site
from tools.specs.sources import load_sources
from tools.specs.tour import HISTORY_DAYS, ask_anything, calling

from bimmerhub.emulator.host.door import Exchange
from bimmerhub.specs.reader import list_specs, read_spec

EXAMPLES: Final = int(os.environ["SPECS_EXAMPLES"]) if os.environ.get("SPECS_EXAMPLES") else None
SOURCES: Final = load_sources()
OPENAPI: Final = [spec.name for spec in list_specs() if spec.kind == "openapi"]
WRONG: Final = {"Authorization": "Bearer nonsense"}
SCOPES: Final = ("read", "write", "command")


async def send_requests(description: str, base_url: str, headers: dict[str, str], **named: str) -> Outcome:
    return await asyncio.to_thread(
        run,
        description,
        json.loads(read_spec(description)),
        base_url=base_url,
        headers=headers,
        parameters=named,
        examples=EXAMPLES,
    )


def own_failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what a server logged of itself that went wrong: a status 500 that BMW answers is none of it."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("who", ["nobody", "wrong", "signed"])
@pytest.mark.parametrize("name", [name for name in OPENAPI if name != HUB])
async def test_emulator_answers_as_described(name: str, who: str, caplog: pytest.LogCaptureFixture) -> None:
    family, exchanges = SOURCES[name.removeprefix("openapi/")].family, list[Exchange]()
    history_days = HISTORY_DAYS if who == "signed" else 0  # whoever is not signed in sees nothing of it
    async with calling(family, exchanges, history_days=history_days) as (calls, emulator):
        await ask_anything(family, calls, emulator.info.vehicles[0])
        signed = {"Authorization": exchanges[-1].headers.get("authorization", "")}
        headers = {"nobody": {}, "wrong": WRONG, "signed": signed}[who]
        named = {"vin": emulator.info.vehicles[0].vin} if who == "signed" else {}
        outcome = await send_requests(name, emulator.info.base_url, headers, **named)
    assert not own_failures(caplog)
    assert outcome.requests >= len(json.loads(read_spec(name))["paths"])
    assert not outcome.problems, "\n\n".join(outcome.problems)


@pytest.mark.parametrize("who", ["nobody", "wrong", *SCOPES])
async def test_hub_answers_as_described(tmp_path: Path, who: str, caplog: pytest.LogCaptureFixture) -> None:
    async with open_site(tmp_path) as site:
        site.credentials.tokens = {scope: scope for scope in SCOPES}
        headers = {"nobody": {}, "wrong": WRONG}.get(who, {"Authorization": f"Bearer {who}"})
        outcome = await send_requests(HUB, site.address, headers, vin=VIN, name="home")
    assert not own_failures(caplog)
    assert outcome.requests >= len(json.loads(read_spec(HUB))["paths"])
    assert not outcome.problems, "\n\n".join(outcome.problems)


def test_every_exclusion_is_of_a_description_and_has_a_reason() -> None:
    for row in EXCLUSIONS:
        assert any(re.fullmatch(row.of, name) for name in OPENAPI)
        assert row.reason
