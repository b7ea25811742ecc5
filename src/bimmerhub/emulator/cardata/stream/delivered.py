"""What was really delivered: the messages that went to a connected subscriber, as ground truth for tests."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bimmerhub.emulator.cardata.voice.message import iso_millis
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
        """Return it as a line of a capture file, end included.

        A payload that is no JSON stands in it as a text, with what is no UTF-8 as backslash escapes.
        """
        payload = self.payload if _is_json(self.payload) else _as_text(self.payload)
        head = f'{{"received_at":"{iso_millis(self.at_ms)}","topic":"{self.gcid}/{self.vin}","payload":'
        return head.encode() + payload + b"}\n"


OnDelivered = Callable[[Delivered], None]


@contextlib.contextmanager
def recording(path: Path | None, also: OnDelivered | None) -> Iterator[OnDelivered | None]:
    """Give what tells a file (None: no file), and `also`, of each message; None when nobody wants to know.

    The file is begun anew. StoreError when it cannot be opened.
    """
    if path is None:
        yield also
        return
    try:
        file = path.open("wb")
    except OSError as error:
        raise StoreError(f"the record cannot be written: {error.strerror}", hint=f"Look at {path}.") from error

    def record(message: Delivered) -> None:
        file.write(message.to_line())
        if also is not None:
            also(message)

    with file:
        yield record


def _is_json(payload: bytes) -> bool:
    try:
        json.loads(payload)
    except ValueError:  # bytes that are not UTF-8 included
        return False
    return True


def _as_text(payload: bytes) -> bytes:
    return json.dumps(payload.decode(errors="backslashreplace")).encode()
