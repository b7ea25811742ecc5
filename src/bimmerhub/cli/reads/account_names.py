"""The names of the accounts, for commands that work on one of them."""

from bimmerhub.cli.reads import public
from bimmerhub.cli.reads.hub_or_store import HubOrStore, open_reads
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.directory import find_hub


async def load_account_names(settings: HubConfig) -> list[str]:
    """Return the name of every account of this data directory, in order; those of the settings where it is empty."""
    hub = find_hub(settings.data_dir)
    if hub is None and not settings.database.exists():
        return sorted(settings.accounts)
    async with open_reads(HubOrStore(settings=settings, hub=hub)) as reads:
        names = {account.name for account in (await reads.read(public.accounts())).items}
    return sorted(names | set(settings.accounts))
