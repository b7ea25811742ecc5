"""The account that the examples use: yours at BMW, or one of an emulator. Set by three environment variables.

`CLIENT_ID` is the id that BMW's portal shows. `TOKENS` is the file of the tokens, `tokens.json` unless set.
`EMULATOR` is a file with what `bimmerhub emulator --json` printed: then the examples talk to that emulator, and
need no `CLIENT_ID`.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from bimmerhub.bmw.cardata import CarData, Endpoints, TokenFile


def client_id() -> str:
    """Return the client id; a missing one ends the program."""
    chosen = os.environ.get("CLIENT_ID") or _emulator().get("client_id")
    if not chosen:
        raise SystemExit("Set CLIENT_ID to the id that BMW's portal shows, or EMULATOR to try without an account.")
    return str(chosen)


def endpoints() -> Endpoints:
    """Return the addresses of BMW, or of the emulator."""
    emulator = _emulator()
    if not emulator:
        return Endpoints()
    url = emulator["http_url"] or emulator["https_url"]
    return Endpoints(
        auth_url=url,
        api_url=url,
        stream_host=emulator["mqtt_host"],
        stream_port=emulator["mqtt_port"],
        ca_file=Path(emulator["ca_file"]),
    )


def token_file() -> TokenFile:
    """Return the file that `sign_in.py` writes and that `CarData` renews."""
    return TokenFile(os.environ.get("TOKENS", "tokens.json"))


def open_cardata() -> CarData:
    """Return CarData of the account; use it as `async with`."""
    return CarData(client_id=client_id(), tokens=token_file(), endpoints=endpoints())


@cache
def _emulator() -> dict[str, Any]:
    path = os.environ.get("EMULATOR")
    return json.loads(Path(path).read_text("utf-8").splitlines()[0]) if path else {}
