"""How BMW answers an account, in forms and closed words only, and how that differs from the emulator's answers.

No test of this project meets BMW: what it knows of BMW's answers is second-hand. Where an owner's report differs from
the emulator, one of both is wrong, and that is what is wanted.
"""

from typing import Annotated, Final, Protocol

import msgspec

from bimmerhub.ids import Vin
from bimmerhub.views.fields import Time
from bimmerhub.views.ports.commands import Asker
from bimmerhub.views.viewer import Viewer

WIRE_LEFT_OUT: Final = (
    "VINs, account ids, client ids, codes and tokens",
    "values: of each only its kind, or the word when it is out of one of BMW's lists",
    "headers' values, but for formats and numbers",
    "addresses, and names of members that are not made of words known here",
)
Kinds = dict[str, list[str]]
"""What is at each path of a body: `telematicData.{descriptor}.value` is `number in text` or `null`."""


class WireExchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request, by what was asked for, and the form of its answer. `error` says why there was none."""

    asked: str
    method: str
    status: int | None
    code: Annotated[str | None, msgspec.Meta(description="BMW's own, such as CU-104 or authorization_pending")]
    took_ms: int
    body_bytes: int
    headers: dict[str, str]
    body: Kinds
    words: Annotated[Kinds, msgspec.Meta(description="words of BMW's lists, by path")]
    error: str | None = None


class WireStream(msgspec.Struct, frozen=True, kw_only=True):
    """The login to the stream and what came. `not_asked` says why it was left alone."""

    not_asked: str | None = None
    took_ms: int | None = None
    connack_code: int | None = None
    connack: dict[str, str] = {}
    suback_code: int | None = None
    listened_s: float = 0
    messages: int = 0
    topics: list[str] = []
    body: Kinds = {}
    words: Kinds = {}
    ended: Annotated[str | None, msgspec.Meta(description="how the connection ended by itself")] = None


class WireAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How one account was answered."""

    family: str
    made_at: Time
    version: str
    exchanges: list[WireExchange]
    stream: WireStream | None
    not_asked: Annotated[list[str], msgspec.Meta(description="what was left out, and why")]
    left_out: list[str]


class WireRecords(Protocol):
    """Records how BMW answers."""

    async def record(self, account: str, *, vin: Vin | None, stream_s: float, asker: Asker) -> WireAnswer:
        """Ask for everything that changes nothing, once, and return the forms of the answers; nothing is stored.

        Of CarData each operation is one of the day's calls. `vin` is the car that is asked about, None for none;
        `stream_s` is how long the stream is listened to, 0 for not at all. ConfigError for an unknown account.
        """
        ...


async def record_wire(
    viewer: Viewer, records: WireRecords, account: str, *, vin: Vin | None, stream_s: float, asker: Asker
) -> WireAnswer:
    """Return how BMW answers an account; minutes, where there is much to ask."""
    viewer.require_owner()
    return await records.record(account, vin=vin, stream_s=stream_s, asker=asker)
