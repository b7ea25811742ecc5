"""A change of a car's charging profile, made of the profile that the car has now.

BMW takes whole profiles only. One that was stored hours ago may have been changed in the car since.
"""

from dataclasses import replace

from bimmerhub.bmw.car_commands.charging_profile import encode_charging_profile, read_charging_profile
from bimmerhub.bmw.car_commands.charging_profile_change import change_profile
from bimmerhub.domain.command_order import CommandOrder
from bimmerhub.domain.documents import CHARGING_PROFILE
from bimmerhub.errors import BmwRefused
from bimmerhub.hub.feeds.families.family_client import FamilyCar

NO_PROFILE = "no_profile"
"""Our own `code` in BmwRefused: BMW tells no charging profile of this car."""


async def with_fresh_profile(car: FamilyCar, order: CommandOrder, *, force: bool) -> CommandOrder:
    """Return the order with the whole profile to send; an order without a change as it is. One call to BMW.

    BmwRefused when the car's own list says that it takes none (`force` tries all the same) or BMW tells of none;
    ConfigError for a change that this profile cannot have. Nothing was sent.
    """
    if order.profile_change is None or car.takes_profile_changes:
        return order
    refusal = None if force else car.refusal(order.kind)
    if refusal is not None:
        raise refusal
    answer = await car.fetch_document(CHARGING_PROFILE)
    if not answer.documents:
        raise BmwRefused("BMW tells no charging profile of this car; nothing was sent", code=NO_PROFILE)
    profile = read_charging_profile(answer.documents[0].body.encode())
    return replace(order, profile=encode_charging_profile(change_profile(profile, order.profile_change)))
