"""The key `vehicle.vehicleIdentification.connectedDriveContractList`: the contracts of a car, by REST only.

BMW's catalogue says only that its times look like `2027-03-01 00:00:00 UTC`. That it is a list in JSON as
conditionBasedServices is one, with the fields of the customer archive, is inferred.
"""

import json

from bimmerhub.emulator.cardata.voice.message import BackendValue
from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.host.moments import utc_moment

CONTRACTS = "vehicle.vehicleIdentification.connectedDriveContractList"
CONTRACT_NAMES = ("ConnectedDrive Services", "Remote Services", "Teleservices")


def list_contracts(truth: CarTruth) -> BackendValue:
    """Return the contracts, running or ended, as of when they last changed."""
    connection = truth.connection
    contracts = [
        {
            "name": name,
            "status": "ACTIVE" if connection.has_contract else "EXPIRED",
            "start": _format_time(connection.contract_from_ms),
            "end": _format_time(connection.contract_until_ms),
        }
        for name in CONTRACT_NAMES
    ]
    changed_ms = connection.contract_from_ms if connection.has_contract else connection.contract_until_ms
    return BackendValue(value=json.dumps(contracts), unit=None, measured_at_ms=changed_ms)


def _format_time(at_ms: int) -> str:
    return f"{utc_moment(at_ms):%Y-%m-%d %H:%M:%S} UTC"
