"""Messages as JSON to an address of the person's own: `POST`, any 2xx answer is a receipt."""

from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
from typing_extensions import override

from bimmerhub.outputs.sink import OutgoingMessage, SendFailed, Sink

ID_HEADER = "Idempotency-Key"
"""Names the message: one whose receipt was lost comes again with the same."""


class Webhook(Sink):
    """An http or https address. Redirects are not followed: they would turn a POST into a GET."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    @override
    def name(self) -> str:
        return f"the webhook at {urlsplit(self._url).hostname}"

    @override
    async def send(self, message: OutgoingMessage) -> None:
        headers = {"Content-Type": "application/json", ID_HEADER: message.id}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(self._url, data=bytes(message.document), headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
        except ValueError as error:  # also a host, user or password that cannot be spelt in a request
            raise SendFailed(f"{self.name}: that is no address") from error
        except aiohttp.ClientError as error:
            raise SendFailed(f"{self.name} cannot be reached") from error
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise SendFailed(f"{self.name} answers {status}")
