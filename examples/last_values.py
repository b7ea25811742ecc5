"""Print the last value that BMW has of some descriptors, also while the car is asleep.

    python last_values.py

Costs one REST call for the list of cars, one for the container (two the first time) and one for each car.
"""

import asyncio

from account import open_cardata
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Descriptor

DESCRIPTORS = [
    Descriptor("vehicle.drivetrain.batteryManagement.header"),
    Descriptor("vehicle.drivetrain.fuelSystem.level"),
    Descriptor("vehicle.vehicle.travelledDistance"),
]


async def main() -> None:
    async with open_cardata() as cardata:
        ensured = await cardata.containers.ensure(DESCRIPTORS)
        for vehicle in await cardata.fetch_vehicles():
            print(vehicle.vin)
            for container_id in ensured.ids:
                decoded = await vehicle.fetch_telematic_data(container_id)
                for reading in decoded.readings:
                    print(f"  {reading.descriptor}: {reading.value} {reading.unit or ''} at {reading.measured_at}")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except BimmerhubError as error:
        raise SystemExit(f"{error}\n{error.hint or ''}") from error
