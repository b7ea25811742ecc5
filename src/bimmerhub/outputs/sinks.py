"""Which way of sending an address means."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from bimmerhub.domain.hosts import PLAIN_HINT, is_in_the_clear
from bimmerhub.errors import ConfigError
from bimmerhub.outputs.desktop import Desktop
from bimmerhub.outputs.sink import Sink
from bimmerhub.outputs.webhook import Webhook

DESKTOP = "desktop"


PLAIN_APPRISE: Final = frozenset({"form", "json", "xml"})
"""What apprise sends by `http://` to any host; with an s behind it by `https://`."""


def open_sink(address: str, *, plain_hosts: Collection[str] = ()) -> Sink:
    """Return the sink of an address: `desktop`, an http(s) address (a webhook), or what apprise understands.

    ConfigError when it is none of them, or leads to another machine unencrypted, other than the `plain_hosts` of a lab.
    The address itself is not in the message, for it may hold a secret.
    """
    if address == DESKTOP:
        return Desktop()
    if "://" not in address:
        raise ConfigError(
            "a place to send notices to is `desktop` or an address with ://",
            hint="Such as https://example.org/hook, or one of apprise's: ntfy://topic",
        )
    scheme, _, rest = address.partition("://")
    if scheme.lower() in {"http", "https"}:
        return _webhook(address, plain_hosts)
    if scheme.lower() in PLAIN_APPRISE:
        _refuse_the_clear(f"http://{rest}", plain_hosts)
    from bimmerhub.outputs.apprise import AppriseSink  # noqa: PLC0415 - few need it

    sink = AppriseSink(address)
    sink.check()
    return sink


def _webhook(address: str, plain_hosts: Collection[str]) -> Webhook:
    try:
        parts = urlsplit(address)
        is_whole = bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:  # an odd bracket, a port that is no number, a name that DNS cannot hold
        is_whole = False
    if not is_whole:
        raise ConfigError("the address of a webhook has no host", hint="Such as https://example.org/hook")
    _refuse_the_clear(address, plain_hosts)
    return Webhook(address)


def _refuse_the_clear(address: str, plain_hosts: Collection[str]) -> None:
    try:
        is_refused = is_in_the_clear(address, plain_hosts=plain_hosts)
    except ValueError:  # no address: apprise says so
        return
    if is_refused:
        raise ConfigError("notices would go to another machine unencrypted, by http://", hint=PLAIN_HINT)
