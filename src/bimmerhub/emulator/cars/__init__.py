"""Simulated cars: pure and deterministic, no clock, no sockets, no files."""

from bimmerhub.emulator.cars.garage import Garage
from bimmerhub.emulator.cars.message import BackendValue, CarInfo, StreamMessage
from bimmerhub.emulator.cars.models import MODELS

__all__ = ["MODELS", "BackendValue", "CarInfo", "Garage", "StreamMessage"]
