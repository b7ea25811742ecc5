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


_connect = socket.socket.connect


def _connect_here(self: socket.socket, address: Any) -> None:
    """Connect; programs that look a name up and take only the address of it (anyio does) come with port 443."""
    is_bmw = isinstance(address, tuple) and tuple(address[:2]) == (_EMULATOR_HOST, 443)
    _connect(self, (_EMULATOR_HOST, int(_EMULATOR_PORT)) if is_bmw else address)


socket.socket.connect = _connect_here  # type: ignore[method-assign,assignment]  # positional names differ
socket.getaddrinfo = _look_up_here  # type: ignore[assignment]  # typed more loosely than the original
