"""Messages by any of the services that the library apprise knows: Telegram, ntfy, Pushover, mail and many more.

The library is imported when the first message goes out: it takes a while, and few need it.
"""

import asyncio
import logging
import threading
from collections.abc import Callable

from typing_extensions import override

from bimmerhub.errors import ConfigError
from bimmerhub.outputs.sink import OutgoingMessage, SendFailed, Sink


class AppriseSink(Sink):
    """One address in apprise's notation."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    @override
    def name(self) -> str:
        return f"{self._url.partition('://')[0]}:// (apprise)"

    def check(self) -> None:
        """Raise ConfigError when apprise does not understand the address; nothing is sent. Imports apprise."""
        from apprise import Apprise  # noqa: PLC0415 - slow to import

        _hush()
        if not Apprise().add(self._url):
            raise ConfigError(
                f"apprise does not understand the address {self.name}",
                hint="Its services and how they are written: https://appriseit.com/services/",
            )

    @override
    async def send(self, message: OutgoingMessage) -> None:
        if not await _in_own_thread(lambda: self._send(message)):
            raise SendFailed(f"{self.name} did not take the message")

    def _send(self, message: OutgoingMessage) -> bool:
        from apprise import Apprise, NotifyFormat  # noqa: PLC0415 - slow to import

        _hush()
        service = Apprise()
        service.add(self._url)
        return service.notify(title=message.title, body=message.text, body_format=NotifyFormat.TEXT) is True


def _hush() -> None:
    """Keep apprise and what it sends by from logging: whole addresses, with the secrets in them, and answers."""
    for name in ("apprise", "urllib3", "requests", "requests_oauthlib", "paho"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


async def _in_own_thread(work: Callable[[], bool]) -> bool:
    """Return what blocking work returns.

    In a thread that the end of the process does not wait for, unlike those of `asyncio.to_thread`: apprise may sit in
    a request for many seconds, and Ctrl-C is to end the program at once.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bool] = loop.create_future()

    def tell(result: bool) -> None:  # noqa: FBT001 - an answer, not a flag
        if not done.cancelled():
            done.set_result(result)

    def run() -> None:
        result = work()  # apprise logs what its services raise; a thread that ends so is noticed by the deadline
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, result)

    threading.Thread(target=run, name="apprise", daemon=True).start()
    return await done
