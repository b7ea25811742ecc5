"""Simulated cars: pure and deterministic, no clock, no sockets, no files, and none of a service's words.

`garage.py` is the way in: it holds the cars of an account, advances their time and takes commands. `truth.py` is what
one can know of a car at a moment, `telematics.py` what a car reports by itself. The folders: `models/` which cars there
are, `world/` where they live, `machine/` what they are made of, `doings/` what is done with them.
"""

from bimmerhub.emulator.cars.garage import CarIdentity, Garage
from bimmerhub.emulator.cars.models.car_models import MODELS
from bimmerhub.emulator.cars.telematics import Report
from bimmerhub.emulator.cars.truth import CarTruth

__all__ = ["MODELS", "CarIdentity", "CarTruth", "Garage", "Report"]
