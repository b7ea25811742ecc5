"""Whoever folds the signal events has the state that the API gives, whatever comes and whatever is taken back."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hub.conftest import NOW_MS, SOC, VIN, reading
from tests.new_stores import open_sqlite

from bimmerhub.domain.events import Event, SignalChanged
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.store.ports.overlays import REJECTED, RELEASED, Overlay
from bimmerhub.times import HOUR_MS
from bimmerhub.views.cars.state import SignalAnswer, view_state
from bimmerhub.views.events import SignalEvent, describe_event
from bimmerhub.views.viewer import OWNER

LATER_MS = NOW_MS + 100 * HOUR_MS
KEYS = [SOC, *ODOMETERS, "vehicle.isMoving", "vehicle.drivetrain.electricEngine.kombiRemainingElectricRange"]
READINGS = st.builds(
    lambda key, hour, value: reading(value, descriptor=key, at_ms=NOW_MS + hour * HOUR_MS),
    st.sampled_from([*KEYS, *ODOMETERS]),
    st.integers(0, 2),
    st.sampled_from([10, 31, 50_000, None]),
)
# A step brings readings; then all odometer readings so far may be rejected or released.
STEPS = st.lists(
    st.tuples(st.lists(READINGS, min_size=1, max_size=3), st.sampled_from([None, None, REJECTED, RELEASED])),
    min_size=1,
    max_size=12,
)


def overlay(kind: str, item: Reading) -> Overlay:
    body = json.dumps({"descriptor": item.descriptor, "unit": item.unit, "value": item.value})
    return Overlay(vin=VIN, kind=kind, at_ms=item.measured_at_ms, body=body, made_by="owner", made_at_ms=1)


def fold(state: dict[str, SignalAnswer], events: Sequence[Event]) -> None:
    """Do what a client does with each event."""
    for event in events:
        if isinstance(event, SignalChanged):
            answer = describe_event(event, now_ms=LATER_MS)
            assert isinstance(answer, SignalEvent)
            signal = {name: getattr(answer, name) for name in SignalAnswer.__struct_fields__}
            state[answer.name] = SignalAnswer(**signal)
            if answer.quality == "withdrawn":
                assert answer.value is None
                del state[answer.name]


async def check(steps: list[tuple[list[Reading], str | None]]) -> None:
    folded: dict[str, SignalAnswer] = {}
    with tempfile.TemporaryDirectory() as directory:
        async with open_sqlite(Path(directory) / "store.db") as store:
            live = LiveVehicles()
            live.introduce(Vehicle(vin=VIN))
            ingest = Ingest(
                store,
                fold=live.fold,
                tell=lambda events: fold(folded, events),
                introduce=live.introduce,
                reload=lambda vin: live.reload(store, vin),
            )
            judged: list[Reading] = []
            for readings, kind in steps:
                judged += [item for item in readings if item.descriptor in ODOMETERS and item.value is not None]
                overlays = [] if kind is None else [overlay(kind, item) for item in judged]
                arrival = Arrival(
                    place="stream", payload=b"", received_at_ms=NOW_MS, readings=readings, overlays=overlays
                )
                await ingest.take([arrival], origin=Origin.STREAM)
                assert folded == (await view_state(OWNER, live, VIN, now_ms=LATER_MS)).signals
            again = LiveVehicles()
            await again.load(store, [Vehicle(vin=VIN)])
            assert folded == (await view_state(OWNER, again, VIN, now_ms=LATER_MS)).signals


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_state_folded_from_events_is_the_state_of_the_api(steps: list[tuple[list[Reading], str | None]]) -> None:
    asyncio.run(check(steps))


def test_a_signal_whose_only_reading_is_rejected_is_withdrawn() -> None:
    item = reading(50_000, descriptor=ODOMETERS[0])
    asyncio.run(check([([item], None), ([item], REJECTED), ([item], RELEASED)]))
