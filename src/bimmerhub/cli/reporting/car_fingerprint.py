"""The fingerprint of one car, from what is stored here: a running hub is not needed for it, and not disturbed."""

from bimmerhub.cli.context import Options
from bimmerhub.cli.hub_access.opening import open_for_reading
from bimmerhub.cli.reads.cars import find_vin
from bimmerhub.cli.reads.from_store import StoreReads
from bimmerhub.cli.reads.hub_or_store import require_data
from bimmerhub.cli.reads.stored import Stored
from bimmerhub.hub.reporting.fingerprint import Fingerprint, make_fingerprint


async def load_fingerprint(options: Options, car: str, *, days: float) -> Fingerprint:
    """Return the fingerprint of the newest `days` of a car; errors as `find_vin` and `make_fingerprint`."""
    settings = options.settings()
    require_data(settings)
    async with open_for_reading(settings) as store:
        vin = await find_vin(options, StoreReads(Stored(store, settings)), car)
        return await make_fingerprint(store, vin, days=days)
