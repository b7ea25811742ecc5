"""The variables of the old charge logger, which read them from a `.env` file in the folder where it was started.

`.env` counts only when AUTH_CLIENT_ID is in it. Then its USERNAME and PASSWORD win over the environment, for the system
has a USERNAME of its own; all else of the environment wins, as it did for the old program.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bimmerhub.errors import ConfigError
from bimmerhub.files import read_regular_file
from bimmerhub.hub.process.secret_text import check_shown, check_text
from bimmerhub.times import DAY_MS

DEFAULT_INTERVAL_S: Final = 60.0
SHORTEST_INTERVAL_MS: Final = 1_000
LONGEST_INTERVAL_MS: Final = DAY_MS
DECISIVE: Final = "AUTH_CLIENT_ID"
"""Who has this one means the old program's variables."""
DOCUMENTED: Final[Mapping[str, str]] = {
    "AUTH_BASE_URL": "https://customer.bmwgroup.com/gcdm/oauth/authenticate",
    "AUTH_REDIRECT_URI": "https://www.bmw-connecteddrive.com/app/default/static/external-dispatch.html",
    "CONNECTED_DRIVE_BASE_URL": "https://www.bmw-connecteddrive.com/api/",
}
"""What clients of the portal (2015-2019) name; each can be left out."""
_MISSPELT: Final = {"CONNECTED_DRIVEBASE_URI": "CONNECTED_DRIVE_BASE_URL"}
"""One module of the old program had another name for it."""
_NAMES: Final = (
    DECISIVE,
    "USERNAME",
    "PASSWORD",
    "VEHICLE_IDENTIFICATION_NUMBER",
    "LOG_INTERVAL",
    *DOCUMENTED,
    *_MISSPELT,
)
_OF_THE_FILE_FIRST: Final = ("USERNAME", "PASSWORD")
_LINE: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.*?)\s*")
_COMMENT: Final = re.compile(r"\s+#.*")
_MOST_DIGITS: Final = 12
_LARGEST_FILE_BYTES: Final = 1 << 20
_FILE_HINT: Final = "It holds lines NAME=VALUE; start in another folder where it is not meant."


@dataclass(frozen=True, slots=True, kw_only=True)
class OldProgram:
    """What the old program was told, by its own names. `vins` are those to log, none for the only one."""

    variables: Mapping[str, str] = field(repr=False)
    vins: tuple[str, ...]
    interval_s: float


def read_old_variables(environment: Mapping[str, str], folder: Path) -> OldProgram | None:
    """Return what the variables say, None when AUTH_CLIENT_ID is nowhere; an address that is missing is as documented.

    ConfigError when name or password are missing, when LOG_INTERVAL is no time, `.env` cannot be read, or a variable is
    not UTF-8.
    """
    values = _collect(environment, read_env_file(folder / ".env"))
    if DECISIVE not in values:
        return None
    missing = [name for name in _OF_THE_FILE_FIRST if name not in values]
    if missing:
        raise ConfigError(
            f"{DECISIVE} is set, but not {' and '.join(missing)}",
            hint="Set them in the same place, as for the old charge logger",
        )
    for name, text in values.items():
        check_text(text, name=name)
        check_shown(text, name=f"the variable {name}")
    misspelt = {name: values[old] for old, name in _MISSPELT.items() if old in values}
    return OldProgram(
        variables={**DOCUMENTED, **misspelt, **values},
        vins=tuple(values.get("VEHICLE_IDENTIFICATION_NUMBER", "").upper().replace(",", " ").split()),
        interval_s=_interval_s(values.get("LOG_INTERVAL")),
    )


def has_old_variables(environment: Mapping[str, str], folder: Path) -> bool:
    """Tell whether AUTH_CLIENT_ID is somewhere; a `.env` that cannot be read has none."""
    try:
        return DECISIVE in _collect(environment, read_env_file(folder / ".env"))
    except ConfigError:
        return False


def unread_file(folder: Path) -> str | None:
    """Return what to say of a `.env` that looks like the old program's and does not count; None for any other.

    Name and password alone are common to many programs: only both of them look like it.
    """
    try:
        values = read_env_file(folder / ".env")
    except ConfigError:
        return None
    names = [name for name in _NAMES if values.get(name)]
    if DECISIVE in names or not names or set(names) in ({"USERNAME"}, {"PASSWORD"}):
        return None
    return f"{folder / '.env'} names {', '.join(names)}, but no {DECISIVE}: nothing in it counts."


def read_env_file(path: Path) -> dict[str, str]:
    """Return the variables of a `.env` file, empty without one; ConfigError when it cannot be read.

    A value may stand in quotes; without them it ends before a blank and `#`.
    """
    try:
        if not path.is_file():
            return {}
        text = read_regular_file(path, most_bytes=_LARGEST_FILE_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", hint=_FILE_HINT) from error
    except UnicodeDecodeError:  # which has all of it, maybe a password too
        raise ConfigError(f"cannot read {path}: it is not UTF-8 text", hint=_FILE_HINT) from None
    matches = (_LINE.fullmatch(line) for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {match[1]: _value(match[2]) for match in matches if match is not None}


def _value(text: str) -> str:
    for quote in ("'", '"', "`"):
        end = text.find(quote, 1)
        if text.startswith(quote) and end > 0:
            return text[1:end]
    return _COMMENT.sub("", text) if not text.startswith("#") else ""


def _collect(environment: Mapping[str, str], file: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that count and are not empty, as the module's docstring says."""
    counted = file if file.get(DECISIVE) else {}
    values: dict[str, str] = {}
    for name in _NAMES:
        places = (counted, environment) if name in _OF_THE_FILE_FIRST else (environment, counted)
        text = next((place[name] for place in places if place.get(name)), "")
        if text.strip():
            values[name] = text if name in _OF_THE_FILE_FIRST else text.strip()
    return values


def _interval_s(text: str | None) -> float:
    if text is None:
        return DEFAULT_INTERVAL_S
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    if not (is_number and SHORTEST_INTERVAL_MS <= int(text) <= LONGEST_INTERVAL_MS):
        raise ConfigError(
            f"LOG_INTERVAL is {text[:20]!r}: it is milliseconds, "
            f"from {SHORTEST_INTERVAL_MS} (a second) to {LONGEST_INTERVAL_MS} (a day)",
            hint="60000 is a minute, and what counts without it",
        )
    return int(text) / 1000
