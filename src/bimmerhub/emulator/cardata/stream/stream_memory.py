"""What the faults of the messages must know of the messages that passed before."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.ids import Gcid, Vin


@dataclass(slots=True, kw_only=True)
class StreamMemory:
    """The memory of one account's stream; `chance` decides about shares.

    `charging` are the cars under charge, `locks` how each car was locked before, and is. `passed_ms` is when a key of a
    car was last sent, and `half_ms` of when the last half of a position was (both milliseconds since 1970 UTC).
    `misplaced` are the pairs of a fault and a car whose last latitude it changed: the longitude that belongs to it
    follows.
    """

    gcid: Gcid
    faults: Faults
    chance: random.Random
    charging: set[Vin] = field(default_factory=set)
    locks: dict[Vin, tuple[str, str]] = field(default_factory=dict)
    passed_ms: dict[tuple[Vin, str], int] = field(default_factory=dict)
    half_ms: dict[Vin, tuple[str, int]] = field(default_factory=dict)
    misplaced: set[tuple[str, Vin]] = field(default_factory=set)

    def note(self, message: StreamMessage) -> None:
        """Note whether the car of a message charges and how it is locked, when the message says so."""
        if message.descriptor == keys.DOORS_LOCK and isinstance(message.value, str):
            _, before = self.locks.get(message.vin, (message.value, message.value))
            self.locks[message.vin] = before, message.value
        if message.descriptor == keys.CHARGING_STATUS:
            (self.charging.add if message.value == "CHARGINGACTIVE" else self.charging.discard)(message.vin)

    def strikes(self, name: str, message: StreamMessage) -> bool:
        """Decide whether a fault with a share strikes a message."""
        share = self.faults.value(name, at_ms=message.sent_at_ms)
        return share is not None and self.chance.random() < share


Change = Callable[[StreamMemory, StreamMessage], StreamMessage | None]
"""What a fault makes of a message: another one, the same object when it does not touch it, None when it is dropped."""
