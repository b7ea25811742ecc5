"""Commands that list print all that is stored, however many pages it takes, or say that there is more."""

import asyncio
from pathlib import Path

import pytest
from tests.cli.conftest import SOC, VIN, Run, in_background

from bimmerhub.domain.reading import Reading, Source
from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.cars.history import MOST_ROWS
from bimmerhub.views.stored.quarantine import MOST_REFUSED
from bimmerhub.web.settings import WebSettings

NOON_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z
HOUR_MS = 3_600_000
ODOMETER = Descriptor("vehicle.vehicle.travelledDistance")
MORE = 60
"""How much more than a page there is."""


def reading(value: float, *, at_ms: int, descriptor: str = SOC, unit: str = "%", vin: str = VIN) -> Reading:
    return Reading(
        vin=Vin(vin),
        descriptor=Descriptor(descriptor),
        value=value,
        unit=unit,
        measured_at_ms=at_ms,
        sent_at_ms=at_ms,
        received_at_ms=at_ms,
        source=Source.STREAM,
    )


def believed_and_not() -> list[Refused]:
    """Return what an odometer said: every hour the truth, and as often, a second later, what cannot be."""
    hours = range(MORE)
    true = [reading(50_000 + hour, at_ms=NOON_MS + hour * HOUR_MS, descriptor=ODOMETER, unit="km") for hour in hours]
    false = [
        reading(20 - 0.1 * hour, at_ms=NOON_MS + hour * HOUR_MS + 1_000, descriptor=ODOMETER, unit="km")
        for hour in hours
    ]
    return [
        Refused(received_at_ms=1, reason="", payload=b"", origin="stream", descriptor=ODOMETER, reading=one)
        for one in (*true, *false)
    ]


async def fill(database: Path) -> None:
    values = [reading(number % 100, at_ms=NOON_MS - 1_000 * number) for number in range(MOST_ROWS + MORE)]
    cars = [reading(50, at_ms=NOON_MS, vin=f"WBY{number:014}") for number in range(1, MORE)]
    broken = [
        Refused(received_at_ms=1, reason="no JSON", payload=b"{ %d" % number, origin="stream")
        for number in range(MOST_REFUSED)
    ]
    async with SqliteStore.open(database) as store:
        await store.append(Batch(readings=[*values, *cars], judged=believed_and_not()))
        await store.append(Batch(refused=broken))  # the newest so many are kept, and every odometer reading besides


def check_every_row(run: Run) -> None:
    lengths = {
        line: len(run(*line.split(), "--json").json["items"])
        for line in (
            f"history {VIN} {SOC} --from 2026-07-01 --to 2026-08-01",
            "vehicles",
            "quarantine list --all",
            f"quarantine list --limit {MOST_REFUSED + 5}",
        )
    }
    assert list(lengths.values()) == [MOST_ROWS + MORE, MORE, MOST_REFUSED + MORE, MOST_REFUSED + 5]
    page = run("quarantine", "list", "--json").json
    assert (len(page["items"]), page["is_complete"]) == (100, False)
    assert page["next"].endswith(f".{page['items'][-1]['id']}")
    listed = run("quarantine", "list", "--limit", "5")
    assert "--all shows all" in listed.err
    assert len(listed.out.splitlines()) == 1 + 5


@pytest.mark.timeout(120)
def test_lists_have_every_row_without_a_hub_and_with_one(run: Run, data_dir: Path) -> None:
    data_dir.mkdir()
    asyncio.run(fill(data_dir / "bimmerhub.sqlite3"))
    check_every_row(run)
    settings = HubConfig(data_dir=data_dir, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
    with in_background(lambda: running(settings, goes_live=False)):
        check_every_row(run)
