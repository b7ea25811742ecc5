"""A query that a client forgot to encode is read, whatever its bytes."""

import asyncio

from bimmerhub.emulator.app import Emulator


async def test_any_bytes_of_a_query_have_an_answer(emulator: Emulator) -> None:
    info = emulator.info
    for path in (b"/customers/vehicles/mappings", b"/link/", b"/nowhere"):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(info.base_url.rpartition(":")[2]))
        writer.write(b"GET " + path + b"?a=\xad\xf4&b=%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        status = int((await reader.readline()).split()[1])
        writer.close()
        assert status < 500
