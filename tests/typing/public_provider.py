"""Never run: mypy reads it. What a service provider writes against the SDK stays well typed, without cast or Any."""

from typing import assert_type

from bimmerhub.bmw.cardata import CarDataRest
from bimmerhub.bmw.cardata.provider import (
    Consent,
    OwnerEvent,
    OwnerFailed,
    OwnerFolder,
    OwnerLink,
    OwnerOutcome,
    OwnerReading,
    OwnerRecord,
    OwnerStore,
    Provider,
    Purpose,
    Revocation,
    RevocationReason,
    StoredOwners,
)
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Descriptor, Gcid, Vin

PURPOSE = Purpose(text="Service", descriptors=(Descriptor("vehicle.vehicle.travelledDistance"),))


async def enrol(client_id: str, owners: OwnerStore) -> OwnerRecord:
    async with Provider(client_id=client_id, owners=owners, purpose=PURPOSE) as provider:
        invitation = await provider.invite("job 1")
        assert_type(invitation.code.verification_uri_complete, str)
        return await invitation.accepted()


async def read(provider: Provider, gcid: Gcid) -> None:
    for outcome in await provider.read_all([gcid]):
        assert_type(outcome, OwnerOutcome)
        assert_type(outcome.readings, tuple[Reading, ...])
        assert_type(outcome.error, BimmerhubError | None)
        for revocation in outcome.revocations:
            assert_type(revocation.reason, RevocationReason)
            assert_type(revocation.vin, Vin | None)
    assert_type(await provider.load_owners(), StoredOwners)
    async with provider.rest(gcid) as rest:
        assert_type(rest, CarDataRest)


async def listen(provider: Provider) -> None:
    async with provider.listening() as events:
        async for event in events:
            assert_type(event, OwnerEvent)
            match event:
                case OwnerReading(reading=reading):
                    assert_type(reading, Reading)
                case OwnerLink() | OwnerFailed() | Revocation():
                    print(event.label)  # noqa: T201 - as a user would


def history(owner: OwnerRecord) -> tuple[tuple[Consent, ...], tuple[Revocation, ...], Revocation | None]:
    return owner.consents, owner.revocations, owner.ended


FOLDER: OwnerStore = OwnerFolder("owners")
