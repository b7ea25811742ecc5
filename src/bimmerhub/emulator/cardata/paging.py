"""The tokens that lead from one page to the next: opaque, bound to their query, and not for ever.

What BMW puts in, and how long it holds, is not published; that an old one is refused is (BMW guide: CU-125).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

import msgspec

from bimmerhub.emulator.cardata.refusals import CarDataRefusal
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.times import HOUR_MS

_LIFETIME_MS = HOUR_MS
_SEAL_BYTES = 16


class _Content(msgspec.Struct, array_like=True):
    query: list[str]
    after: int
    issued_at_ms: int


class PageTokens:
    """Issues tokens and reads them back."""

    def __init__(self, *, clock: EmulatorClock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self._key = secrets.token_bytes(32)

    def issue(self, query: Sequence[str], *, after: int) -> str:
        """Return a token for the page that begins after `after`, a number that only the caller understands."""
        content = msgspec.json.encode(_Content(list(query), after, self._clock.now_ms()))
        return base64.urlsafe_b64encode(self._seal(content) + content).rstrip(b"=").decode()

    def read(self, token: str, query: Sequence[str]) -> int:
        """Return the `after` that a token was issued with.

        CarDataRefusal CU-125 for one older than an hour, CU-401 for one that is no token of this query (inferred).
        """
        if self._faults.take("page-token-expired"):
            raise CarDataRefusal("CU-125", "Begin again with the first page.")
        content = self._opened(token)
        if content is None or content.query != list(query):
            raise CarDataRefusal("CU-401", "nextToken does not belong to this request.")
        if self._clock.now_ms() - content.issued_at_ms > _LIFETIME_MS:
            raise CarDataRefusal("CU-125", "Begin again with the first page.")
        return content.after

    def _opened(self, token: str) -> _Content | None:
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):  # ValueError: letters beyond ASCII
            return None
        seal, content = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(content)):
            return None
        return msgspec.json.decode(content, type=_Content)

    def _seal(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, hashlib.sha256)[:_SEAL_BYTES]
