"""A viewer sees the cars that they may see, and no view promises a privacy that it does not keep."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.events import AccountLinkChanged, Event, SignalChanged
from bimmerhub.domain.reading import Source
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import NotFound
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.views.cars.state import view_state
from bimmerhub.views.cars.vehicles import find_vehicle, view_vehicle, view_vehicles
from bimmerhub.views.event_ring import EventRing
from bimmerhub.views.viewer import OWNER, STRANGER, Viewer

MINE = Vin("WBY00000000000042")
OTHER = Vin("WMW00000000000303")
GUEST = Viewer(role="stranger", vins=frozenset({MINE}), location="exact", naming="vin")
SIGNAL = SignalValue(
    name="soc_percent",
    value=64,
    unit="%",
    measured_at_ms=0,
    descriptor=Descriptor("d"),
    source=Source.STREAM,
    quality="measured",
)


class TwoCars:
    """Two vehicles without readings, and no pictures."""

    def vehicles(self) -> Sequence[Vehicle]:
        return [Vehicle(vin=MINE), Vehicle(vin=OTHER)]

    def state(self, vin: Vin) -> Mapping[str, SignalValue] | None:
        return {} if vin in {MINE, OTHER} else None

    def car_facts(self, _: Vin) -> CarFacts:
        return CarFacts()

    def has_image(self, vin: Vin) -> bool:
        return vin == MINE

    async def image(self, vin: Vin) -> bytes | None:
        return b"PNG" if vin == MINE else None


CARS = TwoCars()


@pytest.mark.parametrize(("viewer", "vins"), [(OWNER, [MINE, OTHER]), (GUEST, [MINE]), (STRANGER, [])])
async def test_viewer_is_shown_their_cars_only(viewer: Viewer, vins: list[Vin]) -> None:
    assert [vehicle.vin for vehicle in (await view_vehicles(viewer, CARS, CARS)).items] == vins


async def test_other_cars_are_as_if_they_were_not_there() -> None:
    unknown = Vin("WBY00000000000099")
    with pytest.raises(NotFound) as missing:
        find_vehicle(OWNER, CARS, unknown)
    with pytest.raises(NotFound) as hidden:
        find_vehicle(GUEST, CARS, OTHER)
    assert str(hidden.value) == str(missing.value).replace(unknown[-4:], OTHER[-4:])
    for view in (view_vehicle(GUEST, CARS, CARS, OTHER), view_state(GUEST, CARS, OTHER, now_ms=0)):
        with pytest.raises(NotFound):
            await view


async def test_events_of_other_cars_and_of_accounts_are_left_out() -> None:
    ring = EventRing(now_ms=lambda: 1)
    state = Link(account="home", family=Family.CARDATA, state=LinkState.CONNECTED, reason="", hint=None, since_ms=0)
    link = AccountLinkChanged(link=state)
    mine: Event = SignalChanged(vin=MINE, signal=SIGNAL)
    with ring.read(GUEST) as reader:
        ring.publish([SignalChanged(vin=OTHER, signal=SIGNAL), link, mine])
        batch = await reader.next_batch()
    assert batch is not None
    assert [entry.event for entry in batch.entries] == [mine]


def test_privacy_that_no_view_keeps_is_refused() -> None:
    with pytest.raises(ValueError, match="blur"):
        replace(OWNER, location="town")
    with pytest.raises(ValueError, match="blur"):
        replace(GUEST, naming="key")
