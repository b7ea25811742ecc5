"""A change of a charging profile through the desk: of the car's profile as it is now, sent once, told anew after it."""

from dataclasses import replace

import pytest
from tests.hub.commands.conftest import Workshop, states

from bimmerhub.bmw.car_commands.charging_profile import read_charging_profile
from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.profile_change import ProfileChange, TimerChange
from bimmerhub.errors import BmwUnavailable, ConfigError

DELAYED = ProfileChange(charging_start="DELAYED_CHARGING")


def order(change: ProfileChange) -> CommandOrder:
    return CommandOrder(kind=CommandKind.CHARGING_PROFILE, profile_change=change)


async def test_only_what_is_named_changes_and_the_new_profile_is_told(workshop: Workshop) -> None:
    for vin in workshop.vins:
        before = workshop.truth(vin).profile
        assert before is not None
        was = before.is_delayed
        start = "IMMEDIATE_CHARGING" if was else "DELAYED_CHARGING"
        async with workshop.start() as desk:
            command = await workshop.run(desk, order(ProfileChange(charging_start=start)), vin=vin)
        assert (states(command)[-1], command.details) == ("executed", {"charging_start": start})
        assert workshop.truth(vin).profile == replace(before, is_delayed=not was)
        newest = workshop.told[-1]
        assert (newest.subject, newest.kind) == (vin, "charging_profile")
        assert read_charging_profile(newest.body.encode()).charging_start == start


async def test_what_the_cars_shape_lacks_is_refused_and_not_sent(workshop: Workshop) -> None:
    [two_timers] = [vin for vin in workshop.vins if workshop.truth(vin).profile.override is None]  # type: ignore[union-attr]
    single = ProfileChange(timers=(TimerChange(timer="override_timer", departure="07:00"),))
    async with workshop.start() as desk:
        with pytest.raises(ConfigError, match="no override_timer"):
            await workshop.run(desk, order(single), vin=two_timers)
    assert await workshop.audit() == [("page", "command_asked"), ("page", "command_refused")]
    assert await workshop.store.commands.commands(limit=9) == []


async def test_without_the_profile_of_now_nothing_is_sent(workshop: Workshop) -> None:
    before = workshop.truth().profile
    workshop.fault("profile-500")
    async with workshop.start() as desk:
        with pytest.raises(BmwUnavailable):
            await workshop.run(desk, order(DELAYED))
    assert (workshop.truth().profile, workshop.told) == (before, [])
