"""Every knob of the emulator, with its default and its reason."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bimmerhub.emulator.cardata.stream.stream_server import StreamSettings
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.ids import Gcid

_DAY_S = 86_400
_GCID = Gcid("11111111-2222-3333-4444-555555555555")


class Service(StrEnum):
    """What the portal lets an owner subscribe a client to; each one adds a scope (BMW's guide)."""

    API = "api"
    STREAM = "stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One fictitious BMW account with its one CarData client and its cars.

    `user` and `password` are for the sign-in page. `client_id` is a lower-case UUID, as BMW's are. `services` is what
    the client is subscribed to. `models` names the simulated cars, in order (`cars.MODELS`).
    """

    user: str = "anna@example.com"
    password: str = field(default="emulator", repr=False)
    gcid: Gcid = _GCID
    client_id: str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    services: frozenset[Service] = frozenset(Service)
    models: tuple[str, ...] = ("bev", "phev", "ice")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorSettings:
    """How one emulator behaves.

    Where it is:
        `host` is a loopback address. `http_port` and `mqtt_port` 0 mean any free port. `https` serves HTTP over TLS
        (MQTT always is); `as_bmw` does too, and answers under BMW's own host names. `data_dir` keeps certificates,
        tokens, containers, what was done in the portal, quota and the cars' lives over a restart; None: a temporary
        directory that goes with the emulator. `keys_dir` keeps certificates and the signing key elsewhere, so that
        several emulators can share them; None: in `data_dir`.

    Time and cars:
        `speed` is how fast its clock runs (0: stands still). `now_ms` is what the clock says at the start
        (milliseconds since 1970 UTC; None: the machine's time). `seed` decides everything about the cars.
        `history_days` is how long before now they began to live, when they are new. `history_file` gets what they sent
        up to now, as a capture; after a restart only what they sent since it stopped in good order. `is_demo` sees to
        it that one car drives and one charges.

    Rules of BMW's that can be changed (defaults as observed by clients 2025-2026):
        `subscription_delay_s` is how long a change in the portal takes until it counts and until the next one is
        allowed; `stream` holds the broker's rules; `poll_interval_s` between two asks for a token; `device_code_s`,
        `access_token_s`, `id_token_s` and `refresh_token_s` are lifetimes; `quota_per_day` REST calls an account may
        make in one UTC day; `container_limit` containers an account may have, deleted ones included until they are
        purged after `container_purge_days`; `has_images` False makes every image CU-126. `faults` are the misbehaviours
        that are on from the start or will be; `fault_table` is a file with more of them.

    For tests:
        `delivered_file` gets each message that was sent to a connected subscriber, as a line of a capture.
    """

    host: str = "127.0.0.1"
    http_port: int = 8090
    mqtt_port: int = 9000
    https: bool = False
    as_bmw: bool = False
    data_dir: Path | None = None
    keys_dir: Path | None = None

    speed: float = 1.0
    now_ms: int | None = None
    seed: int = 1
    history_days: float = 0.0
    history_file: Path | None = None
    is_demo: bool = False

    accounts: tuple[AccountSettings, ...] = (AccountSettings(),)

    stream: StreamSettings = field(default_factory=StreamSettings)
    subscription_delay_s: float = 60.0
    poll_interval_s: int = 5
    device_code_s: int = 300
    access_token_s: int = 3_600
    id_token_s: int = 3_600
    refresh_token_s: int = 14 * _DAY_S
    quota_per_day: int = 50
    container_limit: int = 10
    container_purge_days: int = 29
    has_images: bool = True
    faults: tuple[FaultSwitch, ...] = ()
    fault_table: Path | None = None

    delivered_file: Path | None = None
