"""Words, times and distances that the older services write alike. Cars live in Central European time."""

from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.cars.models.equipment import Equipment
from bimmerhub.emulator.cars.truth import Openings
from bimmerhub.emulator.cars.workshop import ServiceDue
from bimmerhub.emulator.cars.world.localtime import utc_offset_ms
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.times import HOUR_MS

MILES_PER_KM = 0.621371


def local_time(at_ms: int) -> str:
    """Return a time like 2020-05-05T18:00:00+0200, local and without a colon in the offset."""
    offset_ms = utc_offset_ms(at_ms)
    return f"{utc_moment(at_ms + offset_ms):%Y-%m-%dT%H:%M:%S}+{offset_ms // HOUR_MS:02}00"


def utc_time(at_ms: int) -> str:
    """Return a time like 2020-05-05T16:00:00, in UTC and without saying so."""
    return f"{utc_moment(at_ms):%Y-%m-%dT%H:%M:%S}"


def miles(km: float) -> int:
    """Return whole miles."""
    return round(km * MILES_PER_KM)


def drive_train_of(car: CarIdentity, equipment: Equipment) -> str:
    """Return CONV, PHEV, BEV or BEV_REX."""
    if car.drivetrain == "BEV":
        return "BEV" if equipment.engine is None else "BEV_REX"
    return "PHEV" if car.drivetrain == "PHEV" else "CONV"


def door_state(name: str, openings: Openings) -> str:
    """Return how a door or lid stands."""
    if name not in openings.open_names:
        return "CLOSED"
    return "INTERMEDIATE" if name in openings.ajar_names else "OPEN"


def service_state(due: ServiceDue) -> str:
    """Return how urgent a service is."""
    return "OVERDUE" if due.is_overdue else "PENDING" if due.is_near else "OK"
