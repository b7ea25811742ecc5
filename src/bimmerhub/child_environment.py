"""The environment of programs that we start: ours without settings, passwords and tokens."""

import re
from collections.abc import Mapping
from typing import Final

_SETTINGS: Final = ("BIMMERHUB_", "AUTH_")
_SECRETS: Final = re.compile(r"PASS(WORD|PHRASE|WD)?(_|$)|SECRET|TOKEN|(^|_)KEY(_|$)|CREDENTIAL|COOKIE", re.IGNORECASE)


def environment_for_others(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a program that has no part in our secrets is started with: neither our settings nor any secret.

    A secret is known by the variable's name. What a command needs of them, such as a cloud's keys, is for the caller
    to add.
    """
    return {
        name: text
        for name, text in environment.items()
        if not name.startswith(_SETTINGS) and _SECRETS.search(name) is None
    }
