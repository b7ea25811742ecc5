"""Which program asks: the client id it names, or the Basic pair it carries."""

from collections.abc import Mapping

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.basic_auth import read_basic
from bimmerhub.emulator.sign_in.by_password.denials import client_disabled, invalid_client
from bimmerhub.emulator.sign_in.by_password.settings import PasswordSettings

CLIENTS_END_YEAR = 2021


class PasswordClients:
    """Checks clients: any one will do unless a fault says otherwise."""

    def __init__(self, settings: PasswordSettings, *, faults: Faults) -> None:
        self._settings = settings
        self._faults = faults

    def by_id(self, form: Mapping[str, str]) -> str:
        """Return the client id of a form; PasswordDenial when there is none, or it is unknown and has to be known."""
        client_id = form.get("client_id", "")
        self._check(is_known=client_id == self._settings.client_id, is_there=bool(client_id))
        return client_id

    def by_basic(self, authorization: str) -> str:
        """Return the client id of a Basic header; PasswordDenial when it is no pair, or one that has to be known."""
        client_id, secret = read_basic(authorization)
        is_known = (client_id, secret) == (self._settings.client_id, self._settings.client_secret)
        self._check(is_known=is_known, is_there=bool(client_id and secret))
        return client_id

    def refuse_disabled(self) -> None:
        """Raise PasswordDenial when the clients of the older programs are switched off."""
        if self._faults.take("clients-disabled") or (self._faults.value("era") or 0) >= CLIENTS_END_YEAR:
            raise client_disabled()

    def _check(self, *, is_known: bool, is_there: bool) -> None:
        if not is_there or (not is_known and self._faults.take("unknown-clients-refused")):
            raise invalid_client()
