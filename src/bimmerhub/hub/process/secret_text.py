"""Secrets in the settings: the text itself, or where it is kept, so that config.toml can be shown to others."""

import os
import unicodedata
from pathlib import Path

from bimmerhub.errors import ConfigError
from bimmerhub.files import read_regular_file


def read_secret(text: str, *, setting: str) -> str:
    """Return the secret that a setting means: `env:NAME` a variable, `file:PATH` the first line of a file, else itself.

    ConfigError, naming the setting and never the secret, when it is not there.
    """
    kind, _, place = text.partition(":")
    if kind == "env":
        secret = os.environ.get(place) if place.isprintable() else None
        if secret is None:
            raise ConfigError(f"{setting}: there is no variable {place[:80]}", hint="Set it, or name another one")
        check_text(secret, name=place)
        check_shown(secret, name=f"the variable {place}, which {setting} names,")
        return secret
    if kind == "file":
        secret = _first_line(place, setting=setting)
        check_shown(secret, name=f"the first line of {place}, which {setting} names,")
        return secret
    return text


def _first_line(place: str, *, setting: str) -> str:
    try:
        content = read_regular_file(Path(place).expanduser())
        return content.partition(b"\n")[0].decode().rstrip("\r")
    except (OSError, RuntimeError, UnicodeDecodeError) as error:  # RuntimeError: a ~ that nobody knows
        reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
        raise ConfigError(
            f"{setting}: cannot read {place[:200]}: {reason}", hint="Name a text file whose first line it is"
        ) from error


def check_text(value: str, *, name: str) -> None:
    """Refuse a variable whose bytes are no UTF-8, which nothing could send on: ConfigError, without the value."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ConfigError(  # the error that was caught has the value in it
            f"the variable {name} is not UTF-8", hint="Set it anew, or set the terminal to UTF-8"
        ) from None


def check_shown(value: str, *, name: str) -> None:
    """Refuse a text with a control character or half a surrogate pair in it: ConfigError, without the value."""
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs"}:
            raise ConfigError(
                f"{name} holds the character U+{ord(character):04X}, which cannot be meant", hint="Write it anew"
            )
