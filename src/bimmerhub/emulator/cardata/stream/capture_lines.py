"""Lines of a capture file: one message each, with when and under which topic a client got it."""

import json

from bimmerhub.ids import Gcid, Vin
from bimmerhub.times import format_time


def encode_capture_line(payload: bytes, *, gcid: Gcid, vin: Vin, received_at_ms: int) -> bytes:
    """Return one line in the wrapped form, its end included; `payload` has to be JSON."""
    head = f'{{"received_at":"{format_time(received_at_ms)}","topic":"{gcid}/{vin}","payload":'
    return head.encode() + payload + b"}\n"


def as_json(payload: bytes) -> bytes:
    """Return a payload unchanged when it is JSON, else as a JSON text; bytes that are not UTF-8 become escapes."""
    try:
        json.loads(payload)
    except (ValueError, RecursionError):  # bytes that are not UTF-8 included
        return json.dumps(payload.decode(errors="backslashreplace")).encode()
    return payload
