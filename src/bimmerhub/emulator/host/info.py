"""What a client needs to know to reach the emulator: the answer of `bimmerhub emulator --json`."""

from dataclasses import asdict, dataclass

from bimmerhub.ids import Gcid, Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleInfo:
    """One simulated car. `drivetrain` is BEV, PHEV, MHEV or ICE."""

    vin: Vin
    model: str
    drivetrain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorInfo:
    """Addresses and the first account. `http_url` is None with `https`, `https_url` without."""

    http_url: str | None
    https_url: str | None
    mqtt_host: str
    mqtt_port: int
    ca_file: str
    client_id: str
    gcid: Gcid
    user: str
    password: str
    vehicles: tuple[VehicleInfo, ...]
    control_url: str

    @property
    def base_url(self) -> str:
        """The address of the HTTP listener, whichever it is."""
        return self.control_url.removesuffix(CONTROL_PATH)

    def to_json(self) -> dict[str, object]:
        """Return the same as an object of JSON values."""
        return {**asdict(self), "vehicles": [asdict(vehicle) for vehicle in self.vehicles]}


CONTROL_PATH = "/_emulator"
