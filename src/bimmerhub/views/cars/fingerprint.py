"""The fingerprint of a car: what it sends, as a capture without anything of its owner."""

from typing import Protocol

from bimmerhub.ids import Vin
from bimmerhub.views.viewer import Viewer


class CarFingerprints(Protocol):
    """Makes fingerprints."""

    async def make_fingerprint(self, vin: Vin, *, days: float) -> bytes:
        """Return the lines of a capture of a car's newest `days`; NotFound when CarData sent nothing in that time."""
        ...


async def view_fingerprint(viewer: Viewer, fingerprints: CarFingerprints, vin: Vin, *, days: float) -> bytes:
    """Return the fingerprint of a car; errors as `CarFingerprints.make_fingerprint`."""
    viewer.require_vehicle(vin)
    viewer.require_owner()
    return await fingerprints.make_fingerprint(vin, days=days)
