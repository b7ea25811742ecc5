"""Where one emulator is reached, what it keeps, and how its clock runs."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSettings:
    """The emulator as a program on this machine.

    `address` is a loopback address; `http_port` and `mqtt_port` 0 mean any free port. `https` serves HTTP over TLS
    (MQTT always is); `as_bmw` does too, and answers under BMW's own host names, also at `china_port`
    (None: nowhere), for BMW's Chinese host has another port. `data_dir` keeps certificates, tokens,
    containers, what was done in the portal, quota and the cars' lives over a restart; None: a temporary directory that
    goes with the emulator. `keys_dir` keeps certificates and the signing key elsewhere, so that several emulators can
    share them; None: in `data_dir`. `speed` is how fast the clock runs (0: it stands still), `now_ms` what it says at
    the start (milliseconds since 1970 UTC; None: the machine's time).
    """

    address: str = "127.0.0.1"
    http_port: int = 8090
    mqtt_port: int = 9000
    https: bool = False
    as_bmw: bool = False
    china_port: int | None = None
    data_dir: Path | None = None
    keys_dir: Path | None = None
    speed: float = 1.0
    now_ms: int | None = None

    @property
    def is_tls(self) -> bool:
        """Whether HTTP is served over TLS."""
        return self.https or self.as_bmw
