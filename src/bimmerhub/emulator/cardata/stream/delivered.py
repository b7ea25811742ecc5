"""Records what was really delivered: the messages that went to a connected subscriber, as ground truth for tests."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bimmerhub.emulator.cardata.stream.capture_lines import as_json, encode_capture_line
from bimmerhub.errors import StoreError
from bimmerhub.ids import Gcid, Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One message that a subscriber was sent at `at_ms` (milliseconds since 1970 UTC of the emulator's clock)."""

    gcid: Gcid
    vin: Vin
    at_ms: int
    payload: bytes

    def to_line(self) -> bytes:
        """Return it as a line of a capture file, its end included; a payload that is no JSON stands in it as a text."""
        return encode_capture_line(as_json(self.payload), gcid=self.gcid, vin=self.vin, received_at_ms=self.at_ms)


OnDelivered = Callable[[Delivered], None]


@contextlib.contextmanager
def recording(path: Path | None, on_delivered: OnDelivered | None) -> Iterator[OnDelivered | None]:
    """Return a callback that writes each delivered message to a file and passes it on to `on_delivered`.

    `path` None: no file; None is returned when nobody wants to know. The file is begun anew. StoreError when it cannot
    be opened.
    """
    if path is None:
        yield on_delivered
        return
    try:
        file = path.open("wb")
    except OSError as error:
        raise StoreError(f"the record cannot be written: {error.strerror}", hint=f"Look at {path}.") from error

    def record(message: Delivered) -> None:
        file.write(message.to_line())
        if on_delivered is not None:
            on_delivered(message)

    with file:
        yield record
