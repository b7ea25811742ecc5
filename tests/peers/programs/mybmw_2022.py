"""Drives bimmer_connected 0.8.12: signs in as the MyBMW app of early 2022, reads one car, locks and finds it.

Usage: mybmw_2022.py USER PASSWORD VIN REGION [lock]. Prints what the library made of the answers, as JSON.
"""

import json
import sys

from bimmer_connected.account import ConnectedDriveAccount
from bimmer_connected.country_selector import Regions
from bimmer_connected.vehicle import VehicleViewDirection

user, password, vin, region, *commands = sys.argv[1:]
regions = {"row": Regions.REST_OF_WORLD, "na": Regions.NORTH_AMERICA}
account = ConnectedDriveAccount(user, password, regions[region])
account.set_observer_position(50.7, 6.1)
account.update_vehicle_states()
car = account.get_vehicle(vin)
has_battery = "charging_level_hv" in car.available_attributes
report = {
    "vins": [vehicle.vin for vehicle in account.vehicles],
    "odometer_km": car.status.mileage[0],
    "position": car.status.gps_position,
    "is_closed": car.status.all_lids_closed and car.status.all_windows_closed,
    "soc_percent": car.status.charging_level_hv if has_battery else None,
    "electric_range_km": car.status.remaining_range_electric[0] if has_battery else None,
    "charging_status": car.status.charging_status.value if has_battery else None,
    "fuel_l": None if has_battery else car.status.remaining_fuel[0],
    "lock": car.status.door_lock_state.value,
}
asked = {view: car.get_vehicle_image(view) for view in VehicleViewDirection}
report["asked"] = [view.name for view in asked]
report["answered"] = [view.name for view, picture in asked.items() if picture.startswith(b"\x89PNG")]
if commands == ["lock"]:
    done = [car.remote_services.trigger_remote_door_lock(), car.remote_services.trigger_remote_vehicle_finder()]
    report["command_states"] = [status.state.value for status in done]
    report["lock_after"] = car.status.door_lock_state.value
sys.stdout.write(json.dumps(report))
