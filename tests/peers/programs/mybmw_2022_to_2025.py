"""Drives bimmer_connected 0.9.6 to 0.17.4: signs in as the MyBMW app, reads one car, and has it obey.

Usage: mybmw_2022_to_2025.py USER PASSWORD VIN REGION [lock]. Prints what the library made of the answers, as JSON.
"""

import asyncio
import inspect
import json
import sys
import uuid
from typing import Any

from bimmer_connected.account import MyBMWAccount
from bimmer_connected.api.regions import Regions
from bimmer_connected.vehicle.vehicle import VehicleViewDirection


async def report(user: str, password: str, vin: str, region: str, *commands: str) -> dict[str, object]:
    wants_captcha = "hcaptcha_token" in inspect.signature(MyBMWAccount).parameters
    captcha = {"hcaptcha_token": str(uuid.uuid4())} if wants_captcha else {}
    account = MyBMWAccount(user, password, Regions(region), **captcha)
    account.set_observer_position(50.7, 6.1)
    await account.get_vehicles()
    car = account.get_vehicle(vin)
    energy = car.fuel_and_battery
    has_battery = energy.remaining_battery_percent is not None
    seen = {
        "vins": [vehicle.vin for vehicle in account.vehicles],
        "odometer_km": car.mileage.value,
        "position": list(car.vehicle_location.location),
        "is_closed": car.doors_and_windows.all_lids_closed and car.doors_and_windows.all_windows_closed,
        "soc_percent": energy.remaining_battery_percent,
        "electric_range_km": energy.remaining_range_electric.value,
        "charging_status": energy.charging_status.value if has_battery else None,
        "fuel_l": energy.remaining_fuel.value,
        "lock": car.doors_and_windows.door_lock_state.value,
    }
    views = [view for view in VehicleViewDirection if view.value != "UNKNOWN"]
    pictures = {view.name: await car.get_vehicle_image(view) for view in views}
    seen["asked"] = list(pictures)
    seen["answered"] = [name for name, png in pictures.items() if png.startswith(b"\x89PNG")]
    return {**seen, **(await obey(car) if commands else {})}


async def obey(car: Any) -> dict[str, object]:
    services = car.remote_services
    events = [await services.trigger_remote_door_lock(), await services.trigger_remote_vehicle_finder()]
    events.append(await services.trigger_send_poi({"lat": 50.7, "lon": 6.1, "name": "Cathedral"}))
    found = {"lock_after": car.doors_and_windows.door_lock_state.value}
    if hasattr(services, "trigger_charging_settings_update") and car.is_remote_set_target_soc_enabled:
        events.append(await services.trigger_charging_settings_update(target_soc=65, ac_limit=10))
        found["charging_target"] = car.fuel_and_battery.charging_target
    found["command_states"] = [event.state.value for event in events]
    return found


sys.stdout.write(json.dumps(asyncio.run(report(*sys.argv[1:]))))
