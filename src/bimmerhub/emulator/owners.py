"""The fictitious owners: a BMW account each, with its CarData client and its cars."""

from dataclasses import dataclass, field
from enum import StrEnum

from bimmerhub.ids import Gcid

FIRST_GCID = Gcid("11111111-2222-3333-4444-555555555555")


class Service(StrEnum):
    """What the portal lets an owner subscribe a client to; each one adds a scope (BMW's guide)."""

    API = "api"
    STREAM = "stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedAccount:
    """One fictitious BMW account with its one CarData client and its cars.

    `user` and `password` are for the sign-in page. `client_id` is a lower-case UUID, as BMW's are. `services` is what
    the client is subscribed to. `models` names the simulated cars, in order (`cars.MODELS`).
    """

    user: str = "anna@example.com"
    password: str = field(default="emulator", repr=False)
    gcid: Gcid = FIRST_GCID
    client_id: str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    services: frozenset[Service] = frozenset(Service)
    models: tuple[str, ...] = ("bev", "phev", "ice")
