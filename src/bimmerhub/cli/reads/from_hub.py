"""Reads answered by a running hub."""

from typing import TypeVar

from typing_extensions import override

from bimmerhub.cli.arguments.time_words import fetch_now_ms
from bimmerhub.cli.hub_access.hub_client import HubClient
from bimmerhub.cli.reads.port import Read, Reads
from bimmerhub.hub.config import HubConfig

T = TypeVar("T")


class HubReads(Reads):
    """Asks the hub's API and decodes the shapes that its views have."""

    def __init__(self, client: HubClient, settings: HubConfig) -> None:
        self._client = client
        self._settings = settings

    @override
    async def read(self, wanted: Read[T]) -> T:
        return await self._client.fetch(wanted.path, wanted.shape, query=wanted.query)

    @override
    async def now_ms(self) -> int:
        return await fetch_now_ms(self._settings)
