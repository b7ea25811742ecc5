"""What a full battery holds, by the charges of a car that was given a size."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.charging_sessions.story import Night

from bimmerhub.domain.charging_sessions.session_record import ChargingRecord
from bimmerhub.domain.usable_capacity import CapacityCharge, capacity_charges, estimate_capacity


def night(*, by: str = "missing") -> ChargingRecord:
    """A charge from 40 to 80 % of a battery of 75 kWh."""
    if by == "missing":
        story = Night().parked("18:00", soc=40, missing=45.0).plug("18:01").wallbox("18:02", soc=40, missing=45.0)
        return story.end("21:00", soc=80, missing=15.0).unplug("21:01").drive("22:00").session()
    story = Night().parked("18:00", soc=40, capacity=75.0).plug("18:01").wallbox("18:02", soc=40)
    return story.end("21:00", soc=80).unplug("21:01").drive("22:00").session()


def charges(
    count: int, *, capacity_kwh: float = 75.0, by: str = "energy_to_full", seed: int = 1
) -> list[CapacityCharge]:
    """Charges whose levels are whole per cent of what they truly are."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        start, end = chance.uniform(5, 40), chance.uniform(70, 100)
        energy_kwh = (end - start) / 100 * capacity_kwh
        made.append(CapacityCharge(number, round(end) - round(start), energy_kwh, by))  # type: ignore[arg-type]
    return made


def test_a_wide_charge_with_measured_ends_tells_the_capacity() -> None:
    assert [charge[1:] for charge in capacity_charges([night()])] == [(40, 30, "energy_to_full")]


def test_an_energy_reckoned_from_the_level_says_nothing_of_the_size() -> None:
    assert night(by="level").energy_battery_by == "level"
    assert capacity_charges([night(by="level")]) == []


def test_a_small_charge_or_one_with_a_reckoned_end_says_nothing() -> None:
    assert capacity_charges([replace(night(), end_soc_percent=59.0)]) == []
    assert capacity_charges([replace(night(), how={**night().how, "end_soc_percent": "estimated"})]) == []
    assert capacity_charges([replace(night(), ended_at_ms=None)]) == []


def test_fewer_than_five_charges_are_no_estimate() -> None:
    assert estimate_capacity(charges(4)) is None
    mixed = [*charges(4), *charges(4, by="power")]
    assert estimate_capacity(mixed) is None
    assert estimate_capacity(charges(5)) is not None


@pytest.mark.parametrize("count", [5, 20, 50])
def test_the_interval_holds_the_truth_nineteen_times_in_twenty(count: int) -> None:
    held = 0
    for seed in range(200):
        estimate = estimate_capacity(charges(count, seed=seed))
        assert estimate is not None
        held += abs(estimate.kwh - 75) <= estimate.band_kwh
    assert held >= 188


def test_charges_by_power_are_never_more_exact_than_the_efficiency_of_the_charger() -> None:
    exact, rough = estimate_capacity(charges(50)), estimate_capacity(charges(50, by="power"))
    assert exact is not None
    assert rough is not None
    assert exact.band_kwh < 0.5
    assert rough.band_kwh > 3.5


@given(st.permutations(charges(12)))
def test_the_order_of_charges_makes_no_difference(shuffled: list[CapacityCharge]) -> None:
    assert estimate_capacity(shuffled) == estimate_capacity(charges(12))
