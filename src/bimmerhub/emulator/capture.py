"""Writes a capture file: what the simulated cars would have sent, without a network."""

from dataclasses import dataclass
from pathlib import Path

from bimmerhub.emulator.cars.garage import Garage


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureCounts:
    """How much a capture holds."""

    messages: int
    vehicles: int
    start_ms: int
    end_ms: int
    bytes_written: int


def write_capture(garage: Garage, *, days: float, out: Path, truth: Path | None = None) -> CaptureCounts:
    """Write `days` of stream messages to `out`."""
    raise NotImplementedError
