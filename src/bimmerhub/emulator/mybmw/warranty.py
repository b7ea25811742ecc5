"""`/eadrax-bsics/v2/warrantyplans/{vin}`: how long the car is under warranty. Terms are invented."""

import datetime as dt

from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle

YEARS, MOST_KM = 3, 200_000


def describe_warranty(vehicle: AccountVehicle) -> dict[str, object]:
    """Return the warranty of a car: three years from when it was built."""
    truth = vehicle.truth
    year, month = truth.equipment.built
    ends_on, today = dt.date(year + YEARS, month, 1), utc_moment(truth.at_ms).date()
    left_days = (ends_on - today).days
    left_km = MOST_KM - round(truth.odometer_km)
    state = "ACTIVE" if left_days > 0 and left_km > 0 else "EXPIRED"
    return {
        "globalState": state,
        "warrantyList": [
            {
                "contractType": "WARRANTY",
                "state": state,
                "description": "New vehicle warranty",
                "dateCondition": {
                    "daysToExpire": max(0, left_days),
                    "endDate": ends_on.isoformat(),
                    "state": "ACTIVE" if left_days > 0 else "EXPIRED",
                },
                "distanceCondition": {
                    "distanceToExpire": max(0, left_km),
                    "endDistance": MOST_KM,
                    "state": "ACTIVE" if left_km > 0 else "EXPIRED",
                },
            }
        ],
    }
