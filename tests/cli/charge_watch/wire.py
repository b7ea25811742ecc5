"""What lies between a program and the emulator, to be cut or to fall silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Wire:
    """While `is_cut` it takes connections and ends them at once; while `hangs` it takes all, and lets nothing back."""

    port: int = 0
    is_cut: bool = False
    cuts: int = 0
    hanging: int = 0
    """How many requests wait for an answer that does not come."""
    _target_port: int = 0
    _answers: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def hangs(self) -> bool:
        return not self._answers.is_set()

    def hang(self) -> None:
        """Let nothing back from now on."""
        self._answers.clear()

    def answer(self) -> None:
        """Let through what there is, and all that comes."""
        self._answers.set()

    @asynccontextmanager
    async def to(self, target_port: int) -> AsyncIterator[None]:
        """Listen while the block runs."""
        self.answer()
        self._target_port = target_port
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            self.answer()
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            self.cuts += 1
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pump(reader, far_writer))
            tasks.create_task(self._pump(far_reader, writer, goes_back=True))

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, goes_back: bool = False
    ) -> None:
        try:
            while data := await reader.read(65_536):
                if goes_back and self.hangs:
                    self.hanging += 1
                    await self._answers.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
