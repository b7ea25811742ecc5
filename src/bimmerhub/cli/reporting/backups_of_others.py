"""Says which backups of other data directories lie where this one's go, and how one is restored."""

import shlex
from typing import TYPE_CHECKING

from bimmerhub.cli.printing.output import say

if TYPE_CHECKING:
    from bimmerhub.hub.config import HubConfig


def say_others_backups(settings: "HubConfig") -> None:
    """Say what the directories of the settings hold that another data directory made; nothing where there is none."""
    from bimmerhub.hub.safekeeping.others_backups import find_others_backups

    directories = filter(None, (settings.backup.directory, settings.backup.second_directory))
    for others in find_others_backups(directories, settings.database):
        count = "1 backup" if others.count == 1 else f"{others.count} backups"
        force = " --force" if settings.database.exists() else ""
        say(f"{count} in {others.newest.parent} of another directory: {others.key}; not tested here, kept.")
        say(f"To go on with the newest of them: bimmerhub restore {shlex.quote(str(others.newest))}{force}")
