"""The rules of CarData's stream that can be changed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SecondSession = Literal["evict-old", "refuse-new"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """The broker's rules; a fault of the same name goes before them while it is on.

    `second_session` says what a second connection of an account does: "evict-old" ends the first, "refuse-new" is
    refused (both observed). `keeps_alive_rule` closes a client after one and a half times its keep-alive without a
    packet; with `keep_alive_cap_s` a longer keep-alive counts as that many seconds (50 gives the drops each 75 s that
    clients with 60 and 120 s observed; nobody is told of the cap). More than `connects_per_minute` of one address are
    refused by 151, in MQTT 3.1.1 by 5 (that 5 is inferred), until it is silent for a minute; None: no limit, for BMW's
    is not known. `accepts_tls_1_2`: BMW's broker refuses it since 2026-02-05 (JjyKsi/bmw-cardata-ha#131,
    kvanbiesen/bmw-cardata-ha#203). `has_stream` False refuses every subscription, as when no stream is configured in
    the portal. All times go by the emulator's clock, and a clock that jumps misses keep-alives.

    For tests: `delivered_file` gets each message that was sent to a connected subscriber, as a line of a capture.
    """

    second_session: SecondSession = "evict-old"
    keeps_alive_rule: bool = True
    keep_alive_cap_s: int | None = None
    connects_per_minute: int | None = None
    accepts_tls_1_2: bool = False
    has_stream: bool = True
    delivered_file: Path | None = None
