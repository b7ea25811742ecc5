"""Reads answered in this process, from the data directory."""

from typing import TypeVar

from typing_extensions import override

from bimmerhub.cli.reads.port import Read, Reads
from bimmerhub.cli.reads.stored import Stored

T = TypeVar("T")


class StoreReads(Reads):
    """Calls the views on what is stored."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    @override
    async def read(self, wanted: Read[T]) -> T:
        return await wanted.view(self._stored)

    @override
    async def now_ms(self) -> int:
        return await self._stored.now_ms()
