"""Follow the signals of every car over the API of a running hub.

    python follow_hub.py [http://127.0.0.1:8080]

This is what an integration for a home-automation system does: read the state of each car once, then take each change
from the hub's server-sent events. When the connection breaks it resumes after the last event. When the hub says that
events were lost (`gap`), the state is read again. With a password on the hub, set HUB_TOKEN to an API token.
Ctrl-C ends it.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp

RETRY_S = 2


def show(vin: str, name: str, signal: dict[str, Any]) -> None:
    """Print one signal; a home-automation system would set an entity here."""
    value = "no value" if signal["value"] is None else f"{signal['value']} {signal['unit'] or ''}".rstrip()
    print(f"{vin} {name} = {value} ({signal['measured_at']})", flush=True)


async def read_state(hub: aiohttp.ClientSession) -> None:
    """Print every signal that every car has reported."""
    async with hub.get("api/v1/vehicles") as answer:
        vehicles = (await answer.json())["items"]
    for vehicle in vehicles:
        async with hub.get(f"api/v1/vehicles/{vehicle['vin']}/state") as answer:
            for name, signal in (await answer.json())["signals"].items():
                show(vehicle["vin"], name, signal)


async def events(hub: aiohttp.ClientSession, headers: dict[str, str]) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Yield kind and data of each event until the connection ends; remembers the last id in `headers`."""
    async with hub.get("api/v1/events", params={"kind": "signal"}, headers=headers) as answer:
        kind = "message"
        async for line in answer.content:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                kind = value
            elif field == "id":
                headers["Last-Event-ID"] = value
            elif field == "data":
                yield kind, json.loads(value)


async def follow(hub: aiohttp.ClientSession) -> None:
    """Print the state and then each change, for ever."""
    headers: dict[str, str] = {}
    try:
        await read_state(hub)
    except aiohttp.ClientConnectionError as error:
        sys.exit(f"No hub answers ({error}). Start one, or name its address: python follow_hub.py http://HOST:PORT")
    while True:
        with suppress(aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
            async for kind, data in events(hub, headers):
                if kind == "gap":
                    await read_state(hub)
                else:
                    show(data["vin"], data["name"], data)
        await asyncio.sleep(RETRY_S)


async def main(address: str) -> None:
    token = os.environ.get("HUB_TOKEN")
    async with aiohttp.ClientSession(
        base_url=address.rstrip("/") + "/",
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60),  # an idle stream speaks every 15 s
        raise_for_status=True,
    ) as hub:
        await follow(hub)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"))
