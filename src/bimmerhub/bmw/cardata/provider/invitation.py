"""An invitation to consent: a link and a code for one owner, and the wait until they have decided."""

from dataclasses import replace

from bimmerhub.bmw.cardata.auth import SignIn, SignInCode
from bimmerhub.bmw.cardata.provider.owner import Consent, OwnerRecord, Purpose
from bimmerhub.bmw.cardata.provider.owner_store import OwnerStore
from bimmerhub.bmw.cardata.service_scopes import granted_services
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.tokens import TokenSet
from bimmerhub.ids import Gcid


class Invitation:
    """An owner is asked for consent. Show `code`, its link above all; then wait for `accepted`.

    `label` is the provider's own name for the owner, such as the number of a job.
    """

    def __init__(
        self, sign_in: SignIn, code: SignInCode, *, label: str, purpose: Purpose, store: OwnerStore, clock: Clock
    ) -> None:
        self.label = label
        self.code = code
        self._sign_in = sign_in
        self._purpose = purpose
        self._store = store
        self._clock = clock

    async def accepted(self) -> OwnerRecord:
        """Return the owner once they have consented; their tokens are on disk then.

        BmwRefused when they declined (`access_denied`), did nothing for five minutes (`expired_token`), or BMW granted
        no service. An owner who had consented before gets this label, and the new consent counts alone.
        """
        tokens = await self._sign_in.wait()
        gcid = Gcid(tokens.gcid)
        async with self._store.hold(gcid):
            owner = self._enrol(await self._store.load(gcid), tokens)
            await self._store.save(owner)
        return owner

    def _enrol(self, earlier: OwnerRecord | None, tokens: TokenSet) -> OwnerRecord:
        consent = Consent(
            given_at_ms=self._clock.now_ms(),
            purpose=self._purpose.text,
            descriptors=self._purpose.descriptors,
            services=granted_services(tokens),
        )
        fresh = OwnerRecord(gcid=Gcid(tokens.gcid), label=self.label, consents=(consent,), tokens=tokens)
        if earlier is None:
            return fresh
        return replace(fresh, consents=(*earlier.consents, consent), revocations=earlier.revocations)
