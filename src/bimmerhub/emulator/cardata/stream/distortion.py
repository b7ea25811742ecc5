"""How the faults of the messages change a value on its way through BMW's cloud, or drop it."""

import random
from collections.abc import Mapping

from bimmerhub.emulator.cardata.stream.position_changes import POSITION_CHANGES
from bimmerhub.emulator.cardata.stream.stream_memory import Change, StreamMemory
from bimmerhub.emulator.cardata.stream.value_changes import SELDOM, VALUE_CHANGES
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.ids import Gcid

_CHANGES: Mapping[str, Change] = {**VALUE_CHANGES, **POSITION_CHANGES}


class Distortion:
    """The faults that change or keep back single values of one account's cars; `chance` decides about shares."""

    def __init__(self, gcid: Gcid, *, faults: Faults, chance: random.Random) -> None:
        self._faults = faults
        self._memory = StreamMemory(gcid=gcid, faults=faults, chance=chance)

    def distort(self, message: StreamMessage) -> StreamMessage | None:
        """Return the message as it is sent by the faults of its time, None when it is not."""
        self._memory.note(message)
        on = self._faults.on(at_ms=message.sent_at_ms)
        changed: StreamMessage | None = message
        for name, change in _CHANGES.items() if on else ():
            if name in on and changed is not None:
                changed = self._change(name, change, changed)
        if changed is not None and changed.descriptor in SELDOM:
            self._memory.passed_ms[changed.vin, changed.descriptor] = changed.sent_at_ms
        return changed

    def _change(self, name: str, change: Change, message: StreamMessage) -> StreamMessage | None:
        changed = change(self._memory, message)
        if changed is message:
            return message
        return changed if self._faults.take(name, at_ms=message.sent_at_ms) else message
