"""How fast commands to cars go their way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSettings:
    """Seconds of the emulator's clock from the request: until a car has got a command, until it has done it.

    A car that cannot be reached is tried again every `retry_s` until `give_up_s`. Programs gave up after 60 to 240 s;
    that a reachable car takes some seconds is inferred.
    """

    delivered_s: float = 2.0
    executed_s: float = 5.0
    retry_s: float = 15.0
    give_up_s: float = 180.0
