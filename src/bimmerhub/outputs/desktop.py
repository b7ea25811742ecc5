"""Messages on this machine's own desktop: Linux by `notify-send`, macOS by `osascript`, which each brings along."""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from html import escape

from typing_extensions import override

from bimmerhub.child_environment import environment_for_others
from bimmerhub.outputs.sink import CannotSend, OutgoingMessage, Sink

_APPLE_SCRIPT = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
"""The texts are arguments, so that nothing in them can become script; one that begins with a dash needs the `--`."""


class Desktop(Sink):
    """The desktop of whoever runs this. CannotSend where there is none: a server, a container."""

    @property
    @override
    def name(self) -> str:
        return "the desktop"

    @override
    async def send(self, message: OutgoingMessage) -> None:
        line = _command_line(message)
        program = shutil.which(line[0]) if line else None
        if program is None:
            raise CannotSend("there is no desktop here to show notices on", hint="Name another way: --notify URL")
        try:
            process = await asyncio.create_subprocess_exec(
                program,
                *line[1:],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment_for_others(os.environ),
            )
        except OSError as error:
            raise CannotSend(f"{line[0]} cannot be started: {error.strerror}") from error
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if code:
            raise CannotSend(f"{line[0]} finds no desktop to show notices on", hint="Name another way: --notify URL")


def _command_line(message: OutgoingMessage) -> Sequence[str]:
    if sys.platform == "darwin":
        return ("osascript", "-e", _APPLE_SCRIPT, "--", message.title, message.text)
    if sys.platform == "win32":
        return ()
    text = escape(message.text, quote=False)  # of the text, not of the title, desktops read a few of HTML's marks
    return ("notify-send", "--app-name=bimmerhub", "--", message.title, text)
