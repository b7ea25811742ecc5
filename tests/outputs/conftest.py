"""A receiver on loopback that notes each message, and answers as it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from aiohttp import web

from bimmerhub.outputs.sink import OutgoingMessage


@dataclass
class Receiver:
    """`statuses` are for the next answers; then it is 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    tries: int = 0
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, count: int) -> None:
        """Return once so many messages have come."""
        async with asyncio.timeout(20), self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) >= count)

    async def handle(self, request: web.Request) -> web.Response:
        self.tries += 1
        body = await request.read()
        if self.statuses and (status := self.statuses.pop(0)) != 204:
            return web.Response(status=status, headers={"Location": "/elsewhere"})
        assert request.content_type == "application/json"
        self.received.append(json.loads(body))
        self.ids.append(request.headers["Idempotency-Key"])
        async with self._arrived:
            self._arrived.notify_all()
        return web.Response(status=204)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    noted = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", noted.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    noted.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook?token=secret"
    yield noted
    await runner.cleanup()


def message(number: int = 1) -> OutgoingMessage:
    document = msgspec.Raw(msgspec.json.encode({"number": number}))
    return OutgoingMessage(id=f"id-{number}", title="i3 …0001", text=f"Charge level {number} %", document=document)
