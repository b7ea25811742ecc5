"""Where the sign-ins of a move file lead: to BMW, or to a host that whoever made the file chose."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from bimmerhub.errors import StoreError
from bimmerhub.hub.accounts.sign_in_details import SignInDetails
from bimmerhub.hub.accounts.sign_in_places import SignInPlace
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.hub.safekeeping.history_files import SIGN_IN_DETAILS, SIGNED_IN_AT, load_sign_in_settings
from bimmerhub.hub.safekeeping.move_settings import is_trusted
from bimmerhub.json_faults import NOT_JSON


def find_far_sign_ins(database: Path, files: Path, *, trusted_hosts: Collection[str]) -> dict[str, str]:
    """Return by account where its next sign-in would go, and its tokens and app's secret, if to no trusted host.

    `files` is the folder with the key that what is sealed opens with; what does not open leads nowhere.
    """
    sealer = Sealer.open(files)
    far: dict[str, str] = {}
    for key, text in load_sign_in_settings(database).items():
        addresses: tuple[str | None, ...] = ()
        with suppress(*NOT_JSON, StoreError):
            if key.startswith(SIGNED_IN_AT):
                place = msgspec.json.decode(text, type=SignInPlace)
                addresses = (place.api_url, place.auth_url)
            else:
                details = msgspec.json.decode(sealer.unseal(text.encode()), type=SignInDetails)
                addresses = (details.host, details.sign_in_host)
        elsewhere = [address for address in addresses if address and not is_trusted(address, trusted_hosts)]
        if elsewhere:
            far[key.removeprefix(SIGNED_IN_AT).removeprefix(SIGN_IN_DETAILS)] = elsewhere[0]
    return far
