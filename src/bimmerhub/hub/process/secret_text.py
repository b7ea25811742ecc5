"""Secrets in the settings: the text itself, or where it is kept, so that config.toml can be shown to others."""

import os
from pathlib import Path

from bimmerhub.errors import ConfigError


def read_secret(text: str, *, setting: str) -> str:
    """Return the secret that a setting means: `env:NAME` a variable, `file:PATH` the first line of a file, else itself.

    ConfigError, naming the setting and never the secret, when it is not there.
    """
    kind, _, place = text.partition(":")
    if kind == "env":
        if place not in os.environ:
            raise ConfigError(f"{setting}: there is no variable {place}")
        check_text(os.environ[place], name=place)
        return os.environ[place]
    if kind == "file":
        try:
            return Path(place).expanduser().read_text("utf-8").partition("\n")[0].rstrip("\r")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{setting}: cannot read {place}: {error}") from error
    return text


def check_text(value: str, *, name: str) -> None:
    """Refuse a variable whose bytes are no UTF-8, which nothing could send on: ConfigError, without the value."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ConfigError(
            f"the variable {name} is not UTF-8", hint="Set it anew, or set the terminal to UTF-8"
        ) from error
