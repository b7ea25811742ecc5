"""Renews the tokens of a file at the emulator, which keeps its answer back; the test kills it meanwhile."""

import asyncio
import sys

from bimmerhub.bmw.cardata import Endpoints, TokenFile
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.http import open_session
from bimmerhub.bmw.tokens.fresh_tokens import Tokens


async def work(path: str, url: str, client_id: str) -> None:
    file = TokenFile(path)
    stored = await file.load()
    assert stored is not None
    async with open_session() as session:
        endpoints = Endpoints(auth_url=url)
        tokens = Tokens(client_id=client_id, store=file, endpoints=endpoints, session=session, clock=SystemClock())
        await tokens.refresh(stored)


asyncio.run(work(*sys.argv[1:]))
