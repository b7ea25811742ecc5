"""The least that a hub of these libraries can weigh: all that `bimmerhub run` loads, and nothing of ours.

`python -m bench.skeleton` serves an empty FastAPI application over an open SQLite file, prints its port as JSON and
waits for the end of its input. What `bimmerhub run` needs beyond it is bimmerhub's own.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from pathlib import Path

import aiohttp
import argon2
import cryptography.fernet
import fastapi
import filelock
import jwt
import msgspec
import platformdirs
import prometheus_client
import typer
import uvicorn
import uvloop

LIBRARIES = (argon2, cryptography.fernet, filelock, jwt, msgspec, platformdirs, prometheus_client, typer)
CACHE_KIB = 8_192


async def main() -> None:
    """Serve until the input ends."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "empty.sqlite3")
        connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA cache_size = -{CACHE_KIB}; CREATE TABLE t (a);")
        server = uvicorn.Server(uvicorn.Config(fastapi.FastAPI(), port=0, log_config=None))
        async with aiohttp.ClientSession(), asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(server.serve())
            while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag only
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            print(json.dumps({"port": port, "libraries": len(LIBRARIES)}), flush=True)
            await asyncio.to_thread(sys.stdin.read)
            server.should_exit = True
            await serving


if __name__ == "__main__":
    uvloop.run(main())
