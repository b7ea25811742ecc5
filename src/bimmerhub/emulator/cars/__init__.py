"""Simulated cars: pure and deterministic, no clock, no sockets, no files."""

from bimmerhub.emulator.cars.garage import Garage
from bimmerhub.emulator.cars.message import BackendValue, CarInfo, StreamMessage

__all__ = ["BackendValue", "CarInfo", "Garage", "StreamMessage"]
