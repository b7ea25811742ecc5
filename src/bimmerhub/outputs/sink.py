"""A way to send messages, as those who send see it."""

from typing import Protocol

import msgspec

from bimmerhub.errors import BimmerhubError


class SendFailed(BimmerhubError):
    """A message did not get through; it is tried again. The text names neither address nor secret."""

    hint = "It is tried again until it goes through."


class CannotSend(BimmerhubError):
    """There is nothing here to send with: the message is dropped, for it will be of no use later."""


class OutgoingMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell, for a person to read (`title`, `text`) and for a program (`document`, JSON).

    `id` is the same whenever the same thing is sent again. No VIN is in title and text but its last four.
    """

    id: str
    title: str
    text: str
    document: msgspec.Raw


class Sink(Protocol):
    """One place that messages go to. `name` is how logs call it: without secrets."""

    @property
    def name(self) -> str:
        """How logs call it."""
        ...

    async def send(self, message: OutgoingMessage) -> None:
        """Return once the other side has the message; SendFailed or CannotSend when it has not.

        The caller sets a deadline.
        """
        ...
