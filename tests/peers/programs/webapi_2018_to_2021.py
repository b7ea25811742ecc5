"""Drives bimmer_connected 0.5.3 to 0.7.22: signs in, lists cars, reads one car's state, and locks it if told to.

Usage: webapi_2018_to_2021.py USER PASSWORD VIN [lock]. Prints what the library made of the answers, as JSON.
"""

import json
import sys

from bimmer_connected.account import ConnectedDriveAccount
from bimmer_connected.country_selector import Regions

user, password, vin, *commands = sys.argv[1:]
account = ConnectedDriveAccount(user, password, Regions.REST_OF_WORLD)
account.update_vehicle_states()
car = account.get_vehicle(vin)
report = {
    "vins": [vehicle.vin for vehicle in account.vehicles],
    "drive_train": car.drive_train.value,
    "odometer_km": car.state.mileage,
    "position": car.state.gps_position,
    "is_closed": car.state.all_lids_closed and car.state.all_windows_closed,
    "soc_percent": car.state.charging_level_hv,
    "electric_range_km": car.state.remaining_range_electric,
    "charging_status": car.state.charging_status.value,
    "services": [service.service_type for service in car.state.condition_based_services],
    "lock": car.state.door_lock_state.value,
    "reported_at": car.state.timestamp.isoformat(),
}
if hasattr(type(car), "available_state_services"):  # of 0.7.22: it asks for trips, charging profile and more
    report["asked"] = sorted(car.available_state_services)
    report["answered"] = sorted(name for name, answer in car.state.attributes.items() if answer != {})
if commands == ["lock"]:
    status = car.remote_services.trigger_remote_door_lock()
    report["command_states"] = [status.state.value]
    report["lock_after"] = car.state.door_lock_state.value
sys.stdout.write(json.dumps(report))
