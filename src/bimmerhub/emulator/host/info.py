"""What a client needs to know to reach the emulator: the answer of `bimmerhub emulator --json`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from bimmerhub.ids import Gcid, Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleInfo:
    """One simulated car. `drivetrain` is BEV, PHEV, MHEV or ICE."""

    vin: Vin
    model: str
    drivetrain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyInfo:
    """One family of BMW's interfaces.

    `base_url` stands for the address of BMW's host, `api_path` is below it; `auth_url` stands for the host of the
    sign-in, `sign_in_path` is below it. `hosts` are BMW's own, with `--as-bmw`; `regions` are hosts by region (row, na,
    cn), if it has any. `client_id`, `client_secret`, `redirect_uri` and `subscription_key` are those of a program that
    is always accepted; "" where a family knows no such thing.
    """

    base_url: str
    api_path: str
    auth_url: str
    sign_in_path: str
    hosts: tuple[str, ...]
    regions: Mapping[str, str]
    client_id: str
    client_secret: str
    redirect_uri: str
    subscription_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorInfo:
    """Addresses and the first account. `http_url` is None with `https`, `https_url` without. `families` are by id."""

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
    families: Mapping[str, FamilyInfo]

    @property
    def base_url(self) -> str:
        """The address of the HTTP listener, whichever it is."""
        return self.control_url.removesuffix(CONTROL_PATH)

    def to_json(self) -> dict[str, object]:
        """Return the same as an object of JSON values."""
        families = {name: {**asdict(family), "hosts": list(family.hosts)} for name, family in self.families.items()}
        return {**asdict(self), "vehicles": [asdict(vehicle) for vehicle in self.vehicles], "families": families}


CONTROL_PATH = "/_emulator"
