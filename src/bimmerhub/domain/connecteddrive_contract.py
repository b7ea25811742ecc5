"""ConnectedDrive contracts, as BMW tells them by REST."""

import re
from datetime import UTC, datetime

from bimmerhub.domain.reading import Value
from bimmerhub.ids import Descriptor

CONTRACTS = Descriptor("vehicle.vehicleIdentification.connectedDriveContractList")

_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})")


def derive_contract_end(value: Value) -> datetime | None:
    """Return when the contract that lasts longest ends or ended, None when the value holds no time.

    BMW's catalogue says of this key only that its times look like `2027-03-01 00:00:00 UTC`; its form is not known. So
    the latest of all times in it counts: no contract ends before it begins.
    """
    if not isinstance(value, str):
        return None
    ends = []
    for day, clock in _TIME.findall(value):
        try:
            ends.append(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC))
        except ValueError:
            continue
    return max(ends, default=None)
