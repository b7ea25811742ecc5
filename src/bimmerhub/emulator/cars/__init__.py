"""Simulated cars: pure and deterministic, no clock, no sockets, no files."""

from bimmerhub.emulator.cardata.voice.message import BackendValue, CarInfo, StreamMessage
from bimmerhub.emulator.cars.car_models import MODELS
from bimmerhub.emulator.cars.garage import Garage

__all__ = ["MODELS", "BackendValue", "CarInfo", "Garage", "StreamMessage"]
