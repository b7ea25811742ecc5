"""What one car can be busy with, in one hand for those who direct it: its people and the commands."""

from dataclasses import dataclass

from bimmerhub.emulator.cars.doings.driving import Driving
from bimmerhub.emulator.cars.doings.parking import Parking
from bimmerhub.emulator.cars.doings.plugging import Plugging
from bimmerhub.emulator.cars.doings.refuelling import Tank


@dataclass(frozen=True, slots=True, kw_only=True)
class Activities:
    """The activities of one car; they share its body and its voice."""

    driving: Driving
    plugging: Plugging
    parking: Parking
    tank: Tank
