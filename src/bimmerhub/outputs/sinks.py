"""Which way of sending an address means."""

from urllib.parse import urlsplit

from bimmerhub.errors import ConfigError
from bimmerhub.outputs.desktop import Desktop
from bimmerhub.outputs.sink import Sink
from bimmerhub.outputs.webhook import Webhook

DESKTOP = "desktop"


def open_sink(address: str) -> Sink:
    """Return the sink of an address: `desktop`, an http(s) address (a webhook), or what apprise understands.

    ConfigError when it is none of them; the address itself is not in the message, for it may hold a secret.
    """
    if address == DESKTOP:
        return Desktop()
    if "://" not in address:
        raise ConfigError(
            "a place to send notices to is `desktop` or an address with ://",
            hint="Such as https://example.org/hook, or one of apprise's: ntfy://topic",
        )
    if address.partition("://")[0].lower() in {"http", "https"}:
        return _webhook(address)
    from bimmerhub.outputs.apprise import AppriseSink  # noqa: PLC0415 - few need it

    sink = AppriseSink(address)
    sink.check()
    return sink


def _webhook(address: str) -> Webhook:
    try:
        parts = urlsplit(address)
        is_whole = bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:  # an odd bracket, a port that is no number, a name that DNS cannot hold
        is_whole = False
    if not is_whole:
        raise ConfigError("the address of a webhook has no host", hint="Such as https://example.org/hook")
    return Webhook(address)
