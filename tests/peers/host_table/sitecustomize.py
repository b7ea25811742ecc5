"""The hosts file of one Python process: BMW's host names lead to the emulator, as with a line in /etc/hosts.

Python imports this module at the start of a program whose PYTHONPATH has this folder. `EMULATOR_ADDRESS` is the
emulator's host:port, for which port 443 stands at BMW. Every other name is not found: nothing leaves this machine.
"""

import os
import socket
from typing import Any

_EMULATOR_HOST, _, _EMULATOR_PORT = os.environ["EMULATOR_ADDRESS"].rpartition(":")
_NAMES = frozenset(os.environ["EMULATOR_NAMES"].split())
_look_up = socket.getaddrinfo


def _look_up_here(host: Any, _port: Any, *options: Any, **more: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in _NAMES:
        raise socket.gaierror(socket.EAI_NONAME, f"{name} is not in the host table")
    return _look_up(_EMULATOR_HOST, int(_EMULATOR_PORT), *options, **more)


socket.getaddrinfo = _look_up_here  # type: ignore[assignment]  # typed more loosely than the original
