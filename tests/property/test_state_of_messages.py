"""The same messages in any order, repeated, and cut into any batches, give the same state."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.bmw.cardata.wire import decode_message
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.signals.freshness import STALE_AT_LEAST_MS
from bimmerhub.domain.state import VehicleState
from bimmerhub.times import MINUTE_MS
from bimmerhub.views.cars.state import describe_signal

VIN = "WBA00000000000001"
START_MS = 1_788_256_800_000
DISTANCES = [
    "vehicle.travelledDistance",
    "drivetrain.lastRemainingRange",
    "drivetrain.electricEngine.kombiRemainingElectricRange",
    "drivetrain.electricEngine.remainingElectricRange",
    "status.serviceDistance.next",
    "vehicle.avgSpeed",
]
NUMBERS = [
    "drivetrain.batteryManagement.header",
    "trip.segment.end.drivetrain.batteryManagement.hvSoc",
    "powertrain.electric.battery.stateOfCharge.target",
    "drivetrain.fuelSystem.level",
    "drivetrain.batteryManagement.batterySizeMax",
]
WORDS: dict[str, list[object]] = {
    "drivetrain.electricEngine.charging.status": ["CHARGINGACTIVE", "CHARGINGENDED", "CHARGINGINTERRUPTED"],
    "drivetrain.electricEngine.charging.hvStatus": ["CHARGING", "INVALID"],
    "body.chargingPort.status": ["CONNECTED", "DISCONNECTED"],
    "isMoving": [True, False, "ASN_isTrue", 7],
    "cabin.door.status": ["LOCKED", "oldDoorStatus:ASN_locked,newDoorStatus:ASN_unlocked"],
    "cabin.infotainment.displayUnit.distance": ["KM", "miles"],
    "status.checkControlMessages": ["[]", '[{"id": 1}]'],
}
UNCLEAR: list[object] = ["DANCING", "null", "--", None]


def _message(path: str, value: object, unit: str | None, minute: int) -> bytes:
    at = datetime.fromtimestamp((START_MS + minute * MINUTE_MS) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    row = {"timestamp": at, "value": value} | ({} if unit is None else {"unit": unit})
    return json.dumps({"vin": VIN, "timestamp": at, "data": {f"vehicle.{path}": row}}).encode()


MINUTES = st.integers(0, 20) | st.integers(0, 600)
MESSAGES = st.one_of(
    st.builds(
        _message,
        st.sampled_from(DISTANCES),
        st.sampled_from([0, 100, 249, "248", 400.5, None, "many"]),
        st.sampled_from([None, "km", "miles", "-"]),
        MINUTES,
    ),
    st.builds(
        _message,
        st.sampled_from(NUMBERS),
        st.sampled_from([0, 50, 81.5, "0.0", None, "null", "many", True]),
        st.none(),
        MINUTES,
    ),
    st.sampled_from([(path, word) for path, words in WORDS.items() for word in [*words, *UNCLEAR]]).flatmap(
        lambda told: st.builds(_message, st.just(told[0]), st.just(told[1]), st.none(), MINUTES)
    ),
)


def _state(batches: Sequence[Sequence[bytes]]) -> list[bytes]:
    """Return the public state now, while things still go on, and long after."""
    state = VehicleState()
    for batch in batches:
        readings: list[Reading] = []
        for message in batch:
            decoded = decode_message(message, received_at_ms=START_MS)
            readings += [*decoded.readings, *decoded.unclear]
        state.fold(readings)
    moments = (START_MS + minute * MINUTE_MS for minute in (0, 30, 120, 700))
    signals = state.signals()
    answers = [
        {name: describe_signal(signals[name], now_ms=now_ms) for name in sorted(signals)}
        for now_ms in (*moments, START_MS + 100 * STALE_AT_LEAST_MS)
    ]
    return [msgspec.json.encode(answer) for answer in answers] + [str(state.car).encode()]


@given(st.lists(MESSAGES, max_size=30), st.randoms(use_true_random=False), st.integers(1, 7))
def test_any_order_repetition_and_cut_gives_the_same_state(messages: list[bytes], rng: Random, size: int) -> None:
    shuffled = rng.sample(messages, len(messages)) + rng.sample(messages, len(messages) // 2)
    batches = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    assert _state(batches) == _state([messages])
