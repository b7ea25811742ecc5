"""The environment of programs that we start: ours without settings, passwords and tokens."""

import re
from collections.abc import Mapping
from typing import Final

_SETTINGS: Final = ("BIMMERHUB_", "AUTH_")
_SECRETS: Final = re.compile(r"PASS(WORD|PHRASE|WD)?(_|$)|SECRET|TOKEN|(^|_)KEY(_|$)|CREDENTIAL|COOKIE", re.IGNORECASE)


def environment_for_commands(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a command of the settings is started with: all but our settings, for its own keys are for it."""
    return {name: text for name, text in environment.items() if not name.startswith("BIMMERHUB_")}


def environment_for_others(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a program that has no part in our secrets is started with: neither our settings nor any secret.

    A secret is known by the variable's name.
    """
    return {
        name: text
        for name, text in environment.items()
        if not name.startswith(_SETTINGS) and _SECRETS.search(name) is None
    }
