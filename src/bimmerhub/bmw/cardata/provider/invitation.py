"""An invitation to consent: a link and a code for one owner, and the wait until they have decided."""

from bimmerhub.bmw.cardata.auth import SignIn, SignInCode
from bimmerhub.bmw.cardata.provider.open_owners import OpenOwners
from bimmerhub.bmw.cardata.provider.owner import Consent, OwnerRecord, Purpose
from bimmerhub.bmw.cardata.service_scopes import granted_services
from bimmerhub.bmw.clock import Clock
from bimmerhub.errors import ConfigError


def check_label(label: str) -> None:
    """Refuse a label that nobody could tell an owner by: ConfigError."""
    if not label.strip() or not label.isprintable():
        raise ConfigError(
            f"{label!r} is no label for an owner", hint="Your own name for the owner, such as the number of a job."
        )


class Invitation:
    """An owner is asked for consent. Show `code`, its link above all; then wait for `accepted`.

    `label` is the provider's own name for the owner, such as the number of a job.
    """

    def __init__(
        self, sign_in: SignIn, code: SignInCode, *, label: str, purpose: Purpose, owners: OpenOwners, clock: Clock
    ) -> None:
        self.label = label
        self.code = code
        self._sign_in = sign_in
        self._purpose = purpose
        self._owners = owners
        self._clock = clock

    async def accepted(self) -> OwnerRecord:
        """Return the owner once they have consented; their tokens are on disk then.

        BmwRefused when they declined (`access_denied`), did nothing for five minutes (`expired_token`), or BMW granted
        no service. An owner who had consented before gets this label, and the new consent counts alone; where another
        process is at work for them, from the moment that it takes it up.
        """
        tokens = await self._sign_in.wait()
        consent = Consent(
            given_at_ms=self._clock.now_ms(),
            purpose=self._purpose.text,
            descriptors=self._purpose.descriptors,
            services=granted_services(tokens),
        )
        return await self._owners.enrol(self.label, consent, tokens)
