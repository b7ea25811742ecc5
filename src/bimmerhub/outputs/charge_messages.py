"""What a car's charge log has to tell, as a message."""

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from bimmerhub.domain.charge_log import ChargeNotice
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.outputs.sink import OutgoingMessage
from bimmerhub.plain_text import one_line
from bimmerhub.views.cars.charge_log import describe_notice

FOLDER: Final = "charge-watch"
"""In the data directory: a file for each car."""


def charge_log_file(data_dir: Path, vin: Vin) -> Path:
    """Return where a car's charge log keeps what it told, and what waits to be sent."""
    return data_dir / FOLDER / f"{hashlib.sha256(vin.encode()).hexdigest()[:16]}.json"


def to_message(vin: Vin, notice: ChargeNotice, *, car: str) -> OutgoingMessage:
    """Return the message of a notice. `car` names the car for a person: its model."""
    answer = describe_notice(vin, notice)
    cause = f"{vin} {notice.kind} {notice.at_ms} {notice.steps_percent}"
    return OutgoingMessage(
        id=hashlib.sha256(cause.encode()).hexdigest()[:32],
        title=one_line(f"{car} {mask_vin(vin)}"),
        text=one_line(answer.text),
        document=msgspec.Raw(msgspec.json.encode(answer)),
    )
