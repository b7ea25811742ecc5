"""The activities of one car, gathered for its habits and for commands."""

from dataclasses import dataclass

from bimmerhub.emulator.cars.doings.driving import Driving
from bimmerhub.emulator.cars.doings.parking import Parking
from bimmerhub.emulator.cars.doings.plugging import Plugging
from bimmerhub.emulator.cars.doings.refuelling import Refuelling
from bimmerhub.emulator.cars.doings.service_calls import ServiceCalling


@dataclass(frozen=True, slots=True, kw_only=True)
class Activities:
    """What one car can do; all of it works on one body and reports through one telematics unit."""

    driving: Driving
    plugging: Plugging
    parking: Parking
    refuelling: Refuelling
    calling: ServiceCalling
