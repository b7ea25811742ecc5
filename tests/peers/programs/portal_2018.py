"""Drives bimmer_connected 0.3.0: signs in at the portal, lists cars, reads one car's state and locks it.

Usage: portal_2018.py USER PASSWORD VIN lock. Prints what the library made of the answers, as JSON.
"""

import json
import sys
import time

from bimmer_connected.account import ConnectedDriveAccount
from bimmer_connected.remote_services import ExecutionState

user, password, vin, _ = sys.argv[1:]
account = ConnectedDriveAccount(user, password, "Germany")
car = account.get_vehicle(vin)
car.update_state()
report = {
    "vins": [vehicle.vin for vehicle in account.vehicles],
    "drive_train": car.drive_train.value,
    "tank_capacity_l": float(car.specs.TANK_CAPACITY),
    "odometer_km": car.state.mileage,
    "unit_of_length": car.state.unit_of_length,
    "fuel_l": car.state.remaining_fuel,
    "fuel_range_km": car.state.remaining_range_fuel,
    "position": car.state.gps_position,
    "is_closed": car.state.all_lids_closed and car.state.all_windows_closed,
    "lock": car.state.door_lock_state.value,
    "reported_at": car.state.timestamp.isoformat(),
}
states = [car.remote_services.trigger_remote_door_lock().state]
deadline_s = time.monotonic() + 60
while states[-1] is not ExecutionState.EXECUTED and time.monotonic() < deadline_s:
    time.sleep(1)
    states.append(car.remote_services.get_remote_service_status().state)
car.update_state()
report["command_states"] = [state.value for state in states]
report["lock_after"] = car.state.door_lock_state.value
sys.stdout.write(json.dumps(report))
