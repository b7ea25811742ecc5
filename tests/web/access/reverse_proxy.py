"""A reverse proxy, as a program of its own: it passes requests on as nginx does, set up well, by default, or silent.

    python reverse_proxy.py UPSTREAM_PORT MODE CLIENT

It prints its port. MODE is `documented` (as docs/how-to/reverse-proxy.md has it), `default` (nginx without settings: in
HTTP/1.0, with the address of the upstream as Host) or `silent` (in HTTP/1.1, without a word). CLIENT is the address
that it says the request came from. One request a connection.
"""

import asyncio
import sys
from contextlib import suppress

PASSED_ON_FROM_OUTSIDE = ("connection", "x-forwarded-for", "x-forwarded-proto", "forwarded")


def rewrite(head: bytes, mode: str, client: str, upstream: str) -> bytes:
    """Return the head of a request as the proxy sends it."""
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = [line.partition(":")[::2] for line in lines]
    headers = [(name, value.strip()) for name, value in headers]
    version = "1.0" if mode == "default" else "1.1"
    if mode == "documented":
        headers = [(name, value) for name, value in headers if name.lower() not in PASSED_ON_FROM_OUTSIDE]
        headers += [("X-Forwarded-For", client), ("X-Forwarded-Proto", "https")]
    else:
        headers = [(name, value) for name, value in headers if name.lower() not in {"connection", "host"}]
        headers.append(("Host", upstream))
    headers.append(("Connection", "close"))
    text = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{method} {target} HTTP/{version}\r\n{text}\r\n".encode("latin-1")


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until it ends."""
    with suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
        writer.close()


async def main(port: int, mode: str, client: str) -> None:
    """Serve until the process is ended."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            above_reader, above_writer = await asyncio.open_connection("127.0.0.1", port)
            above_writer.write(rewrite(head, mode, client, f"127.0.0.1:{port}"))
            async with asyncio.TaskGroup() as tasks:
                asking = tasks.create_task(pipe(reader, above_writer))
                tasks.create_task(pipe(above_reader, writer)).add_done_callback(lambda _: asking.cancel())

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
