"""`bimmerhub battery`: what the battery holds by its charges, beside what BMW says, and how the 12 V battery is."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.domain.charging_sessions.story import VIN, Night, at
from tests.domain.test_resting_voltage import days

from bimmerhub.domain.reading import Reading, Source
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.parts import FOLDS
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore

VOLTAGE = Descriptor("vehicle.electricalSystem.battery.voltage")
HEALTH = Descriptor("vehicle.powertrain.electric.battery.stateOfHealth.displayed")
Fill = Callable[[Sequence[Reading]], None]


@pytest.fixture
def fill(data_dir: Path) -> Fill:
    """Return what stores readings, and derives what follows from them."""

    async def store_all(readings: Sequence[Reading]) -> None:
        async with SqliteStore.open(data_dir / "bimmerhub.sqlite3") as store:
            await store.append(Batch(readings=readings))
            await Derivation(store.derived, store, FOLDS).catch_up()

    data_dir.mkdir(parents=True, exist_ok=True)
    return lambda readings: asyncio.run(store_all(readings))


def said(descriptor: Descriptor, value: float, unit: str, at_ms: int) -> Reading:
    return Reading(VIN, descriptor, value, unit, at_ms, at_ms, at_ms, Source.STREAM)


def charged(nights: int) -> list[Reading]:
    """Nights in each of which 30 kWh went into a battery of 75 kWh, of which BMW says that it holds 76."""
    story = Night().said("12:00", capacity=76.0)
    for day in range(nights):
        story.parked(f"{day} 18:00", soc=40, missing=45.0).plug(f"{day} 18:01")
        story.wallbox(f"{day} 18:02", soc=40, missing=45.0).end(f"{day} 21:00", soc=80, missing=15.0)
        story.unplug(f"{day} 21:01").drive(f"{day} 22:00")
    return story.readings


def test_a_capacity_is_shown_beside_what_bmw_says(run: Run, fill: Fill) -> None:
    fill([*charged(6), said(HEALTH, 96, "%", at("13:00"))])
    answer = run("battery", VIN[-7:], "--json").json
    capacity = answer["usable_capacity"]
    assert (capacity["kwh"], capacity["charges"], capacity["by"], capacity["how"]) == (
        75,
        6,
        "energy_to_full",
        "estimated",
    )
    assert 0 < capacity["band_kwh"] < 2
    assert (answer["max_energy_kwh"]["value"], answer["health_percent"]["value"], answer["soc_max_kwh"]) == (
        76,
        96,
        None,
    )
    shown = run("battery")
    assert shown.code == 0, shown.err
    for words in ("usable capacity by 6 charges", "~75 kWh", "BMW: maxEnergy", "76 kWh", "BMW: stateOfHealth", "96 %"):
        assert words in shown.out


def test_four_charges_are_too_few(run: Run, fill: Fill) -> None:
    fill(charged(4))
    answer = run("battery", "--json").json
    assert (answer["usable_capacity"], answer["charges"], answer["charges_needed"]) == (None, 4, 5)
    assert "too few, 5 are needed" in run("battery").out


def test_the_small_battery_has_a_trend_when_enough_days_carry_it(run: Run, fill: Fill) -> None:
    fill([said(VOLTAGE, volts, "V", at("00:00") + at_ms) for at_ms, volts in days(40, fall_v=0.01)])
    starter = run("battery", "--json").json["starter"]
    assert (starter["days"], starter["trouble_v"]) == (40, 12)
    assert starter["days_to_trouble_least"] <= starter["days_to_trouble"] <= starter["days_to_trouble_most"]
    assert starter["how"]["days_to_trouble"] == "estimated"
    shown = run("battery").out
    assert "12 V battery at rest" in shown
    assert "days until 12 V" in shown


def test_few_voltages_have_no_trend(run: Run, fill: Fill) -> None:
    fill([said(VOLTAGE, 12.6, "V", at("12:00")), said(VOLTAGE, 14.4, "V", at("12:30"))])
    starter = run("battery", "--json").json["starter"]
    assert (starter["resting_v"], starter["trend_v_per_30_days"], starter["days_to_trouble"]) == (12.6, None, None)
    assert "trend" not in run("battery").out
